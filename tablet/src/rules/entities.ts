/** What can be written in an inspection: kinds of entities, their verbs, and the fields that one write sets. */

export const RETRACT = "retract";

interface Kind {
  verbs: readonly string[];
  inRecord: boolean;
  /** The whole body is judged together: one register named like the kind. */
  isOne: boolean;
}

const kind = (verbs: string, inRecord: boolean, isOne: boolean): Kind => ({
  verbs: verbs.split(" "),
  inRecord,
  isOne,
});

export const KINDS: Readonly<Record<string, Kind>> = {
  inspection: kind("set resolve", true, false),
  announcement: kind("set resolve", true, false),
  participant: kind("set resolve retract", true, false),
  answer: kind("set resolve", true, true),
  row: kind("set resolve retract", true, true),
  finding: kind("set resolve retract", true, false),
  explanation: kind("set resolve", true, false),
  photo: kind("add edit retract", true, true),
  file: kind("add edit retract", true, true),
  note: kind("add edit retract", false, true),
  assignment: kind("set", false, false),
  signature: kind("add", false, true),
  remark: kind("add answer accept", false, true),
};

const UNREGISTERED = new Set(["reason", "salt", "reissues", RETRACT]);
const MOVABLE = new Set(["item", "caption"]);
const REMARK_STATES: Readonly<Record<string, string>> = {
  add: "open",
  answer: "answered",
  accept: "accepted",
};

export type Body = Record<string, unknown>;

/** The kind that the entity's name begins with. */
export function kindOf(entity: string): string {
  const end = entity.indexOf("/");
  return end < 0 ? entity : entity.slice(0, end);
}

/** What comes after the kind: an id, an item's code, or `<item>/<id>` of a row. */
export function restOf(entity: string): string {
  return entity.slice(kindOf(entity).length + 1);
}

/** Whether the entity belongs to what is signed. */
export function isInRecord(entity: string): boolean {
  return KINDS[kindOf(entity)]?.inRecord ?? false;
}

/** The checklist item that an answer or a row belongs to. */
export function itemOf(entity: string): string | null {
  const name = kindOf(entity);
  if (name !== "answer" && name !== "row") return null;
  return restOf(entity).split("/")[0] ?? null;
}

/** Whether the type is a step of the workflow and not a write. */
export function isStep(type: string): boolean {
  const [name, verb = ""] = type.split(".");
  return name === "inspection" && !KINDS.inspection?.verbs.includes(verb);
}

/** Whether the type writes fields of an entity; steps and decisions do not. */
export function isWrite(type: string): boolean {
  const [name = "", verb = ""] = type.split(".");
  return KINDS[name]?.verbs.includes(verb) ?? false;
}

/** The fields that the operation sets, each with its value; a step or a decision sets none. */
export function writesOf(type: string, body: Body): Body {
  const [name = "", verb = ""] = type.split(".");
  const known = KINDS[name];
  if (!known?.verbs.includes(verb)) return {};
  if (verb === "retract") return { [RETRACT]: true };
  const members = Object.fromEntries(Object.entries(body).filter(([member]) => !UNREGISTERED.has(member)));
  if (name === "remark") return remarkWrites(verb, members);
  if (name === "photo" || name === "file") return fileWrites(name, verb, members);
  return known.isOne ? { [name]: present(members) } : members;
}

function remarkWrites(verb: string, members: Body): Body {
  const state = { state: REMARK_STATES[verb] };
  return verb === "add" ? { remark: present(members), ...state } : state;
}

function fileWrites(name: string, verb: string, members: Body): Body {
  const entries = Object.entries(members);
  const moved = Object.fromEntries(entries.filter(([member]) => MOVABLE.has(member)));
  if (verb !== "add") return moved;
  return {
    ...moved,
    [name]: present(Object.fromEntries(entries.filter(([member]) => !MOVABLE.has(member)))),
  };
}

function present(members: Body): Body {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}
