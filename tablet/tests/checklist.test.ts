/** Relevance, values and completeness give what the shared vectors say. */
import { expect, test } from "vitest";
import { gapsOf, itemGaps } from "../src/rules/completeness.ts";
import { type ChecklistItem, type Definition, itemsOf } from "../src/rules/definition.ts";
import { ProfileUnknown, relevantItems } from "../src/rules/relevance.ts";
import { answerFault, asDay, meetsDateRule, meetsTarget, percentage, rowFault } from "../src/rules/values.ts";
import { vectors } from "./vectors.ts";

type Body = Record<string, unknown>;
const checklist = vectors<Definition>("checklist");
const items = new Map(itemsOf(checklist).map((item) => [item.code, item]));
const itemNamed = (code: string): ChecklistItem => {
  const item = items.get(code);
  if (!item) throw new Error(`no item ${code}`);
  return item;
};

interface PlainScope {
  unit_type: string;
  profile: string | null;
  switched_on: string[];
}
const scopeOf = (plain: PlainScope) => ({
  unitType: plain.unit_type,
  profile: plain.profile,
  switchedOn: plain.switched_on,
});

const relevance = vectors<{
  cases: { name: string; scope: PlainScope; answers: Record<string, Body>; expected: string[] }[];
}>("relevance");

test.each(relevance.cases)("asked: $name", (one) => {
  expect(relevantItems(checklist, scopeOf(one.scope), one.answers)).toEqual(one.expected);
});

test.each(["khac", null])("a profile that the checklist lacks: %s", (profile) => {
  const scope = { unitType: "so_nganh", profile, switchedOn: [] };
  expect(() => relevantItems(checklist, scope, {})).toThrow(ProfileUnknown);
});

const values = vectors<{
  rows: { item: string; columns: unknown; expected: string | null }[];
  ratios: {
    value: { numerator: number; denominator: number };
    percentage: string | null;
    meets_target: boolean | null;
  }[];
  days: { last: string; on: string; way: string | null; expected: boolean }[];
  cases: { item: string; body: Body; expected: string | null }[];
}>("completeness_values");

test("answers fit or have the fault", () => {
  const found = values.cases.map((one) => ({
    ...one,
    expected: answerFault(checklist, itemNamed(one.item), one.body),
  }));
  expect(found).toEqual(values.cases);
});

test("rows fit or have the fault", () => {
  const found = values.rows.map((one) => ({
    ...one,
    expected: rowFault(checklist, itemNamed(one.item), one.columns),
  }));
  expect(found).toEqual(values.rows);
});

test("ratios in per cent and against their target", () => {
  for (const one of values.ratios) {
    expect(percentage(one.value)).toBe(one.percentage === null ? null : Number(one.percentage));
    expect(meetsTarget(itemNamed("B-1"), one.value)).toBe(one.meets_target);
  }
});

test("once a year is counted as the department chose", () => {
  const rule = itemNamed("B-2").date_rule;
  if (!rule) throw new Error("B-2 has no rule");
  const found = values.days.map((one) => {
    const [last, on] = [asDay(one.last), asDay(one.on)];
    return last && on ? meetsDateRule(rule, last, on, one.way) : null;
  });
  expect(found).toEqual(values.days.map((one) => one.expected));
});

const completeness = vectors<{
  cases: {
    name: string;
    item: string;
    answer: Body | null;
    rows: Body[];
    has_photo: boolean;
    expected: unknown[];
  }[];
}>("completeness");

test.each(completeness.cases)("lacks: $name", (one) => {
  const recorded = {
    answers: one.answer === null ? {} : { [one.item]: one.answer },
    rows: { [one.item]: one.rows },
    withAttachment: new Set(one.has_photo ? [one.item] : []),
  };
  const found = itemGaps(checklist, itemNamed(one.item), recorded);
  expect(found.map(({ lack, detail }) => ({ lack, detail }))).toEqual(one.expected);
});

test("the whole record lists gaps of asked items only", () => {
  const scope = { unitType: "so_nganh", profile: "rut_gon", switchedOn: [] };
  const recorded = {
    answers: { "A-1": { value: "lan_dau" }, "B-5": { value: null } },
    rows: {},
    withAttachment: new Set<string>(),
  };
  expect(gapsOf(checklist, scope, recorded).map((gap) => gap.item)).toEqual(["A-2", "B-8"]);
});
