/** The content hash: what a signature on glass binds to, computable by every tablet without any position. */
import { byCodePoint, sha256 } from "./digest.ts";
import { isInRecord } from "./entities.ts";
import type { Fold } from "./fold.ts";

/** One line for each field of the record, sorted by code point: entity, field, digests of its heads. */
export function contentLines(fold: Fold): string[] {
  const lines: string[] = [];
  for (const entity of fold.entities().filter(isInRecord)) {
    for (const field of fold.fields(entity)) {
      const digests = fold.heads(entity, field).map((head) => head.digest);
      if (digests.length > 0) lines.push(`${entity}\t${field}\t${digests.sort().join(",")}\n`);
    }
  }
  return lines.sort(byCodePoint);
}

/** The hash of everything that belongs to the record of the inspection and stands. */
export function contentHashOf(inspection: string, checklistSha256: string, fold: Fold): Promise<string> {
  return sha256(`td1-content\n${inspection}\n${checklistSha256}\n${contentLines(fold).join("")}`);
}
