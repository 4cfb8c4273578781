/**
 * What the tablet offers is what the server will take: the shared judgements, as far as the tablet decides anything.
 * It spares people a refusal; the last word is the server's.
 */
import { describe, expect, test } from "vitest";
import { isStep, itemOf } from "../src/rules/entities.ts";
import { foldOf } from "../src/rules/fold.ts";
import { mayWrite } from "../src/rules/permissions.ts";
import { unseenBy } from "../src/rules/signoff.ts";
import { stateAfter, stepsOpenTo, takesRecord } from "../src/rules/workflow.ts";
import type { Role, State } from "../src/store/views.ts";
import { type PlainEntry, vectors } from "./vectors.ts";

interface Case {
  name: string;
  operation: PlainEntry;
  before: PlainEntry[];
  situation: { state: State; form: "on_site" | "desk"; parts: string[]; waiting: unknown };
  expected: { effect: string; code: string | null };
}

const TEAM = new Set(["leader", "deputy", "secretary", "member"]);
const { cases } = vectors<{ cases: Case[] }>("judgement");
const ofTeam = cases.filter(
  (one) => one.situation.parts.length === 1 && TEAM.has(one.situation.parts[0] ?? ""),
);
/** What arrives behind an edit of it was written long ago; nobody is offered that. */
const isOld = ({ operation, before }: Case) =>
  before.some((entry) => entry.operation.parents.includes(operation.operation.op_id));
const isTaken = (one: Case) => one.expected.effect !== "quarantined";

function mayBeWritten(one: Case): boolean {
  const { operation } = one.operation;
  const fold = foldOf(one.before.map((entry) => ({ ...entry, receivedAt: null, detail: null })));
  const who = { person: operation.actor, role: one.situation.parts[0] as Role };
  return mayWrite(operation.type, operation.entity, who, fold);
}

describe("writes", () => {
  const writes = ofTeam.filter((one) => !isStep(one.operation.operation.type) && !isOld(one));
  test.each(writes.filter(isTaken))("offered: $name", (one) => {
    expect(mayBeWritten(one)).toBe(true);
  });

  const byRole = [
    "inspection.set",
    "explanation.set",
    "assignment.set",
    "remark.add",
    "note.edit",
    "quarantine.adopt",
  ];
  const refused = writes.filter(
    (one) => one.expected.code === "not_permitted" && one.situation.parts[0] === "member",
  );
  test.each(refused.filter((one) => byRole.includes(one.operation.operation.type)))(
    "not offered: $name",
    (one) => {
      expect(mayBeWritten(one)).toBe(false);
    },
  );

  const answers = writes.filter((one) => itemOf(one.operation.operation.entity) !== null);
  test.each(answers.filter((one) => one.expected.code === "step_not_allowed"))("closed: $name", (one) => {
    expect(takesRecord(one.situation.state)).toBe(false);
  });
});

describe("steps", () => {
  const own = ["start", "conclude", "signoff", "submit", "reopen"];
  const stepOf = (one: Case) => one.operation.operation.type.replace("inspection.", "");
  const steps = ofTeam.filter((one) => isStep(one.operation.operation.type) && own.includes(stepOf(one)));
  const standing = ({ situation }: Case) => ({
    state: situation.state,
    form: situation.form,
    signOffWaits: situation.waiting !== null,
  });

  const waits = (one: Case) =>
    ["signoff_awaited", "blobs_missing", "ops_missing"].includes(one.expected.code ?? "");
  test.each(steps.filter((one) => isTaken(one) || waits(one)))("offered: $name", (one) => {
    expect(stepsOpenTo(standing(one), one.situation.parts[0] as Role)).toContain(stepOf(one));
    expect(stateAfter(standing(one), stepOf(one), one.situation.parts[0] as Role)).not.toBeNull();
  });

  const never = ["not_permitted"];
  test.each(steps.filter((one) => never.includes(one.expected.code ?? "")))("not offered: $name", (one) => {
    expect(stepsOpenTo(standing(one), one.situation.parts[0] as Role)).not.toContain(stepOf(one));
  });

  const signOffs = cases.filter((one) => stepOf(one) === "signoff");
  test.each(signOffs)("shows what the signers had not seen: $name", ({ name, operation, before }) => {
    const entry = (one: PlainEntry) => ({ ...one, digest: "", receivedAt: null, detail: null });
    const unseen = unseenBy(entry(operation), before.map(entry)).map((one) => one.operation.entity);
    expect(unseen).toEqual(name === "work that they had not seen is here" ? ["answer/PL-17"] : []);
  });

  test("nothing is submitted or reopened where nothing was signed", () => {
    const unsigned = { state: "agreed", form: "on_site", signOffWaits: false } as const;
    expect(stepsOpenTo(unsigned, "leader")).toEqual(["conclude", "signoff"]);
  });
});
