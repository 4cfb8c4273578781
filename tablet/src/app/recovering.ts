/** A PIN that nobody remembers: the server's half of the spare key, for whoever has just signed in. */
import type { Database } from "../store/database.ts";
import { deviceOf } from "../store/device.ts";
import type { ServerHalf } from "../store/vault.ts";
import { type Entrance, SignInNeeded } from "../sync/entrance.ts";
import { Lost, Refused } from "../sync/line.ts";
import { Refusal } from "./facade.ts";
import { addPerson, type Named, type Proof } from "./locking.ts";
import { asRefusal } from "./refusals.ts";

/** The person has this PIN, and a spare key where the server can be asked. Throws Refusal; see `choosePin`. */
export async function pinChosen(
  db: Database,
  entrance: Entrance,
  person: Named,
  pin: string,
  proof: Omit<Proof, "half">,
): Promise<void> {
  const earlier = await db.people.get(person.person_id);
  const isOptional = !earlier?.spare || proof.witness !== undefined;
  const half = await serverHalf(db, entrance, person.person_id, isOptional);
  await addPerson(db, person, pin, { ...proof, half });
}

/** Whether the server has ordered the tablet to erase itself. */
export function isWipe(fault: unknown): boolean {
  return fault instanceof Refusal && fault.members.wipe === true;
}

/** The half, or null where it cannot be had and the PIN can be chosen all the same. Throws Refusal. */
async function serverHalf(
  db: Database,
  entrance: Entrance,
  person: string,
  isOptional: boolean,
): Promise<ServerHalf | null> {
  try {
    return { person, bytes: await entrance.recoveryHalf(await deviceOf(db), person) };
  } catch (fault) {
    const isKnown = fault instanceof Lost || fault instanceof Refused || fault instanceof SignInNeeded;
    const told = asRefusal(fault);
    if (isOptional && isKnown && !isWipe(told)) return null;
    throw told;
  }
}
