/** Evidence as the minutes print it, from the fields of its kind; always Vietnamese. */
import { day } from "../i18n/written.ts";

export const KINDS = ["ho_so", "phong_van", "quan_sat"] as const;
export type Kind = (typeof KINDS)[number];

/** The piece as the minutes will print it; what a field lacks is left out. */
export function pieceWords(kind: Kind, given: Record<string, string>): string {
  const { what = "", number = "", who = "", role = "", where = "" } = given;
  if (kind === "ho_so") {
    const paper = [number && `số ${number}`, given.day && `ngày ${day(given.day)}`].filter(Boolean).join(" ");
    return [what, paper].filter(Boolean).join(", ");
  }
  const source = kind === "phong_van" ? [who, role].filter(Boolean).join(", ") : where;
  return [source, what].filter(Boolean).join(": ");
}
