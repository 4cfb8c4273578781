/**
 * What others signed goes to the server as it is: team mates' batches, and what the office wrote before a restore.
 *
 * None of it is this tablet's own word. A refusal is kept beside what was refused and changes nothing else: neither
 * what this tablet still has to send nor what it is to the server.
 */
import { RECOLLECTIONS } from "../store/archive.ts";
import type { Database, RelayRow } from "../store/database.ts";
import { BrokenSeal, type Vault } from "../store/vault.ts";
import { EpochOver } from "./epochs.ts";
import { type Line, Refused } from "./line.ts";

export interface Carrier {
  db: Database;
  vault: Vault;
  line: Line;
}

interface Refusal {
  code: string;
  said: string;
}

/** The server is not ready for anybody, or the token has run out: nothing else gets through now either. */
const STOPPING = new Set([401, 429, 503]);
/** Bytes that no server will ever take; the author's own tablet learns the same and acts on it. */
const NEVER = new Set(["chain_fork", "bad_chain", "bad_signature"]);
/** Recollections are only told, and told once. */
const TOLD = new Set([400, 404, 422]);
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 6 * 3_600_000;

/** Whatever is due has been offered to the server. Throws Lost, EpochOver, and Refused with 401, 429 and 503. */
export async function relay(carrier: Carrier): Promise<void> {
  const { db } = carrier;
  const epoch = await db.fact<string>("epoch");
  const now = Date.now();
  for (const row of await db.relays.where("isSent").equals(0).toArray()) {
    if (row.refused && row.refused.notBefore > now) continue;
    await settle(db, row, await offered(carrier, row, epoch));
  }
}

async function offered(
  carrier: Carrier,
  row: RelayRow,
  epoch: string | undefined,
): Promise<Refused | Refusal | null> {
  const { vault, line } = carrier;
  try {
    const text = await vault.open(`relays/${row.id}`, row.sealed);
    if (row.device === RECOLLECTIONS) await line.json("/sync/v1/recollections", { body: text });
    else
      await line.json("/sync/v1/push", {
        body: JSON.stringify({ ...JSON.parse(text), epoch }),
        zipped: true,
      });
    return null;
  } catch (fault) {
    if (fault instanceof BrokenSeal) return { code: fault.code, said: "" };
    if (!(fault instanceof Refused) || STOPPING.has(fault.status)) throw fault;
    if (fault.code === "epoch_mismatch" && fault.problem.epoch !== epoch) throw new EpochOver();
    return fault;
  }
}

async function settle(db: Database, row: RelayRow, fault: Refused | Refusal | null): Promise<void> {
  if (!fault) {
    await db.relays.update(row.id, { isSent: 1, refused: null });
    return;
  }
  const isTold = row.device === RECOLLECTIONS && fault instanceof Refused && TOLD.has(fault.status);
  const tries = (row.refused?.tries ?? 0) + 1;
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1));
  const { code } = fault;
  const said =
    fault instanceof Refused ? String(fault.problem.detail ?? fault.problem.title ?? "") : fault.said;
  await db.relays.update(row.id, {
    isSent: NEVER.has(code) || isTold ? 1 : 0,
    refused: { code, said, tries, notBefore: Date.now() + pause },
  });
}
