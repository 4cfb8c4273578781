/** The server's histories: a restore begins a new one, and whoever notices it first leaves the old one here. */
import { Refused } from "./line.ts";
import { beginEpoch, type Parties } from "./push.ts";

/** The server is in another epoch than this tablet; who told it did not speak of this tablet's own chain. */
export class EpochOver extends Error {}

/** The work is done in the server's epoch: where that has changed, the tablet begins it and does the work anew. */
export async function inThisEpoch<T>(parties: Parties, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (fault) {
    if (fault instanceof EpochOver) await leaveEpoch(parties);
    else if (isMismatch(fault)) await beginEpoch(parties, fault.problem);
    else throw fault;
  }
  return work();
}

/** Only an answer to this tablet's own question says how far the server knows its chain. */
async function leaveEpoch(parties: Parties): Promise<void> {
  const epoch = await parties.db.fact<string>("epoch");
  const body = JSON.stringify({ device: parties.device.id, epoch, streams: {}, limit: 1, wait: 0 });
  try {
    await parties.line.json("/sync/v1/pull", { body });
  } catch (fault) {
    if (!isMismatch(fault)) throw fault;
    await beginEpoch(parties, fault.problem);
  }
}

function isMismatch(fault: unknown): fault is Refused {
  return fault instanceof Refused && fault.code === "epoch_mismatch";
}
