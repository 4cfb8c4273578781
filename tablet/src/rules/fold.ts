/**
 * The state of an inspection as a pure function of its log: the same whatever the order of arrival.
 *
 * Every field of every entity is a register of the values nobody has replaced: `heads = writes − ⋃parents`.
 * Causality is what operations name as parents, never a clock. Nothing is dropped.
 */
import { byCodePoint, type Operation } from "./digest.ts";
import { type Body, isInRecord, isStep, kindOf, RETRACT, writesOf } from "./entities.ts";

/** An operation with what became of it; without a position it has not come back from the server yet. */
export interface Entry {
  operation: Operation;
  device: string;
  effect: string;
  code: string | null;
  pos: number | null;
  receivedAt: string | null;
  detail: Body | null;
}

export interface Conflict {
  entity: string;
  field: string;
  heads: string[];
}

interface Freeze {
  pos: number;
  exclude: string[];
}

const bodies = new WeakMap<Operation, Body>();
const writes = new WeakMap<Operation, Body>();

/** The parsed body; empty if there is none that can be read. */
export function bodyOf(operation: Operation): Body {
  const known = bodies.get(operation);
  if (known) return known;
  const body = parsed(operation.body);
  bodies.set(operation, body);
  return body;
}

function parsed(text: string | null): Body {
  if (text === null) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Body) : {};
  } catch {
    return {};
  }
}

/** The fields that the operation sets; an adoption sets what the adopted operation would have set. */
export function writesIn(operation: Operation): Body {
  const known = writes.get(operation);
  if (known) return known;
  const body = bodyOf(operation);
  const found =
    operation.type === "quarantine.adopt"
      ? writesOf(String(body.type), parsed(typeof body.body === "string" ? body.body : null))
      : writesOf(operation.type, body);
  writes.set(operation, found);
  return found;
}

/** Whether the operation counts. */
export function isEffective(entry: Entry): boolean {
  return entry.effect === "applied" || entry.effect === "conflict";
}

function hasWrites(entry: Entry): boolean {
  return Object.keys(writesIn(entry.operation)).length > 0;
}

/** How many different JSON values there are, whatever the order of their members. */
export function distinct(values: Iterable<unknown>): number {
  return new Set([...values].map((value) => JSON.stringify(sorted(value)))).size;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => byCodePoint(a, b));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]));
}

/** Stands for every kind of entity where versions are asked for. */
export const ANYTHING = "*";

class Register {
  readonly writes = new Map<string, Entry>();
  readonly #replaced = new Set<string>();
  readonly #standing = new Set<string>();
  #heads: readonly Entry[] | null = null;

  get heads(): readonly Entry[] {
    this.#heads ??= [...this.#standing].sort().flatMap((id) => this.writes.get(id) ?? []);
    return this.#heads;
  }

  write(entry: Entry): void {
    const id = entry.operation.op_id;
    this.writes.set(id, entry);
    if (!this.#replaced.has(id)) this.#standing.add(id);
    this.#heads = null;
  }

  replace(parents: readonly string[]): void {
    for (const parent of parents) {
      this.#replaced.add(parent);
      this.#standing.delete(parent);
    }
    this.#heads = null;
  }
}

/** What has been worked out of an entity; forgotten as soon as something is added to it. */
interface Seen {
  fields?: readonly string[];
  isHidden?: boolean;
  conflicts?: readonly Conflict[];
}

/** What a log amounts to. Adding an entry again, or with its position, changes nothing else. */
export class Fold {
  readonly entries = new Map<string, Entry>();
  readonly leftOut: ReadonlySet<string>;
  readonly #registers = new Map<string, Map<string, Register>>();
  readonly #history = new Map<string, Map<string, Entry>>();
  readonly #names = new Map<string | undefined, readonly string[]>();
  readonly #seen = new Map<string, Seen>();
  readonly #versions = new Map<string, number>();
  readonly #steps = new Map<string, Entry>();
  readonly #aside = new Map<string, Entry>();
  readonly #decisions = new Map<string, Entry>();

  constructor(leftOut: ReadonlySet<string> = new Set()) {
    this.leftOut = leftOut;
  }

  add(entry: Entry): void {
    const { op_id, entity, parents } = entry.operation;
    this.entries.set(op_id, entry);
    mapAt(this.#history, entity).set(op_id, entry);
    this.#sort(entry);
    this.#touch(entity);
    if (!isEffective(entry) || this.leftOut.has(op_id) || !hasWrites(entry)) return;
    if (!this.#registers.has(entity)) this.#names.clear();
    const registers = mapAt(this.#registers, entity);
    for (const name of [...Object.keys(writesIn(entry.operation))]) {
      const register = registerAt(registers, name);
      register.write(entry);
      register.replace(parents);
    }
    // Whatever names a retraction as its parent has seen it and speaks after it.
    registerAt(registers, RETRACT).replace(parents);
  }

  /** Steps, what was set aside, and decisions about that are found without going through the whole log. */
  #sort(entry: Entry): void {
    const { op_id, type } = entry.operation;
    if (isStep(type)) this.#steps.set(op_id, entry);
    else if (!isEffective(entry) || this.leftOut.has(op_id)) this.#aside.set(op_id, entry);
    else this.#aside.delete(op_id);
    if (type === "quarantine.adopt" || type === "quarantine.dismiss") this.#decisions.set(op_id, entry);
  }

  #touch(entity: string): void {
    this.#seen.delete(entity);
    for (const name of new Set([entity, kindOf(entity), ANYTHING])) {
      this.#versions.set(name, this.versionOf(name) + 1);
    }
  }

  /** Grows with each entry about the entity, about any entity of the kind, or about anything. */
  versionOf(entityOrKind: string): number {
    return this.#versions.get(entityOrKind) ?? 0;
  }

  #seenOf(entity: string): Seen {
    let seen = this.#seen.get(entity);
    if (!seen) {
      seen = {};
      this.#seen.set(entity, seen);
    }
    return seen;
  }

  entities(kind?: string): readonly string[] {
    let names = this.#names.get(kind);
    if (!names) {
      const all = [...this.#registers.keys()];
      names = (kind === undefined ? all : all.filter((name) => kindOf(name) === kind)).sort(byCodePoint);
      this.#names.set(kind, names);
    }
    return names;
  }

  fields(entity: string): readonly string[] {
    const registers = this.#registers.get(entity);
    if (!registers) return [];
    const seen = this.#seenOf(entity);
    seen.fields ??= [...registers]
      .filter(([, register]) => register.writes.size > 0)
      .map(([name]) => name)
      .sort(byCodePoint);
    return seen.fields;
  }

  heads(entity: string, field: string): readonly Entry[] {
    return this.#registers.get(entity)?.get(field)?.heads ?? [];
  }

  /** One value of each field; where heads differ, that of the lowest id. */
  values(entity: string): Body {
    const found: Body = {};
    for (const name of this.fields(entity)) {
      const head = name === RETRACT ? undefined : this.heads(entity, name)[0];
      if (head) found[name] = writesIn(head.operation)[name];
    }
    return found;
  }

  #contentHeads(entity: string): Set<string> {
    const shown = this.fields(entity).filter((name) => name !== RETRACT);
    return new Set(shown.flatMap((name) => this.heads(entity, name).map((head) => head.operation.op_id)));
  }

  /** Whether a retraction stands that has seen everything written there. */
  isHidden(entity: string): boolean {
    const seen = this.#seenOf(entity);
    seen.isHidden ??= this.#isRetracted(entity);
    return seen.isHidden;
  }

  #isRetracted(entity: string): boolean {
    const retractions = this.heads(entity, RETRACT);
    if (retractions.length === 0) return false;
    const content = this.#contentHeads(entity);
    return retractions.some((head) => [...content].every((id) => head.operation.parents.includes(id)));
  }

  conflictsAt(entity: string): readonly Conflict[] {
    const seen = this.#seenOf(entity);
    seen.conflicts ??= this.#conflictsIn(entity);
    return seen.conflicts;
  }

  #conflictsIn(entity: string): Conflict[] {
    if (this.isHidden(entity)) return [];
    return this.fields(entity).flatMap((field) => {
      const heads = this.heads(entity, field);
      const ids = heads.map((head) => head.operation.op_id);
      if (field === RETRACT) {
        if (heads.length === 0) return [];
        const met = new Set([...ids, ...this.#contentHeads(entity)]);
        return [{ entity, field, heads: [...met].sort() }];
      }
      if (heads.length < 2 || distinct(heads.map((head) => writesIn(head.operation)[field])) < 2) return [];
      return [{ entity, field, heads: ids }];
    });
  }

  conflicts(): Conflict[] {
    return this.entities().flatMap((entity) => this.conflictsAt(entity));
  }

  /** Every operation on the entity, with whatever effect, in the order of the log. */
  history(entity: string): Entry[] {
    return [...(this.#history.get(entity)?.values() ?? [])].sort(logOrder);
  }

  /** What was set aside and neither adopted nor dismissed since. */
  undecided(): Entry[] {
    const decisions = [...this.#decisions.values()].filter(isEffective);
    const decided = new Set<unknown>(decisions.map((entry) => bodyOf(entry.operation).op_id));
    return [...this.#aside.values()].filter((entry) => !decided.has(entry.operation.op_id)).sort(logOrder);
  }

  /** The workflow steps, in the order of the log. */
  steps(): Entry[] {
    return [...this.#steps.values()].sort(logOrder);
  }
}

function mapAt<V>(outer: Map<string, Map<string, V>>, name: string): Map<string, V> {
  let inner = outer.get(name);
  if (!inner) {
    inner = new Map();
    outer.set(name, inner);
  }
  return inner;
}

function registerAt(registers: Map<string, Register>, name: string): Register {
  let register = registers.get(name);
  if (!register) {
    register = new Register();
    registers.set(name, register);
  }
  return register;
}

/** By position; what has none comes last, by device and number. */
export function logOrder(a: Entry, b: Entry): number {
  const byPos = (a.pos ?? Number.MAX_SAFE_INTEGER) - (b.pos ?? Number.MAX_SAFE_INTEGER);
  return byPos || byCodePoint(a.device, b.device) || a.operation.seq - b.operation.seq;
}

function excludedBy(signoff: Entry): string[] {
  const named = bodyOf(signoff.operation).exclude;
  return Array.isArray(named) ? named.map(String) : [];
}

function freezesIn(entries: readonly Entry[]): Freeze[] {
  const steps = new Map(
    entries.filter((e) => isStep(e.operation.type)).map((e) => [e.operation.op_id, e] as const),
  );
  const found: Freeze[] = [];
  for (const entry of steps.values()) {
    const { type } = entry.operation;
    let signoff: Entry | undefined;
    if (type === "inspection.signoff") signoff = entry;
    if (type === "inspection.signoff_confirmed") signoff = steps.get(String(bodyOf(entry.operation).op_id));
    if (signoff && isEffective(entry) && entry.pos !== null) {
      found.push({ pos: entry.pos, exclude: excludedBy(signoff) });
    }
  }
  return found.sort((a, b) => a.pos - b.pos);
}

/** The excluded operations of the record and all that build on them within the same entity. */
function withDescendants(excluded: Iterable<string>, entries: readonly Entry[]): Set<string> {
  const record = entries.filter((e) => isEffective(e) && hasWrites(e) && isInRecord(e.operation.entity));
  const entityOf = new Map(record.map((e) => [e.operation.op_id, e.operation.entity]));
  const children = new Map<string, string[]>();
  for (const { operation } of record) {
    for (const parent of operation.parents) {
      if (entityOf.get(parent) !== operation.entity) continue;
      children.set(parent, [...(children.get(parent) ?? []), operation.op_id]);
    }
  }
  const found = new Set([...excluded].filter((id) => entityOf.has(id)));
  const waiting = [...found];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const child of children.get(id) ?? []) {
      if (found.has(child)) continue;
      found.add(child);
      waiting.push(child);
    }
  }
  return found;
}

function leftOutOf(entries: readonly Entry[], exclude: Iterable<string>): Set<string> {
  const out = new Set<string>();
  for (const freeze of freezesIn(entries)) {
    const before = entries.filter(
      (e) => e.pos !== null && e.pos <= freeze.pos && !out.has(e.operation.op_id),
    );
    for (const id of withDescendants(freeze.exclude, before)) out.add(id);
  }
  const rest = entries.filter((e) => !out.has(e.operation.op_id));
  for (const id of withDescendants(exclude, rest)) out.add(id);
  return out;
}

/** The fold of the entries; `exclude`: what a sign-off now being prepared leaves out, with all that builds on it. */
export function foldOf(entries: Iterable<Entry>, exclude: Iterable<string> = []): Fold {
  const known = [...entries];
  const fold = new Fold(leftOutOf(known, exclude));
  for (const entry of known) fold.add(entry);
  return fold;
}
