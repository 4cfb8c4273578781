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

function isOpenedBy(person: string, entity: string, fold: Fold): boolean {
  const first = fold
    .history(entity)
    .find((entry) => isEffective(entry) && Object.keys(writesIn(entry.operation)).length > 0);
  return first === undefined || first.operation.actor === person;
}

function isSoleAuthor(person: string, entity: string, fold: Fold): boolean {
  const heads = fold.fields(entity).flatMap((field) => fold.heads(entity, field));
  return heads.length > 0 && heads.every((head) => head.operation.actor === person);
}
