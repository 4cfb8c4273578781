/**
 * What became of the items of earlier checklist versions, when an inspection was bound to a newer one.
 *
 * A supplement says which items became others (null: none); what it does not name lives on as it is.
 */
import { itemOf } from "./entities.ts";
import { bodyOf, type Fold, isEffective } from "./fold.ts";

/** Items that became others, each with the item that took its place, or null. */
export type Became = Readonly<Record<string, string | null>>;

export interface Supplement {
  /** The version that bound the inspection until then, as `CODE@VERSION`. */
  before: string;
  became: Became;
}

/** Each earlier version with those of its items that are others now; the supplements in the order of the log. */
export function since(supplements: Iterable<Supplement>): Map<string, Became> {
  const earlier = new Map<string, Became>();
  for (const { before, became } of supplements) {
    for (const [version, moved] of earlier) {
      const onward = Object.entries(moved).map(([item, now]) => [item, now && after(now, became)]);
      earlier.set(version, { ...became, ...Object.fromEntries(onward) });
    }
    earlier.set(before, became);
  }
  return earlier;
}

function after(item: string, became: Became): string | null {
  const now = became[item];
  return now === undefined ? item : now;
}

/** The entity as it is called at the item that its own became; itself where none took its place. */
export function moved(entity: string, became: Became): string {
  const item = itemOf(entity);
  const now = item === null ? null : (became[item] ?? null);
  return item === null || now === null ? entity : entity.replace(`/${item}`, `/${now}`);
}

/** The earlier versions of the inspection whose log this is, each with its items that are others now. */
export function earlierVersions(fold: Fold): Map<string, Became> {
  const steps = fold.steps().filter((one) => one.operation.type === "inspection.supplement");
  return since(
    steps.filter(isEffective).map((one) => ({
      before: String(one.detail?.before),
      became: (bodyOf(one.operation).mapping ?? {}) as Became,
    })),
  );
}
