/** A tablet in the field has the first version of its tables: nothing of it is lost when a new app opens them. */
import Dexie from "dexie";
import { afterEach, expect, test, vi } from "vitest";
import { Database } from "../src/store/database.ts";
import { bench } from "./bench.ts";

const NAME = "upgrade-test";
/** Word for word what the first version declared; it never changes. */
const VERSION_1 = {
  keys: "name",
  facts: "name",
  people: "person_id",
  ops: "seq, &opId, inspection, waiting",
  entries: "[inspection+pos], opId",
  provisional: "opId, inspection, device",
  relays: "id, isSent",
  streams: "inspection",
  packages: "inspection",
  listings: "[person+inspection], inspection",
  checklists: "sha256",
  blobs: "sha256, inspection, waiting",
  receipts: "seq",
};

const sealed = { iv: new Uint8Array(12), data: new ArrayBuffer(8) };
/** A row of each table as the first version wrote it. */
const ROWS: Record<keyof typeof VERSION_1, object> = {
  keys: { name: "device", pair: { publicKey: 1, privateKey: 2 } },
  facts: { name: "chain", value: { seq: 1, hash: "h1" } },
  people: { person_id: "p", full_name: "Nguyễn Văn Trưởng", title: "", cost: 1, failures: 0, blockedUntil: 0 },
  ops: { seq: 1, opId: "o1", inspection: "i", hash: "h1", waiting: 1, withheld: 0, at: 1, sealed, outcome: null },
  entries: { inspection: "i", pos: 1, opId: "o0", device: "d2", seq: 1, sealed },
  provisional: { opId: "o9", inspection: "i", device: "d2", seq: 2, hash: "h", sealed },
  relays: { id: "r", device: "d2", isSent: 0, sealed },
  streams: { inspection: "i", pos: 1, root: "r1", status: "in_progress" },
  packages: { inspection: "i", etag: "e", plannedOn: "", checklist: "c", takenAt: 1, sealed },
  listings: { person: "p", inspection: "i", etag: "e", sealed },
  checklists: { sha256: "c", text: "{}" },
  blobs: { sha256: "b", inspection: "i", mime: "image/jpeg", size: 8, waiting: 1, uploadUrl: null, reason: null, at: 1, sealed },
  receipts: { seq: 1, body: "td1-receipt\nserver\ne-1\nd1\n1\nh1\n2026-01-01T00:00:00Z", kid: "k", sig: "s" },
}; // biome-ignore format: one row a line

afterEach(() => Dexie.delete(NAME));

async function firstVersion(): Promise<void> {
  const old = new Dexie(NAME);
  old.version(1).stores(VERSION_1);
  for (const [table, row] of Object.entries(ROWS)) await old.table(table).add(row);
  old.close();
}

test("every row of the first version is there in this one", async () => {
  await firstVersion();
  const db = new Database(NAME);
  for (const [table, row] of Object.entries(ROWS)) {
    const kept = await db.table(table === "receipts" ? "proofs" : table).toArray();
    const { sealed: content, ...file } = row as { sealed?: object };
    const expected = table === "blobs" ? file : row;
    expect([table, kept]).toEqual([table, [expect.objectContaining(expected)]]);
    if (table === "blobs") expect(await db.contents.toArray()).toEqual([{ sha256: "b", sealed: content }]);
  }
  db.close();
});

test("what the new tables are asked by is filled in", async () => {
  await firstVersion();
  const db = new Database(NAME);
  expect(await db.proofs.get(["d1", "e-1", 1])).toMatchObject({ kid: "k" });
  expect(await db.streams.get("i")).toMatchObject({ head: 1 });
  expect(await db.packages.get("i")).toMatchObject({ keepDays: 30 });
  expect(await db.relays.where("isSent").equals(0).first()).toMatchObject({ inspections: [], refused: null });
  expect(await db.blobs.where("[waiting+size]").between([1, 0], [1, 9]).count()).toBe(1);
  db.close();
});

test("an app that still runs on the old tables lets go of them, and its page begins anew", async () => {
  const own = await bench();
  await own.answer("một");
  const reload = vi.fn();
  vi.stubGlobal("location", { reload });
  const newer = new Dexie(own.databaseName);
  newer.version(99).stores({ later: "id" });
  await newer.open();
  expect(reload).toHaveBeenCalledOnce();
  await expect(own.answer("hai")).rejects.toThrow();
  newer.close();
  own.close();
});

afterEach(() => vi.unstubAllGlobals());
