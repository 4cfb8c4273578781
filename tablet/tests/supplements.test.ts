/** After a supplement, late work by the earlier checklist is offered where its item lives on, and nowhere else. */
import { describe, expect, test } from "vitest";
import { adopting } from "../src/app/drafting.ts";
import { setAsideIn } from "../src/app/set_aside.ts";
import { type Definition, itemsOf } from "../src/rules/definition.ts";
import { type Entry, Fold } from "../src/rules/fold.ts";
import { type Became, moved, type Supplement, since } from "../src/rules/supplements.ts";
import { newId } from "../src/store/ids.ts";
import type { Authored } from "../src/store/views.ts";
import { vectors } from "./vectors.ts";

interface Case {
  name: string;
  supplements: Supplement[];
  earlier: Record<string, Became>;
  places: { checklist: string; entity: string; place: string }[];
}

describe("as the server reads them", () => {
  test.each(vectors<{ cases: Case[] }>("supplements").cases)("$name", (one) => {
    const earlier = since(one.supplements);
    expect(Object.fromEntries(earlier)).toEqual(one.earlier);
    for (const { checklist, entity, place } of one.places)
      expect(moved(entity, earlier.get(checklist) ?? {})).toBe(place);
  });
});

const definition = vectors<Definition>("checklist");
const [first = "", second = ""] = itemsOf(definition)
  .filter((item) => item.response === "conformity")
  .map((item) => item.code);

function entry(
  type: string,
  entity: string,
  body: object,
  told: Partial<Entry>,
  parents: string[] = [],
): Entry {
  const operation = {
    op_id: newId(), seq: 1, type, inspection: "i", entity, parents, checklist: "MAU@1", actor: "p1",
    hlc: "", wall: "2023-05-23T09:00:00.000+07:00", clk: "+0/0", body: JSON.stringify(body),
  }; // biome-ignore format: one member a line would hide the shape
  const plain = { effect: "applied", code: null, pos: 1, receivedAt: null, detail: null };
  return { operation, device: "d1", ...plain, ...told };
}

const late = (entity: string, body: object, code: string, parents: string[] = []) =>
  entry("answer.set", entity, body, { effect: "quarantined", code, pos: 2 }, parents);

function supplemented(mapping: Became): Entry {
  const told = { detail: { before: "MAU@1" }, pos: 1 };
  return entry("inspection.supplement", "inspection", { checklist: "MAU@2", mapping }, told);
}

function foldOf(...entries: Entry[]): Fold {
  const fold = new Fold();
  for (const one of entries) fold.add(one);
  return fold;
}

const offered = (fold: Fold) =>
  setAsideIn(fold, definition, () => ({}) as Authored).map(({ place, isAdoptable }) => ({
    place,
    isAdoptable,
  }));

const FINE = { value: "phu_hop", conclusion: "phu_hop" };

test("an answer to an item that became another is taken in there, with nothing seen", () => {
  const sent = late("answer/GONE", FINE, "checklist_mismatch", [newId()]);
  const fold = foldOf(supplemented({ GONE: first }), sent);
  expect(offered(fold)).toEqual([{ place: `answer/${first}`, isAdoptable: true }]);
  const draft = adopting(fold, sent.operation.op_id, "Đã xem.");
  expect(draft.entity).toBe(`answer/${first}`);
  expect(draft.parents).toEqual([]);
});

test("what stands at the new item is shown beside it", () => {
  const there = entry("answer.set", `answer/${first}`, FINE, { pos: 3 });
  const fold = foldOf(supplemented({ GONE: first }), late("answer/GONE", FINE, "checklist_mismatch"), there);
  const [shown] = setAsideIn(fold, definition, () => ({}) as Authored);
  expect(shown?.present).toEqual({ answer: FINE });
});

test.each([
  ["an item that nothing took the place of", "answer/GONE", FINE, "checklist_mismatch", false],
  ["an answer that the item does not take", `answer/${second}`, { value: 7 }, "checklist_mismatch", false],
  ["a form that was wrong in itself", `answer/${second}`, FINE, "value_invalid", false],
  ["what came after the signatures", `answer/${second}`, FINE, "inspection_frozen", true],
])("%s", (_name, entity, body, code, isAdoptable) => {
  const fold = foldOf(supplemented({ GONE: null }), late(entity, body, code));
  expect(offered(fold)).toEqual([{ place: entity, isAdoptable }]);
});
