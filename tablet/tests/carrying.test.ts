/** Files travel last and one by one: whatever happens to one of them, words and news get through. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { Database } from "../src/store/database.ts";
import { type Bench, bench } from "./bench.ts";
import { INSPECTION, problem } from "./small_server.ts";

let own: Bench;

beforeEach(async () => {
  own = await bench();
});

afterEach(() => own.close());

const photo = (bytes: BlobPart) => own.visit.addPhoto({ bytes: new Blob([bytes]), mime: "image/jpeg" });
const large = (seed: number) => new Uint8Array(300_000).fill(seed);
const askedSince = (place: number) =>
  own.server.asked.slice(place).map((one) => one.replace(/\/sync\/v1\//, ""));

async function inStore(work: (db: Database) => Promise<unknown>): Promise<void> {
  const db = new Database(own.databaseName);
  await work(db);
  db.close();
}

test("more files than one question may name are all asked about", async () => {
  const rows = Array.from({ length: 1003 }, (_, place) => ({
    sha256: place.toString(16).padStart(64, "0"), inspection: INSPECTION, mime: "image/jpeg", size: 10,
    waiting: 1 as const, uploadUrl: null, reason: null, at: place, sealed: null,
  })); // biome-ignore format: one row
  await inStore((db) => db.blobs.bulkAdd(rows));
  const counts: number[] = [];
  own.server.instead = async (path, init) => {
    if (path !== "/sync/v1/blobs/missing") return null;
    const { hashes } = JSON.parse(String(init.body)) as { hashes: string[] };
    counts.push(hashes.length);
    return Response.json({ missing: hashes });
  };
  await own.app.syncNow();
  expect(counts).toEqual([1000, 3]);
  expect(own.app.sync.waitingFiles).toBe(1003); // none was sent, so none is taken for sent
});

test("an inspection that the server does not answer for keeps no other from its files, nor anybody from news", async () => {
  await photo("x");
  const foreign = {
    sha256: "f".repeat(64), inspection: "0198c0de-5a10-7000-8000-00000000000a", mime: "image/jpeg", size: 1,
    waiting: 1 as const, uploadUrl: null, reason: null, at: 0, sealed: null,
  }; // biome-ignore format: one row
  await inStore((db) => db.blobs.add(foreign));
  own.server.instead = async (path, init) =>
    path.endsWith("/missing") && String(init.body).includes(foreign.inspection)
      ? problem(404, "inspection_unknown")
      : null;
  const before = own.server.asked.length;
  await own.app.syncNow();
  expect(askedSince(before)).toContain("GET heads");
  expect(own.app.sync.problem).toBeNull();
  const left = await own.app.waitingFiles();
  expect(left.map(({ sha256, reason }) => [sha256, reason])).toEqual([
    [foreign.sha256, "inspection_unknown"],
  ]);
});

test("a photo whose seal is broken says so and keeps no other from travelling", async () => {
  await photo("x");
  await photo("y");
  await inStore(async (db) => {
    const [row] = await db.contents.toArray();
    if (row) await db.contents.put({ ...row, sealed: { ...row.sealed, data: new ArrayBuffer(40) } });
  });
  await own.app.syncNow();
  expect((await own.app.waitingFiles()).map((file) => file.reason)).toEqual(["seal_broken"]);
  expect([own.app.sync.waitingOps, own.app.sync.problem]).toEqual([0, null]);
});

test("a photo that never gets through takes neither words nor news with it", async () => {
  await photo("x");
  own.server.instead = async (path) => {
    if (path.includes("blobs/sha256")) throw new TypeError("cut");
    return null;
  };
  for (const note of ["một", "hai"]) {
    await own.answer(note);
    const before = own.server.asked.length;
    await own.app.syncNow();
    const order = askedSince(before).map((one) => one.split("/")[0]);
    expect(order.indexOf("POST pull")).toBeGreaterThan(order.indexOf("POST push"));
    expect(order.indexOf("POST pull")).toBeLessThan(order.indexOf("PUT blobs"));
    expect([own.app.sync.waitingOps, own.app.sync.waitingFiles]).toEqual([0, 1]);
  }
  const before = own.server.asked.length;
  await own.app.syncNow();
  expect(askedSince(before)[0]).toBe("GET heads");
});

test("what is recorded while photos travel goes between two of them", async () => {
  for (const one of ["x", "y", "z"]) await photo(one);
  await own.app.syncNow();
  for (const one of ["a", "b", "c"]) await photo(one);
  let isFirst = true;
  own.server.instead = async (path) => {
    if (path.includes("blobs/sha256") && isFirst) {
      isFirst = false;
      await own.answer("giữa chừng");
    }
    return null;
  };
  const before = own.server.asked.length;
  await own.app.syncNow();
  const order = askedSince(before).flatMap((one) => one.match(/^(POST push|PUT)/)?.[0] ?? []);
  expect(order).toEqual(["POST push", "PUT", "POST push", "PUT", "PUT"]);
  expect([own.app.sync.waitingOps, own.app.sync.waitingFiles]).toEqual([0, 0]);
});

test("what is recorded while one large photo travels goes beside its pieces", async () => {
  await photo(new Uint8Array(1_200_000).fill(7));
  let offset = 0;
  let pushes = 0;
  const hasCome = Promise.withResolvers<void>();
  own.server.instead = async (path, init) => {
    if (path === "/sync/v1/push" && ++pushes === 2) hasCome.resolve();
    if (!path.startsWith("/sync/v1/blobs/") || path.endsWith("missing")) return null;
    const tus = (status: number, more: Record<string, string> = {}) =>
      new Response(null, { status, headers: { "Tus-Resumable": "1.0.0", ...more } });
    if (init.method === "POST")
      return tus(201, { Location: "http://small.test/sync/v1/blobs/u1", "Upload-Offset": "0" });
    if (offset === 0) await own.answer("bên cạnh");
    offset += (init.body as Blob).size;
    // The last piece is slow: the words must not wait for it.
    if (offset === 1_200_000) await hasCome.promise;
    return tus(204, { "Upload-Offset": String(offset) });
  };
  await own.app.syncNow();
  expect(pushes).toBe(2);
  expect(own.server.chain.map((one) => JSON.parse(one.op.body ?? "{}").note)).toContain("bên cạnh");
  expect([own.app.sync.waitingOps, own.app.sync.waitingFiles]).toEqual([0, 0]);
});

test("a log that does not hold keeps no photo from travelling", async () => {
  await photo(large(1).slice(0, 1000));
  own.server.spoil = (path, answer) => {
    if (path !== "/sync/v1/pull") return;
    for (const stream of Object.values(answer.streams as Record<string, { root: string }>)) stream.root = "0";
  };
  await own.app.syncNow();
  expect([own.app.sync.waitingFiles, own.app.sync.problem?.code]).toEqual([0, "log_mismatch"]);
});

test("words that are refused keep no photo back", async () => {
  await photo("x");
  own.server.instead = async (path) => (path === "/sync/v1/push" ? problem(400, "malformed") : null);
  await own.app.syncNow();
  expect([own.app.sync.waitingOps, own.app.sync.waitingFiles, own.app.sync.problem?.code]).toEqual([
    1,
    0,
    "malformed",
  ]);
});
