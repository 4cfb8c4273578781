/** Who may open this tablet: PINs, wrong tries, and the store's key behind them. */
import type { Database, PersonRow } from "../store/database.ts";
import {
  firstWrap,
  type ServerHalf,
  spareOf,
  Vault,
  type Wrapped,
  WrongHalf,
  WrongPin,
  wrapAgain,
  wrapBySpare,
} from "../store/vault.ts";
import type { Person } from "../store/views.ts";
import { Refusal } from "./facade.ts";

const LEAST_DIGITS = 6;
const FREE_TRIES = 5;
const FIRST_BLOCK_MS = 30_000;
const LONGEST_BLOCK_MS = 3_600_000;

export interface Named {
  person_id: string;
  full_name: string;
  title: string;
}

/** Throws Refusal pin_too_weak. */
export function refuseWeakPin(pin: string): void {
  const isTooShort = pin.length < LEAST_DIGITS;
  const isOneDigit = new Set(pin).size === 1;
  const isRun = "01234567890123456789".includes(pin) || "98765432109876543210".includes(pin);
  if (isTooShort || isOneDigit || isRun) throw new Refusal("pin_too_weak", "", { least: LEAST_DIGITS });
}

export async function peopleOf(db: Database): Promise<Person[]> {
  const rows = await db.people.toArray();
  return rows
    .map(({ person_id, full_name, title, spare }) => {
      return { person_id, full_name, title, hasPin: true, canRecover: Boolean(spare) };
    })
    .sort((a, b) => a.full_name.localeCompare(b.full_name, "vi"));
}

export interface Proof {
  witness?: { person_id: string; pin: string } | undefined;
  /** The server's half of this person's spare key, where it could be asked for. */
  half?: ServerHalf | null;
  cost?: number | undefined;
}

/**
 * The person has a PIN on this tablet. Where somebody has one already, one of them is the witness, or the person's own
 * spare key opens the store. Throws Refusal pin_too_weak, witness_wrong, recovery_lost.
 */
export async function addPerson(db: Database, person: Named, pin: string, proof: Proof = {}): Promise<void> {
  refuseWeakPin(pin);
  const { person_id, full_name, title } = person;
  const wrapped = await wrappedFor(db, person_id, pin, proof);
  // An earlier spare key opens the same store.
  const earlier = (await db.people.get(person_id))?.spare ?? null;
  const spare = proof.half ? await spareOf(wrapped, pin, proof.half) : earlier;
  await db.people.put({ person_id, full_name, title, ...wrapped, spare, failures: 0, blockedUntil: 0 });
}

async function wrappedFor(db: Database, person: string, pin: string, proof: Proof): Promise<Wrapped> {
  const { witness, half, cost } = proof;
  const others = await db.people.toArray();
  if (others.length === 0) return firstWrap(pin, cost);
  const spare = others.find((one) => one.person_id === person)?.spare;
  if (spare && half && !witness) {
    return wrapBySpare(spare, half, pin, cost).catch(async (fault: unknown) => {
      if (!(fault instanceof WrongHalf)) throw fault;
      // A server that was restored has drawn another half; the screens shall not promise what does not hold.
      await db.people.update(person, { spare: null });
      throw new Refusal("recovery_lost");
    });
  }
  const row = others.find((one) => one.person_id === witness?.person_id);
  if (!row || !witness) throw new Refusal("witness_wrong");
  await opened(db, row, witness.pin, "witness_wrong");
  return wrapAgain(row, witness.pin, pin, cost);
}

/** Throws Refusal pin_wrong, pin_blocked. */
export async function unlocked(db: Database, person_id: string, pin: string): Promise<Vault> {
  const row = await db.people.get(person_id);
  if (!row) throw new Refusal("person_unknown");
  return opened(db, row, pin, "pin_wrong");
}

/** Throws Refusal pin_wrong, pin_blocked, pin_too_weak. */
export async function changePin(
  db: Database,
  person_id: string,
  oldPin: string,
  newPin: string,
): Promise<void> {
  refuseWeakPin(newPin);
  await unlocked(db, person_id, oldPin);
  const row = await db.people.get(person_id);
  if (row) await db.people.update(person_id, await wrapAgain(row, oldPin, newPin));
}

async function opened(db: Database, row: PersonRow, pin: string, code: string): Promise<Vault> {
  const wait = row.blockedUntil - Date.now();
  // Longer than any block lasts: the clock was far ahead then, and nobody waits for years.
  if (wait > 0 && wait <= LONGEST_BLOCK_MS) {
    throw new Refusal("pin_blocked", "", { until: new Date(row.blockedUntil).toISOString() });
  }
  try {
    const vault = await Vault.open(row, pin);
    if (row.failures > 0) await db.people.update(row.person_id, { failures: 0, blockedUntil: 0 });
    return vault;
  } catch (fault) {
    if (!(fault instanceof WrongPin)) throw fault;
  }
  const failures = row.failures + 1;
  const block = Math.min(LONGEST_BLOCK_MS, FIRST_BLOCK_MS * 2 ** Math.max(0, failures - FREE_TRIES));
  const blockedUntil = failures < FREE_TRIES ? 0 : Date.now() + block;
  await db.people.update(row.person_id, { failures, blockedUntil });
  throw new Refusal(code, "", { left: Math.max(0, FREE_TRIES - failures) });
}
