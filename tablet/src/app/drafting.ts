/** Which operations a tap amounts to: pure, from a fold to drafts, with what each of them replaces. */
import { KINDS, RETRACT, writesOf } from "../rules/entities.ts";
import { bodyOf, distinct, type Entry, type Fold, isEffective, writesIn } from "../rules/fold.ts";
import { earlierVersions } from "../rules/supplements.ts";
import type { Draft } from "../store/ledger.ts";
import type { ConflictView } from "../store/views.ts";
import { Refusal } from "./facade.ts";
import { placeOf } from "./set_aside.ts";

type Body = Record<string, unknown>;

/** An ordinary write: it replaces what stands in the fields that it sets, and never ends a conflict by the way. */
export function drafted(fold: Fold, person: string, type: string, entity: string, body: Body): Draft {
  const parents = new Set<string>();
  for (const field of Object.keys(writesOf(type, body))) {
    for (const head of replaced(fold.heads(entity, field), field, person)) parents.add(head.operation.op_id);
  }
  if (type.endsWith(".retract")) for (const id of standing(fold, entity)) parents.add(id);
  return { type, entity, body, parents: [...parents] };
}

function replaced(heads: readonly Entry[], field: string, person: string): readonly Entry[] {
  if (valuesOf(heads, field) < 2) return heads;
  // Somebody else's side of a conflict stays: only a resolution with a reason ends it.
  const own = heads.filter((head) => head.operation.actor === person);
  if (valuesOf(own, field) > 1) throw new Refusal("conflict_open");
  return own;
}

function valuesOf(heads: readonly Entry[], field: string): number {
  return distinct(heads.map((head) => writesIn(head.operation)[field]));
}

function standing(fold: Fold, entity: string): string[] {
  return fold
    .fields(entity)
    .filter((field) => field !== RETRACT)
    .flatMap((field) => fold.heads(entity, field).map((head) => head.operation.op_id));
}

/** One of the sides stands alone, or its retraction holds. */
export function keeping(fold: Fold, conflict: ConflictView, opId: string, reason: string): Draft {
  const chosen = fold.entries.get(opId);
  if (!chosen) throw new Refusal("conflict_changed");
  const writes = writesIn(chosen.operation);
  if (conflict.field !== RETRACT)
    return stating(fold, conflict, { [conflict.field]: writes[conflict.field] }, reason);
  if (RETRACT in writes) {
    const heads = fold.heads(conflict.entity, RETRACT).map((head) => head.operation.op_id);
    const parents = [...new Set([...heads, ...standing(fold, conflict.entity)])];
    return { type: `${conflict.kind}.retract`, entity: conflict.entity, body: { reason }, parents };
  }
  return stating(fold, conflict, movable(conflict, writes), reason);
}

function movable(conflict: ConflictView, writes: Body): Body {
  if (conflict.kind !== "photo" && conflict.kind !== "file") return writes;
  const { item, caption } = writes;
  return { ...(item === undefined ? {} : { item }), caption: String(caption ?? "") };
}

/** These values stand, in place of all that stood in their fields and of every retraction met there. */
export function stating(fold: Fold, conflict: ConflictView, fields: Body, reason: string): Draft {
  const { entity, field, kind } = conflict;
  const isOver = fold.conflictsAt(entity).every((one) => one.field !== field);
  if (isOver) throw new Refusal("conflict_changed");
  const names = [...Object.keys(fields), ...(field === RETRACT ? [RETRACT] : [])];
  const parents = new Set(
    names.flatMap((name) => fold.heads(entity, name).map((head) => head.operation.op_id)),
  );
  const known = KINDS[kind];
  const verb = known?.verbs.includes("resolve") ? "resolve" : "edit";
  const isWhole = known?.isOne === true && kind !== "photo" && kind !== "file";
  const body = isWhole ? (fields[kind] as Body) : fields;
  return { type: `${kind}.${verb}`, entity, body: { ...body, reason }, parents: [...parents] };
}

/**
 * An operation that was set aside, taken in word for word, with what its author had seen.
 *
 * At the item that took the place of its own, its author has seen nothing.
 */
export function adopting(fold: Fold, opId: string, reason: string): Draft {
  const entry = fold.entries.get(opId);
  if (!entry) throw new Refusal("nothing_set_aside");
  const { entity, type, body } = entry.operation;
  const place = placeOf(entry, earlierVersions(fold));
  return {
    type: "quarantine.adopt",
    entity: place,
    body: { op_id: opId, type, body, reason },
    parents: place === entity ? seenByAuthor(fold, entry) : [],
  };
}

function seenByAuthor(fold: Fold, entry: Entry): string[] {
  const { entity, parents } = entry.operation;
  const adoptedAs = new Map<string, string>();
  for (const one of fold.history(entity)) {
    if (one.operation.type !== "quarantine.adopt" || !isEffective(one)) continue;
    adoptedAs.set(String(bodyOf(one.operation).op_id), one.operation.op_id);
  }
  const seen = new Set(parents.map((parent) => adoptedAs.get(parent) ?? parent));
  const named = new Set<string>();
  for (const field of Object.keys(writesIn(entry.operation))) {
    const found = fold
      .history(entity)
      .filter((one) => seen.has(one.operation.op_id) && isEffective(one) && field in writesIn(one.operation));
    // To end a conflict takes a resolution; the adopted value joins it instead.
    if (valuesOf(found, field) > 1) return [];
    for (const one of found) named.add(one.operation.op_id);
  }
  return [...named];
}

/** What was set aside is left out for good; it stays in the log. */
export function dismissing(fold: Fold, opId: string, reason: string): Draft {
  const entry = fold.entries.get(opId);
  if (!entry) throw new Refusal("nothing_set_aside");
  const { entity } = entry.operation;
  return { type: "quarantine.dismiss", entity, body: { op_id: opId, reason }, parents: [] };
}
