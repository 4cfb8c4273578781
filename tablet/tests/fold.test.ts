/** The fold and the content hash give what the shared vectors say, in whatever order entries arrive. */
import { describe, expect, test } from "vitest";
import { contentHashOf, contentLines } from "../src/rules/content.ts";
import { type Entry, Fold, foldOf } from "../src/rules/fold.ts";
import { type PlainEntry, vectors } from "./vectors.ts";

interface FoldCase {
  name: string;
  entries: PlainEntry[];
  exclude: string[];
  expected: { heads: unknown; hidden: string[]; left_out: string[]; conflicts: unknown[] };
}

function entriesOf(plain: PlainEntry[]): Entry[] {
  return plain.map((one) => ({ ...one, receivedAt: null, detail: null }));
}

function told(fold: Fold) {
  const heads: Record<string, Record<string, string[]>> = {};
  for (const entity of fold.entities()) {
    heads[entity] = Object.fromEntries(
      fold.fields(entity).map((name) => [name, fold.heads(entity, name).map((head) => head.operation.op_id)]),
    );
  }
  return {
    heads,
    hidden: fold.entities().filter((entity) => fold.isHidden(entity)),
    left_out: [...fold.leftOut].sort(),
    conflicts: fold.conflicts(),
  };
}

describe.each(vectors<{ cases: FoldCase[] }>("fold").cases)("fold: $name", (one) => {
  test.each([false, true])("backwards: %s", async (backwards) => {
    const entries = entriesOf(one.entries);
    expect(told(foldOf(backwards ? entries.reverse() : entries, one.exclude))).toEqual(one.expected);
  });
});

interface ContentCase extends FoldCase {
  inspection: string;
  checklist_sha256: string;
  lines: string[];
  content: string;
}

test.each(vectors<{ cases: ContentCase[] }>("content_hash").cases)("content: $name", async (one) => {
  const fold = foldOf(entriesOf(one.entries), one.exclude);
  expect(await contentLines(fold)).toEqual(one.lines);
  expect(await contentHashOf(one.inspection, one.checklist_sha256, fold)).toBe(one.content);
});

function everythingOf(fold: Fold) {
  const [undecided, steps] = [fold.undecided(), fold.steps()];
  const kinds = ["answer", "photo", "finding", "note"].map((kind) => fold.entities(kind));
  return { ...told(fold), kinds, undecided, steps, values: fold.entities().map((name) => fold.values(name)) };
}

test.each(vectors<{ cases: FoldCase[] }>("fold").cases)("looked at after each entry: $name", (one) => {
  const entries = entriesOf(one.entries);
  const { leftOut } = foldOf(entries, one.exclude);
  const watched = new Fold(leftOut);
  for (const [place, entry] of entries.entries()) {
    watched.add(entry);
    const fresh = new Fold(leftOut);
    for (const earlier of entries.slice(0, place + 1)) fresh.add(earlier);
    expect(everythingOf(watched)).toEqual(everythingOf(fresh));
  }
});

test("an entry that comes again with its position changes nothing else", async () => {
  const [one] = vectors<{ cases: FoldCase[] }>("fold").cases.filter((c) => c.entries.length === 2);
  const entries = entriesOf(one?.entries ?? []);
  const fold = new Fold();
  for (const entry of entries) fold.add(entry);
  const before = told(fold);
  for (const [place, entry] of entries.entries()) fold.add({ ...entry, pos: place + 1 });
  expect(told(fold)).toEqual(before);
});
