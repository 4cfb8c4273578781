/**
 * A tablet that was copied or set back begins a new chain: what the server never had is recorded again under a new
 * key, with its own ids and what it replaced, and says which operation of the old chain it repeats.
 */
import { digestOf, genesisOf, linkOf, type Operation } from "../rules/digest.ts";
import type { OpRow } from "../store/database.ts";
import { type Device, type NewDevice, newDevice } from "../store/device.ts";
import type { Crew } from "../sync/round.ts";

/** The server, which did not know this tablet, has nothing of it: all is to be sent, and all logs are read anew. */
export async function beginAnew({ db, ledger, archive, device }: Crew): Promise<void> {
  await ledger.sendAgainAfter(0);
  await archive.putAside(device.id, (await db.fact<string>("epoch")) ?? "");
}

/** The tablet has a new identity that the server knows, and the unsent work stands in its chain. */
export async function reissue(crew: Crew, enrol: (device: Device) => Promise<void>): Promise<void> {
  const fresh = await newDevice();
  await enrol(fresh.device);
  const unsent = await crew.db.ops.where("waiting").equals(1).sortBy("seq");
  const rows: OpRow[] = [];
  let hash = await genesisOf(fresh.device.id, fresh.device.thumbprint);
  for (const row of unsent) {
    const again = await repeated(crew, fresh.device, row, { seq: rows.length + 1, prev: hash });
    hash = again.hash;
    rows.push(again);
  }
  await replace(crew, fresh, rows, hash);
}

async function repeated(
  crew: Crew,
  device: Device,
  row: OpRow,
  at: { seq: number; prev: string },
): Promise<OpRow> {
  if (!row.sealed) throw new Error(`operation ${row.opId} was purged`);
  const before = JSON.parse(await crew.vault.open(`ops/${row.opId}`, row.sealed)) as Operation;
  const body = JSON.parse(before.body ?? "{}") as Record<string, unknown>;
  const reissues = { device: crew.device.id, seq: row.seq, hash: row.hash };
  const operation: Operation = { ...before, seq: at.seq, body: JSON.stringify({ ...body, reissues }) };
  const hash = await linkOf(device.id, at.seq, at.prev, await digestOf(operation));
  const sealed = await crew.vault.seal(`ops/${row.opId}`, JSON.stringify(operation));
  return { ...row, seq: at.seq, hash, withheld: 0, waiting: 1, outcome: null, sealed };
}

/** Key, chain and operations change together: at no moment does one tablet sign for another's chain. */
async function replace(crew: Crew, fresh: NewDevice, rows: OpRow[], hash: string): Promise<void> {
  const { db } = crew;
  await db.transaction("rw", [db.ops, db.facts, db.receipts, db.keys], async () => {
    await db.keys.put({ name: "device", pair: fresh.pair });
    await db.ops.clear();
    await db.receipts.clear();
    await db.ops.bulkAdd(rows);
    await db.setFacts({ device: fresh.device.id, chain: { seq: rows.length, hash } });
  });
}
