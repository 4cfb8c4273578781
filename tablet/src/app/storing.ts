/** What lies on the tablet: counts, lists of what waits, room left, and what may go after its time. */
import type { Operation } from "../rules/digest.ts";
import type { Database, PackageRow } from "../store/database.ts";
import type * as view from "../store/views.ts";
import type { Counts } from "../sync/loop.ts";
import type { Crew } from "../sync/round.ts";

const DAY_MS = 86_400_000;
const OVER = new Set(["issued", "awaiting_correction", "under_review", "closed", "cancelled"]);
/** Room for about this many photos is little. */
const LOW_BYTES = 200 * 1024 * 1024;

export async function counts(db: Database): Promise<Counts> {
  const [waitingOps, sizes, waitingRelays] = await Promise.all([
    db.ops.where("waiting").equals(1).count(),
    sizesWaiting(db),
    db.relays.where("isSent").equals(0).count(),
  ]);
  const waitingBytes = sizes.reduce((sum, size) => sum + size, 0);
  return { waitingOps, waitingFiles: sizes.length, waitingBytes, waitingRelays };
}

/** Read from the index alone: the rows hold the photos themselves. */
async function sizesWaiting(db: Database): Promise<number[]> {
  const keys = await db.blobs.where("[waiting+size]").between([1, 0], [1, Number.MAX_SAFE_INTEGER]).keys();
  return keys.map((key) => (key as unknown as [number, number])[1]);
}

async function unitNames(crew: Crew): Promise<Map<string, string>> {
  const listed = await crew.archive.listing(crew.person);
  return new Map(listed.map((one) => [one.inspection, one.unit_name]));
}

export async function outboxLines(crew: Crew): Promise<view.OutboxLine[]> {
  const names = await unitNames(crew);
  const rows = await crew.db.ops.where("waiting").equals(1).limit(500).toArray();
  return Promise.all(
    rows.map(async (row) => {
      const text = row.sealed ? await crew.vault.open(`ops/${row.opId}`, row.sealed) : "{}";
      const { type = "", entity = "", wall = "" } = JSON.parse(text) as Partial<Operation>;
      const reason = row.withheld ? "withheld" : null;
      const { seq, inspection } = row;
      return { seq, inspection, unitName: names.get(inspection) ?? "", type, entity, wall, reason };
    }),
  );
}

export async function waitingFiles(
  crew: Crew,
  uploads: view.SyncStatus["uploads"],
): Promise<view.WaitingFile[]> {
  const names = await unitNames(crew);
  return (await crew.files.waiting()).map(({ sha256, inspection, size, mime, reason }) => ({
    sha256,
    inspection,
    unitName: names.get(inspection) ?? "",
    size,
    mime,
    sent: uploads.find((one) => one.sha256 === sha256)?.sent ?? 0,
    reason,
  }));
}

/**
 * Packages, logs and files of inspections that are over for so long as their package says, wholly confirmed, are gone
 * from the tablet; the chain's numbers and hashes stay, and what the server signed.
 */
export async function purge(db: Database, now: number): Promise<string[]> {
  const gone: string[] = [];
  for (const row of await db.packages.toArray()) {
    if (await isDue(db, row, now)) gone.push(row.inspection);
  }
  for (const inspection of gone) await drop(db, inspection);
  return gone;
}

/** Makes room as the tablet is unlocked, and daily on one that nobody locks for weeks. */
export class Purging {
  #at = 0;

  now(db: Database): Promise<string[]> {
    this.#at = Date.now();
    return purge(db, this.#at);
  }

  async daily(db: Database): Promise<string[]> {
    return Date.now() - this.#at < DAY_MS ? [] : this.now(db);
  }
}

async function isDue(db: Database, held: PackageRow, now: number): Promise<boolean> {
  const { inspection, takenAt, keepDays } = held;
  const stream = await db.streams.get(inspection);
  const isListed = (await db.listings.where("inspection").equals(inspection).count()) > 0;
  if (isListed && !OVER.has(stream?.status ?? "")) return false;
  const ops = await db.ops.where("inspection").equals(inspection).toArray();
  const blobs = await db.blobs.where("inspection").equals(inspection).toArray();
  const relays = await db.relays.where("inspections").equals(inspection).toArray();
  if ([...ops, ...blobs].some((row) => row.waiting === 1)) return false;
  if (relays.some((row) => row.isSent === 0)) return false;
  const last = Math.max(takenAt, ...ops.map((row) => row.at), ...blobs.map((row) => row.at));
  return now - last > keepDays * DAY_MS;
}

async function drop(db: Database, inspection: string): Promise<void> {
  const tables = [
    db.packages,
    db.entries,
    db.streams,
    db.ops,
    db.blobs,
    db.contents,
    db.pieces,
    db.provisional,
    db.relays,
  ];
  await db.transaction("rw", tables, async () => {
    const files = await db.blobs.where("inspection").equals(inspection).primaryKeys();
    await db.packages.delete(inspection);
    await db.entries.where("[inspection+pos]").between([inspection, 0], [inspection, Infinity]).delete();
    await db.streams.delete(inspection);
    await db.provisional.where("inspection").equals(inspection).delete();
    await db.ops.where("inspection").equals(inspection).modify({ sealed: null });
    await db.blobs.bulkDelete(files);
    await db.contents.bulkDelete(files);
    await db.pieces.where("inspection").equals(inspection).delete();
    const held = new Set((await db.packages.toCollection().primaryKeys()) as string[]);
    // A batch may speak of several inspections; it goes with the last of them.
    await db.relays
      .where("inspections")
      .equals(inspection)
      .and((row) => !row.inspections.some((one) => held.has(one)))
      .delete();
  });
}

export async function storage(): Promise<view.StorageView> {
  const manager = globalThis.navigator?.storage;
  const { usage = 0, quota = 0 } = (await manager?.estimate?.()) ?? {};
  const isPersistent = (await manager?.persisted?.()) ?? false;
  return { usedBytes: usage, quotaBytes: quota, isPersistent, isLow: quota > 0 && quota - usage < LOW_BYTES };
}

export async function persist(): Promise<boolean> {
  return (await globalThis.navigator?.storage?.persist?.()) ?? false;
}

/** Whether the connection counts by the megabyte, as far as the browser says; unknown means no. */
export function isMetered(): boolean {
  const { connection } = globalThis.navigator as { connection?: { type?: string; saveData?: boolean } };
  return connection?.saveData === true || connection?.type === "cellular";
}
