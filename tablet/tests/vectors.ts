/** Reads the vectors that every implementation of the rules shares. */
import { readFileSync } from "node:fs";
import type { Entry } from "../src/rules/fold.ts";

export function vectors<T>(name: string): T {
  const path = new URL(`../../tests/vectors/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

/** An entry as the vectors write it. */
export type PlainEntry = Omit<Entry, "receivedAt" | "detail">;
