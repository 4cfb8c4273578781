/** Whoever has unlocked the tablet, with everything that the key opens. */
import { genesisOf } from "../rules/digest.ts";
import { Archive } from "../store/archive.ts";
import type { Database } from "../store/database.ts";
import { deviceOf } from "../store/device.ts";
import { Files } from "../store/files.ts";
import { Ledger } from "../store/ledger.ts";
import type { Vault } from "../store/vault.ts";
import type { Entrance } from "../sync/entrance.ts";
import type { Line } from "../sync/line.ts";
import type { Crew } from "../sync/round.ts";

export async function crewOf(
  given: { db: Database; line: Line; entrance: Entrance },
  vault: Vault,
  person: string,
): Promise<Crew> {
  const { db } = given;
  const device = await deviceOf(db);
  return {
    ...given,
    vault,
    ledger: new Ledger(db, vault, device.id),
    archive: new Archive(db, vault),
    files: new Files(db, vault),
    device,
    genesis: await genesisOf(device.id, device.thumbprint),
    person,
  };
}
