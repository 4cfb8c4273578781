/** What the tablet says, in Vietnamese or English; it translates no record: minutes are Vietnamese in both. */
import { en } from "./en.ts";
import { vi } from "./vi.ts";

export type Language = "vi" | "en";
export type Key = keyof typeof vi;
export type Words = Record<Key, string>;

const CATALOGUES: Record<Language, Words> = { vi, en };
let spoken: Language = "vi";

/** The language that `t` speaks. */
export function language(): Language {
  return spoken;
}

/** From now on `t` speaks this language, and assistive technology is told so. */
export function speak(chosen: Language): void {
  spoken = chosen;
  document.documentElement.lang = chosen;
}

/** The sentence under the key, its {places} filled; a place that nobody fills stays visible. */
export function t(key: Key, places: Record<string, string | number> = {}): string {
  return filled(CATALOGUES[spoken][key], places);
}

/** The Vietnamese sentence, whatever is spoken: for what goes into the record. */
export function inRecord(key: Key, places: Record<string, string | number> = {}): string {
  return filled(vi[key], places);
}

/** The sentence under a key that is put together at run time, or null where the catalogue has none. */
export function found(key: string): string | null {
  return key in CATALOGUES[spoken] ? CATALOGUES[spoken][key as Key] : null;
}

/** `{count}` is the place itself; `{count:photo:photos}` the word for one, or the word for any other number. */
export function filled(sentence: string, places: Record<string, string | number>): string {
  return sentence.replace(
    /\{(\w+)(?::([^:}]*):([^}]*))?\}/g,
    (whole, name: string, one?: string, many?: string) => {
      const place = places[name];
      if (place === undefined) return whole;
      return one === undefined ? String(place) : String(place === 1 ? one : many);
    },
  );
}

/** Of two texts the one in the spoken language; the Vietnamese one where the other is missing. */
export function either(vietnamese: string, english: string | null | undefined): string {
  return spoken === "en" && english ? english : vietnamese;
}
