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

const STARTING: readonly State[] = ["decided", "awaiting_self_report"];

const TABLE: readonly Row[] = [
  { step: "start", forms: BOTH, states: STARTING, to: "in_progress", roles: TEAM },
  // Whoever concludes was there, also where the tap on "start" is still on somebody else's tablet.
  {
    step: "conclude",
    forms: BOTH,
    states: [...STARTING, "in_progress", "agreed"],
    to: "agreed",
    roles: LEADER,
  },
  { step: "signoff", forms: ["on_site"], states: ["agreed"], to: "signed", roles: LEADER },
  { step: "submit", forms: ["on_site"], states: ["signed"], to: "submitted", roles: LEADER },
  { step: "submit", forms: ["desk"], states: ["agreed"], to: "submitted", roles: LEADER },
  { step: "reopen", forms: ["on_site"], states: ["signed"], to: "in_progress", roles: LEADER },
];

/** From "agreed", for a sign-off that waits to be confirmed: it takes the submission along, or is withdrawn. */
const BEHIND_A_SIGNOFF: readonly Row[] = [
  { step: "submit", forms: ["on_site"], states: ["agreed"], to: "agreed", roles: LEADER },
  { step: "reopen", forms: ["on_site"], states: ["agreed"], to: "in_progress", roles: LEADER },
];

const RECORDING: readonly State[] = ["decided", "awaiting_self_report", "in_progress", "agreed"];

/** Where an inspection stands; `signOffWaits`: a sign-off was made and the server has not confirmed it yet. */
export interface Standing {
  state: State;
  form: Form;
  signOffWaits: boolean;
}

/** The state that follows the step, or null if it cannot be taken now by this role. */
export function stateAfter(standing: Standing, step: string, role: Role | null): State | null {
  const rows = standing.signOffWaits ? [...TABLE, ...BEHIND_A_SIGNOFF] : TABLE;
  const row = rows.find(
    (one) => one.step === step && one.forms.includes(standing.form) && one.states.includes(standing.state),
  );
  return row && role && row.roles.includes(role) ? row.to : null;
}

/** The steps that somebody in this role may take now, in the order of the table. */
export function stepsOpenTo(standing: Standing, role: Role | null): string[] {
  const steps = [...TABLE, ...BEHIND_A_SIGNOFF].map((one) => one.step);
  return [...new Set(steps)].filter((step) => stateAfter(standing, step, role) !== null);
}

/** Whether answers, findings, photos and the like are still taken into the record. */
export function takesRecord(state: State): boolean {
  return RECORDING.includes(state);
}
