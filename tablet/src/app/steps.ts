/** How far an inspection is by what this tablet knows: the server's word, then our own steps that are still travelling. */

import type { Body } from "../rules/entities.ts";
import { bodyOf, type Entry, type Fold, isEffective } from "../rules/fold.ts";
import { stateAfter } from "../rules/workflow.ts";
import type { Role, SignOffState, State } from "../store/views.ts";

const WAITING = new Set(["ops_missing", "blobs_missing"]);

/** The state with the steps that wait to be sent; a sign-off counts only once the server has confirmed it. */
export function stateOf(
  fold: Fold,
  told: State,
  form: "on_site" | "desk",
  roleOf: (person: string) => Role | null,
): State {
  let state = told;
  const signOffWaits = ["pending", "waiting"].includes(signOffOf(fold)?.state ?? "");
  for (const entry of fold.steps()) {
    const step = entry.operation.type.replace("inspection.", "");
    if (entry.pos !== null || step === "signoff" || !isEffective(entry)) continue;
    state = stateAfter({ state, form, signOffWaits }, step, roleOf(entry.operation.actor)) ?? state;
  }
  return state;
}

/** The steps since the record was last opened anew. */
function ofThisRevision(fold: Fold): Entry[] {
  const steps = fold.steps();
  const opens = (entry: Entry) =>
    /^inspection\.(reopen|send_back)$/.test(entry.operation.type) && isEffective(entry);
  return steps.slice(steps.findLastIndex(opens) + 1);
}

/** The latest sign-off of this revision, with the server's reason where it has judged it since. */
export function signOffOf(fold: Fold): SignOffState | null {
  const steps = ofThisRevision(fold);
  const last = steps.findLast((entry) => entry.operation.type === "inspection.signoff");
  if (!last) return null;
  const { op_id: opId, wall } = last.operation;
  const decision = (type: string) =>
    steps.find(
      (entry) =>
        entry.operation.type === type && isEffective(entry) && bodyOf(entry.operation).op_id === opId,
    );
  const content = String(bodyOf(last.operation).content ?? "");
  const told = { opId, wall, content, code: last.code, detail: last.detail ?? {} };
  if (last.pos === null && isEffective(last)) return { ...told, state: "pending" };
  if (isEffective(last) || decision("inspection.signoff_confirmed"))
    return { ...told, state: "applied", code: null };
  const lapsed = decision("inspection.signoff_lapsed");
  if (!lapsed) return { ...told, state: WAITING.has(last.code ?? "") ? "waiting" : "refused" };
  // It waited, and what came meanwhile decided against it.
  const { code, detail } = bodyOf(lapsed.operation);
  return { ...told, state: "refused", code: String(code), detail: (detail ?? {}) as Body };
}

/** The supervisor's return that is still to be answered. */
export function sentBackOf(
  fold: Fold,
  state: State,
): { reason: string; dueOn: string | null; at: string } | null {
  if (!["in_progress", "agreed", "signed"].includes(state)) return null;
  const last = fold
    .steps()
    .findLast(
      (entry) => /^inspection\.(reopen|send_back|submit)$/.test(entry.operation.type) && isEffective(entry),
    );
  if (last?.operation.type !== "inspection.send_back") return null;
  const { reason, due_on } = bodyOf(last.operation);
  return {
    reason: String(reason ?? ""),
    dueOn: typeof due_on === "string" ? due_on : null,
    at: last.operation.wall,
  };
}

/** The version that the office or the leader bound the inspection to after the decision, and when. */
export function supplementedOf(fold: Fold): { checklist: string; at: string } | null {
  const last = fold
    .steps()
    .findLast((entry) => entry.operation.type === "inspection.supplement" && isEffective(entry));
  return last ? { checklist: String(bodyOf(last.operation).checklist), at: last.operation.wall } : null;
}
