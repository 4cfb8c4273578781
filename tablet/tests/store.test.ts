/** What lies on the tablet: durable before it is shown, sealed, in one chain, and gone only after its time. */
import Dexie from "dexie";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { addPerson, changePin, refuseWeakPin, unlocked } from "../src/app/locking.ts";
import { counts, purge } from "../src/app/storing.ts";
import { digestOf, genesisOf, linkOf, type Operation, sha256 } from "../src/rules/digest.ts";
import { Archive } from "../src/store/archive.ts";
import { clkText, hlcText, nextHlc, wallText } from "../src/store/clock.ts";
import { Database } from "../src/store/database.ts";
import { type Device, deviceOf } from "../src/store/device.ts";
import { Files } from "../src/store/files.ts";
import { namedId, newId } from "../src/store/ids.ts";
import { Ledger, StorageFull } from "../src/store/ledger.ts";
import { BrokenSeal, firstWrap, Vault, WrongPin, wrapAgain } from "../src/store/vault.ts";

const CONTEXT = { inspection: newId(), checklist: "MAU@1.2.0", actor: newId() };
const LEADER = { person_id: "p1", full_name: "Nguyễn Văn Trưởng", title: "" };
const OTHER = { person_id: "p2", full_name: "Võ Thị Thư Ký", title: "" };
const COST = 1_000;

let db: Database;
let vault: Vault;
let device: Device;
let ledger: Ledger;
let number = 0;

beforeEach(async () => {
  number += 1;
  db = new Database(`store-test-${number}`);
  vault = await Vault.open(await firstWrap("270593", COST), "270593");
  device = await deviceOf(db);
  ledger = new Ledger(db, vault, device.id);
});

afterEach(() => {
  vi.restoreAllMocks();
  db.close();
});

const draft = (note: string) => ({ type: "answer.set", entity: "answer/A-2", body: { note }, parents: [] });

async function everything(): Promise<string> {
  const rows = await Promise.all(db.tables.map((table) => table.toArray()));
  return JSON.stringify(rows, (_name, value: unknown) =>
    value instanceof ArrayBuffer || ArrayBuffer.isView(value)
      ? Buffer.from(value as ArrayBuffer).toString("latin1")
      : value,
  );
}

test("operations stand in one chain, each linked to the one before", async () => {
  for (const note of ["một", "hai", "ba"]) await ledger.record(CONTEXT, [draft(note)]);
  const waiting = await ledger.waiting(10, 1_000_000);
  let hash = await genesisOf(device.id, device.thumbprint);
  for (const [place, one] of waiting.entries()) {
    const operation = JSON.parse(one.text) as Operation;
    hash = await linkOf(device.id, place + 1, hash, await digestOf(operation));
    expect([one.seq, operation.seq, one.hash]).toEqual([place + 1, place + 1, hash]);
  }
  expect(await ledger.chain()).toEqual({ seq: 3, hash });
});

test("taps at the same moment do not tear the chain", async () => {
  const other = new Ledger(db, vault, device.id);
  const taps = Array.from({ length: 20 }, (_, place) =>
    (place % 2 ? ledger : other).record(CONTEXT, [draft(String(place))]),
  );
  await Promise.all(taps);
  const seqs = (await ledger.waiting(100, 1_000_000)).map((one) => one.seq);
  expect(seqs).toEqual(Array.from({ length: 20 }, (_, place) => place + 1));
});

test("every write is committed with strict durability", async () => {
  const seen: (string | undefined)[] = [];
  const original = IDBDatabase.prototype.transaction;
  vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementation(function (
    this: IDBDatabase,
    names,
    mode,
    options,
  ) {
    if (mode === "readwrite") seen.push(options?.durability);
    return original.call(this, names, mode, options);
  });
  db.close();
  await db.open(); // what a connection calls is fixed when it opens
  await ledger.record(CONTEXT, [draft("một")]);
  expect(seen.length).toBeGreaterThan(0);
  expect(new Set(seen)).toEqual(new Set(["strict"]));
});

test("nothing that somebody wrote can be read without the PIN", async () => {
  const bytes = new TextEncoder().encode("bức ảnh bí mật").buffer as ArrayBuffer;
  await ledger.record(
    CONTEXT,
    [draft("ghi chú bí mật")],
    [{ sha256: "ab".repeat(32), mime: "image/jpeg", bytes }],
  );
  const raw = await everything();
  expect(raw).toContain(CONTEXT.inspection);
  expect(raw).not.toMatch(/b[íi\u00ed] m[ậa]t|answer\.set/);
  expect(Buffer.from(raw, "latin1").toString("utf8")).not.toContain("bí mật");
});

test("a sealed value opens only in its own place, and only unchanged", async () => {
  const sealed = await vault.seal("ops/1", "một");
  expect(await vault.open("ops/1", sealed)).toBe("một");
  await expect(vault.open("ops/2", sealed)).rejects.toThrow(BrokenSeal);
  const changed = new Uint8Array(sealed.data.slice(0));
  changed[0] = (changed[0] ?? 0) ^ 1;
  await expect(vault.open("ops/1", { ...sealed, data: changed.buffer })).rejects.toThrow(BrokenSeal);
});

test("each inspector's PIN opens the same store, and no other does", async () => {
  const first = await firstWrap("270593", COST);
  const second = await wrapAgain(first, "270593", "915734", COST);
  const sealed = await (await Vault.open(first, "270593")).seal("x", "một");
  expect(await (await Vault.open(second, "915734")).open("x", sealed)).toBe("một");
  await expect(Vault.open(second, "270593")).rejects.toThrow(WrongPin);
  await expect(wrapAgain(first, "000000", "915734", COST)).rejects.toThrow(WrongPin);
});

test("a second inspector needs a witness who works on this tablet", async () => {
  await addPerson(db, LEADER, "270593", { cost: COST });
  await expect(addPerson(db, OTHER, "915734", { cost: COST })).rejects.toMatchObject({
    code: "witness_wrong",
  });
  const wrong = { person_id: "p1", pin: "111222" };
  await expect(addPerson(db, OTHER, "915734", { witness: wrong, cost: COST })).rejects.toMatchObject({
    code: "witness_wrong",
  });
  await addPerson(db, OTHER, "915734", { witness: { person_id: "p1", pin: "270593" }, cost: COST });
  await expect(unlocked(db, "p2", "915734")).resolves.toBeInstanceOf(Vault);
});

test("wrong PINs are counted, then block for a while", async () => {
  await addPerson(db, LEADER, "270593", { cost: COST });
  const left: unknown[] = [];
  for (let tries = 0; tries < 5; tries += 1) {
    await unlocked(db, "p1", "999111").catch((fault) => left.push(fault.members.left));
  }
  expect(left).toEqual([4, 3, 2, 1, 0]);
  await expect(unlocked(db, "p1", "270593")).rejects.toMatchObject({ code: "pin_blocked" });
  await db.people.update("p1", { blockedUntil: Date.now() - 1 });
  await expect(unlocked(db, "p1", "270593")).resolves.toBeInstanceOf(Vault);
  expect((await db.people.get("p1"))?.failures).toBe(0);
});

test("a changed PIN replaces the old one", async () => {
  await addPerson(db, LEADER, "270593", { cost: COST });
  await expect(changePin(db, "p1", "999111", "915734")).rejects.toMatchObject({ code: "pin_wrong" });
  await changePin(db, "p1", "270593", "915734");
  await expect(unlocked(db, "p1", "270593")).rejects.toMatchObject({ code: "pin_wrong" });
  await expect(unlocked(db, "p1", "915734")).resolves.toBeInstanceOf(Vault);
});

test.each(["12345", "111111", "123456", "987654"])("the PIN %s is too easy", (pin) => {
  expect(() => refuseWeakPin(pin)).toThrow(expect.objectContaining({ code: "pin_too_weak" }));
});

test("a full tablet refuses the tap and keeps what was there", async () => {
  await ledger.record(CONTEXT, [draft("một")]);
  const before = await ledger.chain();
  vi.spyOn(IDBObjectStore.prototype, "add").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError");
  });
  await expect(ledger.record(CONTEXT, [draft("hai")])).rejects.toThrow(StorageFull);
  vi.restoreAllMocks();
  expect(await ledger.chain()).toEqual(before);
  await ledger.record(CONTEXT, [draft("ba")]);
  expect((await ledger.waiting(10, 1_000_000)).map((one) => one.seq)).toEqual([1, 2]);
});

test("what was recorded is there after the tablet was opened again", async () => {
  const [entry] = await ledger.record(CONTEXT, [draft("một")]);
  db.close();
  db = new Database(`store-test-${number}`);
  const reopened = new Ledger(db, vault, (await deviceOf(db)).id);
  const rows = await db.ops.toArray();
  expect(await Promise.all(rows.map((row) => reopened.entryIn(row)))).toEqual([entry]);
});

test("another ledger's operation is seen in the very transaction that would write", async () => {
  const other = new Ledger(db, vault, device.id);
  await ledger.record(CONTEXT, [draft("một")]);
  await other.record(CONTEXT, [draft("hai")]);
  const file = { sha256: "ab".repeat(32), mime: "image/jpeg", bytes: new Uint8Array(8).buffer };
  await ledger.record(CONTEXT, [draft("ba")], [file]);
  expect((await ledger.waiting(10, 1_000_000)).map((one) => one.seq)).toEqual([1, 2, 3]);
  expect(await ledger.chain()).toMatchObject({ seq: 3 });
  expect(await db.contents.count()).toBe(1);
});

test("files that an earlier version kept in their own rows are there, and wait as before", async () => {
  const bytes = new TextEncoder().encode("một bức ảnh").buffer as ArrayBuffer;
  const sha256 = "ab".repeat(32);
  const old = new Dexie("before-contents");
  old.version(1).stores({ blobs: "sha256, inspection, waiting" });
  const row = { sha256, inspection: "i", mime: "image/jpeg", size: bytes.byteLength, waiting: 1 as const };
  await old.table("blobs").add({ ...row, sealed: await vault.sealBytes(`blobs/${sha256}`, bytes) });
  old.close();
  const now = new Database("before-contents");
  const files = new Files(now, vault);
  expect(await files.waiting()).toEqual([row]);
  expect(await files.bytes(sha256)).toEqual(bytes);
  now.close();
});

test("the key signs and cannot be taken out", async () => {
  const kept = await db.keys.get("device");
  expect(kept?.pair.privateKey.extractable).toBe(false);
  await expect(crypto.subtle.exportKey("jwk", kept?.pair.privateKey as CryptoKey)).rejects.toThrow();
});

const DAY_MS = 86_400_000;
async function over(days: number, waiting: 0 | 1, keepDays = 30): Promise<string[]> {
  const now = Date.now();
  const past = new Ledger(db, vault, device.id, () => now - days * DAY_MS);
  await past.record(CONTEXT, [draft("một")]);
  await db.ops.toCollection().modify({ waiting });
  const sealed = await vault.seal("packages/x", "{}");
  const row = {
    inspection: CONTEXT.inspection,
    etag: "",
    plannedOn: "",
    checklist: "",
    takenAt: now - days * DAY_MS,
    keepDays,
    sealed,
  };
  await db.packages.put(row);
  await db.streams.put({ inspection: CONTEXT.inspection, pos: 1, root: "", status: "closed", head: 1 });
  return purge(db, now);
}

test("a closed inspection leaves the tablet after a month, and the chain stays", async () => {
  expect(await over(31, 0)).toEqual([CONTEXT.inspection]);
  expect([await db.packages.count(), await db.streams.count(), (await db.ops.get(1))?.sealed]).toEqual([
    0,
    0,
    null,
  ]);
  expect(await ledger.hashAt(1, "")).toBe((await ledger.chain()).hash);
});

test("with it goes what had come of a file that never came whole", async () => {
  const piece = { sha256: "s", start: 0, size: 9, mime: "" };
  const files = new Files(db, vault);
  await files.keepPiece({ ...piece, inspection: CONTEXT.inspection }, new ArrayBuffer(4));
  await files.keepPiece({ ...piece, sha256: "t", inspection: newId() }, new ArrayBuffer(4));
  await over(31, 0);
  expect((await db.pieces.toArray()).map((row) => row.sha256)).toEqual(["t"]);
});

test("not before its month is over", async () => {
  expect(await over(29, 0)).toEqual([]);
});

test("and never while something of it waits", async () => {
  expect(await over(400, 1)).toEqual([]);
  expect((await counts(db)).waitingOps).toBe(1);
});

test.each([
  [89, 0],
  [91, 1],
])("a package that names 90 days is kept %i days or not", async (days, gone) => {
  expect(await over(days, 0, 90)).toHaveLength(gone);
});

const relay = (id: string, isSent: 0 | 1, inspections: string[]) => ({
  ...{ id, device: "d", head: id, inspections, isSent, refused: null },
  sealed: { iv: new Uint8Array(12), data: new ArrayBuffer(1) },
});

test("team mates' batches go with the last inspection that they speak of, and not before they are passed on", async () => {
  const another = newId();
  await db.relays.bulkAdd([
    relay("a", 1, [CONTEXT.inspection]),
    relay("b", 1, [CONTEXT.inspection, another]),
  ]);
  await db.packages.put({
    ...{ inspection: another, etag: "", plannedOn: "", checklist: "", keepDays: 30 },
    takenAt: Date.now(),
    sealed: await vault.seal("packages/y", "{}"),
  });
  await db.listings.put({
    person: "p",
    inspection: another,
    etag: "",
    sealed: await vault.seal("listings/y", "{}"),
  });
  expect(await over(31, 0)).toEqual([CONTEXT.inspection]);
  expect(await db.relays.toCollection().primaryKeys()).toEqual(["b"]);
  await db.relays.add(relay("c", 0, [CONTEXT.inspection]));
  expect(await over(31, 0)).toEqual([]);
});

test("ids are UUIDv7 in order of time, and names derived from names are the server's", async () => {
  const at = 1_700_000_000_000;
  expect(newId(at)).toMatch(/^018bcfe5-6800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(newId(at) < newId(at + 1)).toBe(true);
  const name = await namedId("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com");
  expect(name).toBe("2ed6657d-e927-568b-95e1-2665a8aea6a2");
});

test("the logical clock goes on where the tablet's goes back", () => {
  expect(nextHlc({ ms: 10, count: 3 }, 11)).toEqual({ ms: 11, count: 0 });
  expect(nextHlc({ ms: 10, count: 3 }, 5)).toEqual({ ms: 10, count: 4 });
  expect(nextHlc({ ms: 10, count: 0xffff }, 5)).toEqual({ ms: 11, count: 0 });
  expect(hlcText({ ms: 0x0198c0de5a10, count: 3 })).toBe("0198c0de5a10-0003");
  expect(wallText(new Date("2026-08-22T08:14:05.120Z"))).toMatch(
    /^2026-08-2[12]T\d\d:14:05\.120[+-]\d\d:\d\d$/,
  );
  expect([clkText({ offsetMs: 183, readAt: 0 }, 3_600_000), clkText(undefined, 0)]).toEqual([
    "+183/3600",
    "+0/0",
  ]);
});

test("a package is not there without its files, nor where one of them went meanwhile", async () => {
  const archive = new Archive(db, vault);
  const package_ = {
    inspection: CONTEXT.inspection,
    etag: "p1",
    plannedOn: "",
    checklistSha256: await sha256("{}"),
    text: "{}",
    checklistText: "{}",
    files: ["ab".repeat(32)],
  };
  await expect(archive.takePackage(package_, 0)).rejects.toThrow("not here");
  expect(await db.packages.get(CONTEXT.inspection)).toBeUndefined();
  await archive.takePackage({ ...package_, files: [] }, 0);
  const kept = await db.packages.get(CONTEXT.inspection);
  expect(kept && (await archive.packageText(kept))).toBe("{}");
});
