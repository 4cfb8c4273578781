/** Who may open this tablet: PINs, wrong tries, and the store's key behind them. */
import type { Database, PersonRow } from "../store/database.ts";
import { firstWrap, Vault, WrongPin, wrapAgain } from "../store/vault.ts";
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
    .map(({ person_id, full_name, title }) => ({ person_id, full_name, title, hasPin: true }))
    .sort((a, b) => a.full_name.localeCompare(b.full_name, "vi"));
}

/** The person has a PIN on this tablet; `witness` is needed where somebody else has one already. */
export async function addPerson(
  db: Database,
  person: Named,
  pin: string,
  {
    witness,
    cost,
  }: { witness?: { person_id: string; pin: string } | undefined; cost?: number | undefined } = {},
): Promise<void> {
  refuseWeakPin(pin);
  const others = await db.people.toArray();
  let wrapped: Awaited<ReturnType<typeof firstWrap>>;
  if (others.length === 0) {
    wrapped = await firstWrap(pin, cost);
  } else {
    const row = others.find((one) => one.person_id === witness?.person_id);
    if (!row || !witness) throw new Refusal("witness_wrong");
    await opened(db, row, witness.pin, "witness_wrong");
    wrapped = await wrapAgain(row, witness.pin, pin, cost);
  }
  const { person_id, full_name, title } = person;
  await db.people.put({ person_id, full_name, title, ...wrapped, failures: 0, blockedUntil: 0 });
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
