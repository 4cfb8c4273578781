/** Both languages say the same things: the same keys, the same places to fill, nothing left blank. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { en } from "../src/i18n/en.ts";
import { vi } from "../src/i18n/vi.ts";

/** The effects of operations stand before the codes in the same file. */
const EFFECTS = 3;

const places = (sentence: string) =>
  [...new Set([...sentence.matchAll(/\{(\w+)[:}]/g)].map(([, name]) => name))].sort();

describe("the message catalogues", () => {
  it("have the same keys", () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(vi).sort());
  });

  it("fill the same places with something to read", () => {
    const keys = Object.keys(vi) as (keyof typeof vi)[];
    expect(keys.filter((key) => String(places(en[key])) !== String(places(vi[key])))).toEqual([]);
    expect(keys.filter((key) => !en[key].trim() || !vi[key].trim())).toEqual([]);
  });

  it("have a sentence for every refusal that the app itself pronounces", () => {
    const src = join(import.meta.dirname, "../src");
    const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".ts"),
    );
    const told = (pattern: RegExp) =>
      files.flatMap((name) => [...readFileSync(join(src, name), "utf8").matchAll(pattern)]);
    const refused = told(/new Refusal\(\s*"(\w+)"/g);
    const named = told(/\bcode(?: =|:) "(\w+)"/g);
    expect([refused.length > 10, named.length > 1]).toEqual([true, true]);
    const codes = [...new Set([...refused, ...named].map(([, code]) => `refusal.${code}`))];
    expect(codes.filter((key) => !(key in vi))).toEqual([]);
  });

  it("have a sentence for every reason that comes with a file, from the loop or from the server", () => {
    const read = (name: string) => readFileSync(join(import.meta.dirname, "../..", name), "utf8");
    const found = (name: string, pattern: RegExp) =>
      [...read(name).matchAll(pattern)].map(([, code]) => code);
    const slugs = ["sync/errors.py", "accounts/device_errors.py", "core/errors.py"].flatMap((name) =>
      found(name, /^ {4}slug = "(\w+)"/gm),
    );
    const own = [
      ...found("tablet/src/sync/exchange_file.ts", /new FileRefused\("(\w+)"/g),
      ...found("tablet/src/sync/loop.ts", /\[\w+, "(\w+)"\]/g),
    ];
    const codes = found("inspections/codes.py", /^ {4}[A-Z_]+ = "(\w+)"/gm).slice(EFFECTS);
    expect([slugs.length > 30, own.length > 8, codes.length > 15]).toEqual([true, true, true]);
    const keys = [
      ...[...slugs, ...own].map((code) => `refusal.${code}`),
      ...codes.map((code) => `code.${code}`),
    ];
    expect(keys.filter((key) => !(key in vi) || !(key in en))).toEqual([]);
  });

  it("never shout, and never say that something went wrong without saying what", () => {
    const said = Object.values(vi).join("\n");
    expect(said).not.toMatch(/!|Có lỗi xảy ra|thất bại/);
  });
});
