/** Operations that the server keeps without effect: where each would be taken in, and whether it could be. */
import { type Definition, itemsOf } from "../rules/definition.ts";
import { type Body, isWrite, itemOf, RETRACT } from "../rules/entities.ts";
import { bodyOf, type Entry, type Fold, writesIn } from "../rules/fold.ts";
import { type Became, earlierVersions, moved } from "../rules/supplements.ts";
import { answerFault, rowFault } from "../rules/values.ts";
import type * as view from "../store/views.ts";

/** What the list or the form of a value refused once, it refuses again, whoever says it. */
const WRONG_IN_ITSELF = new Set(["value_invalid", "item_unknown"]);

/** What awaits the leader's decision, in the order of the log. */
export function setAsideIn(
  fold: Fold,
  definition: Definition,
  authored: (entry: Entry) => view.Authored,
): view.SetAsideView[] {
  const earlier = earlierVersions(fold);
  return fold.undecided().map((entry) => {
    const { type, entity } = entry.operation;
    const place = placeOf(entry, earlier);
    const writes = saidIn(entry);
    const isAdoptable = canBeAdoptedAt(place, entry, definition);
    const present = presentAt(fold, place, writes);
    return {
      ...authored(entry),
      type,
      entity,
      place,
      code: codeOf(fold, entry),
      isAdoptable,
      writes,
      present,
    };
  });
}

/** The entity at which the operation would be taken in: after a supplement, that of its item's successor. */
export function placeOf({ operation }: Entry, earlier: ReadonlyMap<string, Became>): string {
  return moved(operation.entity, earlier.get(operation.checklist) ?? {});
}

/** What the operation writes, with the reason that it gives. */
export function saidIn({ operation }: Entry): Body {
  const { reason } = bodyOf(operation);
  return { ...writesIn(operation), ...(typeof reason === "string" ? { reason } : {}) };
}

function codeOf(fold: Fold, entry: Entry): string {
  if (fold.leftOut.has(entry.operation.op_id)) return "not_in_signed";
  return entry.detail?.problem === "withheld" ? "withheld" : (entry.code ?? "");
}

function presentAt(fold: Fold, place: string, writes: Body): Body {
  if (fold.isHidden(place)) return {};
  const standing = Object.entries(fold.values(place));
  return Object.fromEntries(standing.filter(([field]) => field in writes || RETRACT in writes));
}

/** The server has the last word; this spares the leader a refusal. */
function canBeAdoptedAt(place: string, { operation, code }: Entry, definition: Definition): boolean {
  if (WRONG_IN_ITSELF.has(code ?? "") || !isWrite(operation.type) || operation.body === null) return false;
  const named = itemOf(place);
  if (named === null) return true;
  const item = itemsOf(definition).find((one) => one.code === named);
  if (!item) return false;
  if (operation.type.endsWith(".retract")) return true;
  const body = bodyOf(operation);
  const isRow = place.startsWith("row/");
  return (isRow ? rowFault(definition, item, body.columns) : answerFault(definition, item, body)) === null;
}
