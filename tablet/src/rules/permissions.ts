/** Who of the team may write what; the server judges in the end, this only spares people a refusal. */
import type { Role } from "../store/views.ts";
import { type Fold, isEffective, writesIn } from "./fold.ts";

type Capacity = Role | "opener" | "sole_author";

const LEADERS: readonly Capacity[] = ["leader", "deputy"];
const DESK: readonly Capacity[] = [...LEADERS, "secretary"];
const TEAM: readonly Capacity[] = [...DESK, "member"];
const RESOLVERS: readonly Capacity[] = [...LEADERS, "sole_author"];

const RULES: readonly (readonly [string, readonly Capacity[]])[] = [
  ["answer.set row.set row.retract participant.set participant.retract", TEAM],
  ["photo.add photo.edit file.add file.edit note.add remark.answer signature.add", TEAM],
  ["announcement.set explanation.set inspection.set", DESK],
  ["finding.set finding.retract photo.retract file.retract", [...LEADERS, "opener"]],
  ["finding.resolve", [...RESOLVERS, "opener"]],
  ["answer.resolve row.resolve participant.resolve", RESOLVERS],
  ["announcement.resolve explanation.resolve inspection.resolve", RESOLVERS],
  ["note.edit", ["opener"]],
  ["note.retract", [...LEADERS, "opener"]],
  ["assignment.set", LEADERS],
  ["quarantine.adopt quarantine.dismiss", ["leader"]],
];

const TABLE = new Map(RULES.flatMap(([types, who]) => types.split(" ").map((type) => [type, who] as const)));

/** Whether this person may write such an operation on the entity as it stands. */
export function mayWrite(
  type: string,
  entity: string,
  who: { person: string; role: Role | null },
  fold: Fold,
): boolean {
  const allowed = TABLE.get(type);
  if (!allowed || who.role === null) return false;
  if (allowed.includes(who.role)) return true;
  if (allowed.includes("opener") && isOpenedBy(who.person, entity, fold)) return true;
  return allowed.includes("sole_author") && isSoleAuthor(who.person, entity, fold);
}

/** Whether the person wrote what everything else there builds on; after a restore an edit may come before it. */
function isOpenedBy(person: string, entity: string, fold: Fold): boolean {
  const earlier = fold
    .history(entity)
    .filter((entry) => isEffective(entry) && Object.keys(writesIn(entry.operation)).length > 0);
  const known = new Map(earlier.map(({ operation }) => [operation.op_id, operation]));
  const seen = new Set<string>();
  const waiting = earlier.slice(0, 1).map((entry) => entry.operation.op_id);
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    seen.add(id);
    waiting.push(...(known.get(id)?.parents ?? []).filter((parent) => !seen.has(parent)));
  }
  const root = earlier.find(
    ({ operation }) => seen.has(operation.op_id) && !operation.parents.some((parent) => known.has(parent)),
  );
  return earlier.length === 0 || root?.operation.actor === person;
}

function isSoleAuthor(person: string, entity: string, fold: Fold): boolean {
  const heads = fold.fields(entity).flatMap((field) => fold.heads(entity, field));
  return heads.length > 0 && heads.every((head) => head.operation.actor === person);
}
