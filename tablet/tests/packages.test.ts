/** The unit's self-report comes with the package, whole or not at all, in pieces, and is sealed and read offline. */
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Session } from "../src/app/session.ts";
import { sha256OfBytes } from "../src/rules/digest.ts";
import { Database } from "../src/store/database.ts";
import { INSPECTION, ORIGIN, PERSON, SmallServer } from "./small_server.ts";

const CHECKLIST = readFileSync(new URL("../../tests/vectors/checklist.json", import.meta.url), "utf8");
const REPORT = new Uint8Array(1_300_000).map((_, place) => place % 251);

let server: SmallServer;
let app: Session;
let databaseName: string;
let sha256: string;
/** What the line does to a request for a piece; `bytes` is what the server would send. */
let line: (range: string, bytes: Uint8Array<ArrayBuffer>) => Response;
const ranges: string[] = [];
let number = 0;

const whole = (range: string, bytes: Uint8Array<ArrayBuffer>) => {
  const first = Number(/\d+/.exec(range)?.[0]);
  const headers = { "Content-Range": `bytes ${first}-${first + bytes.length - 1}/${REPORT.length}` };
  return new Response(bytes, { status: 206, headers });
};

beforeEach(async () => {
  sha256 = await sha256OfBytes(REPORT.buffer);
  ranges.length = 0;
  line = whole;
  number += 1;
  databaseName = `packages-test-${number}`;
  server = new SmallServer(CHECKLIST);
  server.instead = async (path, init) => {
    if (!path.endsWith(`blobs/sha256:${sha256}`)) return null;
    const range = (init.headers as Record<string, string>).Range ?? "";
    ranges.push(range);
    const [, first, last] = /bytes=(\d+)-(\d+)/.exec(range) ?? [];
    return line(range, REPORT.slice(Number(first), Number(last) + 1));
  };
  app = await Session.start({
    origin: ORIGIN,
    databaseName,
    fetch: server.fetch,
    isLoopOn: false,
    pinCost: 1_000,
  });
  await app.enrol({ code: "q83vEjRWeJCrze8SNFZ4kA", label: "Máy số 1" });
  await app.signIn({ username: "truong.doan", password: "x" });
  await app.choosePin("270593");
});

afterEach(() => {
  vi.unstubAllGlobals();
  app.close();
});

/** From now on the server has the report with the inspection. */
function brought(): void {
  const report = { id: "r", name: "Báo cáo 112.pdf", media_type: "application/pdf", size: REPORT.length };
  const letter = { sha256, document_number: "112/BC-SNV", received_on: "2023-05-18" };
  server.spoil = (path, answer) => {
    if (path.includes("/packages/")) answer.self_reports = [{ ...report, ...letter }];
  };
}

const isHere = () =>
  app.open(INSPECTION).then(
    () => true,
    () => false,
  );

test("the files are on the tablet with the package, sealed, and are read without a network", async () => {
  brought();
  await app.download(INSPECTION);
  server.instead = async () => Promise.reject(new TypeError("cut"));
  const visit = await app.open(INSPECTION);
  expect(visit.selfReports).toEqual([
    {
      id: "r",
      name: "Báo cáo 112.pdf",
      mime: "application/pdf",
      size: REPORT.length,
      sha256,
      documentNumber: "112/BC-SNV",
      receivedOn: "2023-05-18",
    },
  ]);
  expect(new Uint8Array((await (await visit.bytesOf(sha256))?.arrayBuffer()) ?? [])).toEqual(REPORT);
  const db = new Database(databaseName);
  const [row, content] = await Promise.all([db.blobs.get(sha256), db.contents.get(sha256)]);
  db.close();
  expect(row?.waiting).toBe(0);
  expect(await sha256OfBytes(content?.sealed.data ?? new ArrayBuffer(0))).not.toBe(sha256);
});

test("they come in pieces, and a piece that is lost is asked for again", async () => {
  brought();
  let isCut = true;
  line = (range, bytes) => {
    if (!range.startsWith("bytes=524288-") || !isCut) return whole(range, bytes);
    isCut = false;
    return new Response("from something between", { status: 502 });
  };
  await app.download(INSPECTION);
  expect(ranges).toEqual([
    "bytes=0-524287",
    "bytes=524288-1048575",
    "bytes=524288-1048575",
    "bytes=1048576-1299999",
  ]);
  expect(await isHere()).toBe(true);
});

test.each([
  ["a line that stays broken", () => new Response("", { status: 502 })],
  [
    "another file than was named",
    (range: string, bytes: Uint8Array) => whole(range, new Uint8Array(bytes.length)),
  ],
])("without its files the package is not taken: %s", async (_name, broken) => {
  brought();
  line = broken;
  await expect(app.download(INSPECTION)).rejects.toMatchObject({ code: "offline" });
  expect(await isHere()).toBe(false);
  line = whole;
  await app.download(INSPECTION);
  expect(await isHere()).toBe(true);
});

/** What the tablet has of the file after it was asked for. */
async function fetched(): Promise<Uint8Array | null> {
  const blob = await (await app.open(INSPECTION)).bytesOf(sha256);
  return blob ? new Uint8Array(await blob.arrayBuffer()) : null;
}

const cutAtThird = (range: string, bytes: Uint8Array<ArrayBuffer>) =>
  range.startsWith("bytes=1048576-") ? new Response("", { status: 502 }) : whole(range, bytes);

/** A mate's file is on its way: two pieces of three are here, and the line broke. */
async function halfway(): Promise<Database> {
  await app.download(INSPECTION);
  line = cutAtThird;
  expect(await fetched()).toBeNull();
  ranges.length = 0;
  line = whole;
  return new Database(databaseName);
}

test("a file goes on where it stopped, even after the app was started anew, and its pieces are sealed", async () => {
  const db = await halfway();
  const hashes = (await db.pieces.toArray()).map(({ sealed }) => sha256OfBytes(sealed.data));
  expect(await Promise.all(hashes)).not.toContain(await sha256OfBytes(REPORT.slice(0, 524_288).buffer));
  app.close();
  app = await Session.start({ origin: ORIGIN, databaseName, fetch: server.fetch, isLoopOn: false });
  await app.unlock(PERSON.id, "270593");
  expect(await fetched()).toEqual(REPORT);
  expect(ranges).toEqual(["bytes=1048576-1299999"]);
  expect([hashes.length, await db.pieces.count()]).toEqual([2, 0]);
  db.close();
});

test("of a file that is not what was named, and of a piece that cannot be opened, nothing is kept", async () => {
  const db = await halfway();
  line = (range, bytes) => whole(range, new Uint8Array(bytes.length));
  expect([await fetched(), await db.pieces.count()]).toEqual([null, 0]);
  line = cutAtThird;
  expect([await fetched(), await db.pieces.count()]).toEqual([null, 2]);
  await db.pieces.toCollection().modify((row) => {
    row.sealed = { ...row.sealed, data: new ArrayBuffer(8) };
  });
  [line, ranges.length] = [whole, 0];
  expect(await fetched()).toEqual(REPORT);
  expect(ranges[0]).toBe("bytes=0-524287");
  db.close();
});

test.each([
  ["all of it from something that knows no pieces", () => new Response(REPORT), REPORT],
  [
    "another piece than was asked for",
    (_range: string, bytes: Uint8Array<ArrayBuffer>) => whole("bytes=7-", bytes),
    null,
  ],
])("the answer may be %s", async (_name, answers, expected) => {
  await app.download(INSPECTION);
  line = answers;
  expect(await fetched()).toEqual(expected);
});

test("where there is no room it is said before anything is fetched", async () => {
  brought();
  const storage = {
    estimate: async () => ({ usage: 900_000, quota: 1_000_000 }),
    persisted: async () => true,
  };
  vi.stubGlobal("navigator", { locks: navigator.locks, storage });
  await expect(app.download(INSPECTION)).rejects.toMatchObject({ code: "storage_full" });
  expect([ranges, await isHere()]).toEqual([[], false]);
});

test("on a metered line a newer package with files waits, and comes when it is asked for", async () => {
  await app.downloadComing(10_000);
  await app.download(INSPECTION);
  brought();
  const listed = server.spoil;
  server.spoil = (path, answer) => {
    listed(path, answer);
    if (path === "/sync/v1/heads") {
      const streams = answer.streams as Record<string, { package: string }>;
      for (const one of Object.values(streams)) one.package = "p2";
    }
    if (path === "/sync/v1/packages")
      for (const one of answer as unknown as { etag: string }[]) one.etag = "p2";
  };
  vi.stubGlobal("navigator", { locks: navigator.locks, connection: { saveData: true } });
  await app.syncNow();
  expect([ranges, (await app.inspections())[0]?.hasNewPackage]).toEqual([[], true]);
  await app.download(INSPECTION);
  expect((await app.open(INSPECTION)).selfReports).toHaveLength(1);
});

test("a locked tablet knows how much waits, and not what", async () => {
  await app.download(INSPECTION);
  const visit = await app.open(INSPECTION);
  await visit.addFile({ bytes: new Blob(["%PDF"]), mime: "application/pdf", name: "a.pdf", item: "A-2" });
  const told = new Promise((resolve) => app.subscribe("sync", () => resolve(app.sync.waitingOps)));
  app.lock();
  expect(await told).toBe(1);
  expect([app.stage, app.sync.waitingFiles]).toEqual(["locked", 1]);
  await expect(app.outbox()).rejects.toMatchObject({ code: "locked" });
});

test("a file that is here already is offered to the server once it is attached", async () => {
  brought();
  await app.download(INSPECTION);
  const visit = await app.open(INSPECTION);
  await visit.addFile({ bytes: new Blob([REPORT]), mime: "application/pdf", name: "a.pdf", item: "A-2" });
  await app.syncNow();
  expect(server.asked).toContain("POST /sync/v1/blobs/missing");
});
