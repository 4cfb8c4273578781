/** The steps that a team takes with a tablet, as the same table that the server asks; the office's steps are not in it. */
import type { Role, State } from "../store/views.ts";

type Form = "on_site" | "desk";

interface Row {
  step: string;
  forms: readonly Form[];
  states: readonly State[];
  to: State;
  roles: readonly Role[];
}

const TEAM: readonly Role[] = ["leader", "deputy", "secretary", "member"];
const LEADER: readonly Role[] = ["leader"];
const BOTH: readonly Form[] = ["on_site", "desk"];

const TABLE: readonly Row[] = [
  {
    step: "start",
    forms: BOTH,
    states: ["decided", "awaiting_self_report"],
    to: "in_progress",
    roles: TEAM,
  },
  { step: "conclude", forms: BOTH, states: ["in_progress", "agreed"], to: "agreed", roles: LEADER },
  { step: "signoff", forms: ["on_site"], states: ["agreed"], to: "signed", roles: LEADER },
  { step: "submit", forms: ["on_site"], states: ["signed"], to: "submitted", roles: LEADER },
  { step: "submit", forms: ["desk"], states: ["agreed"], to: "submitted", roles: LEADER },
  { step: "reopen", forms: ["on_site"], states: ["signed"], to: "in_progress", roles: LEADER },
];

const RECORDING: readonly State[] = ["decided", "awaiting_self_report", "in_progress", "agreed"];

/** The state that follows the step, or null if it cannot be taken now by this role. */
export function stateAfter(state: State, step: string, form: Form, role: Role | null): State | null {
  const row = TABLE.find(
    (one) => one.step === step && one.forms.includes(form) && one.states.includes(state),
  );
  return row && role && row.roles.includes(role) ? row.to : null;
}

/** The steps that somebody in this role may take now, in the order of the table. */
export function stepsOpenTo(state: State, form: Form, role: Role | null): string[] {
  const steps = TABLE.filter((one) => stateAfter(state, one.step, form, role) !== null);
  return [...new Set(steps.map((one) => one.step))];
}

/** Whether answers, findings, photos and the like are still taken into the record. */
export function takesRecord(state: State): boolean {
  return RECORDING.includes(state);
}
