/** What lies on the tablet: counts, lists of what waits, room left, and what may go after its time. */
import type { Operation } from "../rules/digest.ts";
import type { Database } from "../store/database.ts";
import type * as view from "../store/views.ts";
import type { Counts } from "../sync/loop.ts";
import type { Crew } from "../sync/round.ts";

const KEPT_MS = 30 * 86_400_000;
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

async function sizesWaiting(db: Database): Promise<number[]> {
  const sizes: number[] = [];
  await db.blobs
    .where("waiting")
    .equals(1)
    .each((row) => sizes.push(row.size));
  return sizes;
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
 * Packages, logs and files of inspections that are over for a month, wholly confirmed, are gone from the tablet; the
 * chain's numbers and hashes stay.
 */
export async function purge(db: Database, now: number): Promise<string[]> {
  const gone: string[] = [];
  for (const { inspection, takenAt } of await db.packages.toArray()) {
    if (await isDue(db, inspection, takenAt, now)) gone.push(inspection);
  }
  for (const inspection of gone) await drop(db, inspection);
  return gone;
}

async function isDue(db: Database, inspection: string, takenAt: number, now: number): Promise<boolean> {
  const stream = await db.streams.get(inspection);
  const isListed = (await db.listings.where("inspection").equals(inspection).count()) > 0;
  if (isListed && !OVER.has(stream?.status ?? "")) return false;
  const ops = await db.ops.where("inspection").equals(inspection).toArray();
  const blobs = await db.blobs.where("inspection").equals(inspection).toArray();
  if ([...ops, ...blobs].some((row) => row.waiting === 1)) return false;
  const last = Math.max(takenAt, ...ops.map((row) => row.at), ...blobs.map((row) => row.at));
  return now - last > KEPT_MS;
}

async function drop(db: Database, inspection: string): Promise<void> {
  await db.transaction(
    "rw",
    [db.packages, db.entries, db.streams, db.ops, db.blobs, db.provisional],
    async () => {
      await db.packages.delete(inspection);
      await db.entries.where("[inspection+pos]").between([inspection, 0], [inspection, Infinity]).delete();
      await db.streams.delete(inspection);
      await db.provisional.where("inspection").equals(inspection).delete();
      await db.ops.where("inspection").equals(inspection).modify({ sealed: null });
      await db.blobs.where("inspection").equals(inspection).delete();
    },
  );
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
