/** A fault in the words of the person who reads it: what happened, what is safe, what to do. */
import { Refusal } from "../app/facade.ts";
import { filled, found, language, t } from "../i18n/speak.ts";
import { size, time } from "../i18n/written.ts";
import { isQuota } from "../store/ledger.ts";
import { BrokenSeal } from "../store/vault.ts";

/** Codes for a whole kind of faults: the server's own sentence names the one that happened. */
const KINDS = new Set([
  "invalid",
  "malformed",
  "forbidden",
  "not_found",
  "conflict",
  "gone",
  "in_use",
  "too_large",
]);

function isSaidBetter(code: string, told: string): boolean {
  return KINDS.has(code) && language() === "vi" && told !== "" && told !== code;
}

/** The sentence for whatever was thrown; a refusal without a sentence of ours speaks the server's Vietnamese. */
export function wordsOf(thrown: unknown): string {
  if (isQuota(thrown)) return t("refusal.storage_full");
  if (thrown instanceof BrokenSeal) return t("refusal.seal_broken");
  if (!(thrown instanceof Refusal)) return t("fault.unnamed");
  if (isSaidBetter(thrown.code, thrown.message)) return thrown.message;
  const sentence = found(`refusal.${thrown.code}`);
  if (sentence === null) return thrown.message === thrown.code ? t("fault.unnamed") : thrown.message;
  return filled(sentence, placesIn(thrown.members));
}

function placesIn(members: Readonly<Record<string, unknown>>): Record<string, string | number> {
  const places: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(members)) {
    if (typeof value === "string" || typeof value === "number") places[name] = value;
  }
  for (const name of ["size", "max"]) {
    const bytes = places[name];
    if (typeof bytes === "number") places[name] = size(bytes);
  }
  if (typeof places.until === "string") places.until = time(places.until);
  if (typeof places.fault === "string") places.words = faultWords(places.fault);
  return places;
}

function faultWords(code: string): string {
  return found(`fault.${code}`) ?? code;
}

/** Why something waits, in words; a reason of a newer server is told as it is. */
export function reasonWords(reason: string): string {
  const ours = found(`refusal.${reason}`) ?? found(`code.${reason}`);
  return found(`reason.${reason}`) ?? (ours && !ours.includes("{") ? ours : reason);
}

/** A problem as the server told it, in the spoken language where the catalogue has it. */
export function problemWords(problem: { code: string; title: string; detail: string }): string {
  if (isSaidBetter(problem.code, problem.detail)) return problem.detail;
  const ours = found(`refusal.${problem.code}`);
  if (ours && !ours.includes("{")) return ours;
  return language() === "vi" ? problem.detail || problem.title : `${problem.title}. ${problem.detail}`;
}
