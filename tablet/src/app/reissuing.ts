/**
 * A tablet that was copied or set back begins a new chain: what the server never had is recorded again under a new
 * key, with its own ids and what it replaced, and says which operation of the old chain it repeats.
 *
 * What the server had of the old chain is kept as signed batches: should it lose them, they are passed on like a team
 * mate's.
 */
import { digestOf, genesisOf, linkOf, type Operation } from "../rules/digest.ts";
import type { OpRow, RelayRow } from "../store/database.ts";
import type { Device, NewDevice } from "../store/device.ts";
import { newId } from "../store/ids.ts";
import { pushBody } from "../sync/push.ts";
import type { Crew } from "../sync/round.ts";

const BATCH = 200;
const BATCH_BYTES = 512 * 1024;

/** The server, which did not know this tablet, has nothing of it: all is to be sent, and all logs are read anew. */
export async function beginAnew({ db, ledger, archive, device }: Crew, epoch: string): Promise<void> {
  await ledger.sendAgainAfter(0);
  await db.people.toCollection().modify({ spare: null });
  await archive.putAside(device.id, epoch);
}

/** The tablet has a new identity that the server knows, and the unsent work stands in its chain. */
export async function reissue(
  crew: Crew,
  fresh: NewDevice,
  enrol: (device: Device) => Promise<void>,
): Promise<void> {
  await enrol(fresh.device);
  const unsent = await crew.db.ops.where("waiting").equals(1).sortBy("seq");
  const kept = await confirmed(crew);
  const rows: OpRow[] = [];
  let hash = await genesisOf(fresh.device.id, fresh.device.thumbprint);
  for (const row of unsent) {
    const again = await repeated(crew, fresh.device, row, { seq: rows.length + 1, prev: hash });
    hash = again.hash;
    rows.push(again);
  }
  await replace(crew, fresh, { rows, hash, kept });
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

/** The old chain as far as the server confirmed it, signed by the key that is about to go. */
async function confirmed(crew: Crew): Promise<RelayRow[]> {
  const runs = await crew.ledger.runs((row) => row.waiting === 0, BATCH, BATCH_BYTES);
  return Promise.all(
    runs.map(async (run): Promise<RelayRow> => {
      const id = newId();
      const sealed = await crew.vault.seal(`relays/${id}`, await pushBody(crew, run));
      const told = run.map((one) => (JSON.parse(one.text) as Operation).inspection);
      const inspections = [...new Set(told)];
      const head = run.at(-1)?.hash ?? "";
      return { id, device: crew.device.id, head, inspections, isSent: 1, refused: null, sealed };
    }),
  );
}

/** Key, chain and operations change together: at no moment does one tablet sign for another's chain. */
async function replace(
  crew: Crew,
  fresh: NewDevice,
  { rows, hash, kept }: { rows: OpRow[]; hash: string; kept: RelayRow[] },
): Promise<void> {
  const { db } = crew;
  await db.transaction("rw", [db.ops, db.facts, db.relays, db.keys, db.people], async () => {
    // The server's halves were for the tablet that this one was.
    await db.people.toCollection().modify({ spare: null });
    await db.keys.put({ name: "device", pair: fresh.pair });
    await db.relays.bulkAdd(kept);
    await db.ops.clear();
    await db.ops.bulkAdd(rows);
    await db.setFacts({ device: fresh.device.id, chain: { seq: rows.length, hash } });
  });
}
