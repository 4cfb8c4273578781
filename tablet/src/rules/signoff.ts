/** What a sign-off was given over, by the same rule with which the server judges whether it still holds. */
import { isInRecord } from "./entities.ts";
import { bodyOf, type Entry, foldOf, isEffective, logOrder, writesIn } from "./fold.ts";

/** The operations of the record that were not before those who signed, and that nobody left out by name. */
export function unseenBy(signoff: Entry, entries: Iterable<Entry>): Entry[] {
  const body = bodyOf(signoff.operation);
  const seen: Record<string, number> = { [signoff.device]: signoff.operation.seq - 1 };
  for (const [device, seq] of Object.entries(body.seen ?? {})) seen[device] = Number(seq);
  const excluded = Array.isArray(body.exclude) ? body.exclude.map(String) : [];
  const fold = foldOf(entries, excluded);
  return [...fold.entries.values()]
    .filter((entry) => isEffective(entry) && !fold.leftOut.has(entry.operation.op_id))
    .filter(
      (entry) => isInRecord(entry.operation.entity) && Object.keys(writesIn(entry.operation)).length > 0,
    )
    .filter((entry) => entry.operation.seq > (seen[entry.device] ?? 0))
    .sort(logOrder);
}
