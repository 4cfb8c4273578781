/** What Python and TypeScript must read and call alike: typed codes, the short titles of the law's points. */
import { expect, test } from "vitest";
import { Refusal } from "../src/app/facade.ts";
import { codeIn } from "../src/app/moving.ts";
import { typedCode } from "../src/rules/enrolment_code.ts";
import { TITLES } from "../src/screens/points.ts";
import { vectors } from "./vectors.ts";

const { cases } = vectors<{ cases: { name: string; typed: string; code: string | null }[] }>(
  "enrolment_code",
);

test.each(cases)("a code is read as people type it: $name", ({ typed, code }) => {
  expect(typedCode(typed)).toBe(code);
});

test("a slip is refused without a network, a scanned code is taken as it is", () => {
  const [first] = cases;
  expect(codeIn(` ${first?.typed.toLowerCase()} `, "https://a.vn")).toBe(first?.code);
  expect(() => codeIn("7K3M-Q9TD-0WX2", "https://a.vn")).toThrow(Refusal);
  expect(codeIn("q83vEjRWeJCrze8SNFZ4kA", "https://a.vn")).toBe("q83vEjRWeJCrze8SNFZ4kA");
  const scanned = { url: "https://a.vn/sync/v1/devices", code: "q83vEjRWeJCrze8SNFZ4kA" };
  expect(codeIn(JSON.stringify(scanned), "https://a.vn")).toBe("q83vEjRWeJCrze8SNFZ4kA");
});

test.each(["https://b.vn/sync/v1/devices", "không phải địa chỉ", ""])(
  "a scanned code of elsewhere is refused: «%s»",
  (url) => {
    const scanned = JSON.stringify({ url, code: "q83vEjRWeJCrze8SNFZ4kA" });
    expect(() => codeIn(scanned, "https://a.vn")).toThrow(Refusal);
  },
);

test("the points of Điều 36 have the titles, and the order, that the pages give them", () => {
  expect(Object.entries(TITLES)).toEqual(Object.entries(vectors<{ titles: object }>("points").titles));
});
