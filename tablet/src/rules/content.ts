/** The content hash: what a signature on glass binds to, computable by every tablet without any position. */
import { byCodePoint, digestOf, type Operation, sha256 } from "./digest.ts";
import { isInRecord } from "./entities.ts";
import type { Fold } from "./fold.ts";

const digests = new WeakMap<Operation, Promise<string>>();

function digestIn(operation: Operation): Promise<string> {
  const known = digests.get(operation) ?? digestOf(operation);
  digests.set(operation, known);
  return known;
}

/** One line for each field of the record, sorted by code point: entity, field, digests of its heads. */
export async function contentLines(fold: Fold): Promise<string[]> {
  const lines: string[] = [];
  for (const entity of fold.entities().filter(isInRecord)) {
    for (const field of fold.fields(entity)) {
      const found = await Promise.all(fold.heads(entity, field).map((head) => digestIn(head.operation)));
      if (found.length > 0) lines.push(`${entity}\t${field}\t${found.sort().join(",")}\n`);
    }
  }
  return lines.sort(byCodePoint);
}

/** The hash of everything that belongs to the record of the inspection and stands. */
export async function contentHashOf(
  inspection: string,
  checklistSha256: string,
  fold: Fold,
): Promise<string> {
  const lines = await contentLines(fold);
  return sha256(`td1-content\n${inspection}\n${checklistSha256}\n${lines.join("")}`);
}
