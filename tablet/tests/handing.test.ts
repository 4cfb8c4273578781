/** A whole inspection by hand: what was confirmed long ago goes along, and so does what mates brought here. */
import { afterEach, expect, test } from "vitest";
import { Database } from "../src/store/database.ts";
import { type Device, deviceOf } from "../src/store/device.ts";
import { type Bench, bench, type Mate, mate, pusher } from "./bench.ts";
import { INSPECTION } from "./small_server.ts";

const seats: Bench[] = [];
afterEach(() => {
  for (const one of seats.splice(0)) one.close();
});

async function seat(mates: readonly Pick<Mate, "device">[]): Promise<Bench> {
  const made = await bench(mates);
  seats.push(made);
  return made;
}

async function identityOf(one: Bench): Promise<Device> {
  const db = new Database(one.databaseName);
  const device = await deviceOf(db);
  db.close();
  return device;
}

/** A tablet whose own work and a mate's are on the server, but for one answer. */
async function mostlySent(): Promise<{ own: Bench; other: Mate }> {
  const other = await mate(2);
  const own = await seat([other]);
  await own.app.importFile(other.file);
  own.server.instead = async (path, init) =>
    path === "/sync/v1/push" && (await pusher(init)) === other.device.id
      ? Response.json({ results: [] })
      : null;
  await own.visit.addPhoto({ bytes: new Blob(["x"]), mime: "image/jpeg" });
  await own.answer("một");
  await own.app.syncNow();
  await own.answer("hai");
  expect([own.app.sync.waitingOps, own.app.sync.waitingFiles, own.app.sync.waitingRelays]).toEqual([1, 0, 0]);
  return { own, other };
}

test("the whole inspection is handed to somebody who has pulled nothing", async () => {
  const { own, other } = await mostlySent();
  const lead = await seat([other, { device: await identityOf(own) }]);
  const whole = await own.app.exportUnsent({ withFiles: true, inspection: INSPECTION });
  const report = await lead.app.importFile(whole.blob);
  expect(report).toMatchObject({ operations: 5, alreadyKnown: 0, files: 1, damage: null });
  expect(lead.visit.item("A-2").answer).toMatchObject({ note: "hai" });
  expect(lead.visit.notes.map((note) => note.text).sort()).toEqual(["số 0", "số 1"]);
});

test("without that only what is not confirmed goes", async () => {
  const { own, other } = await mostlySent();
  const lead = await seat([other, { device: await identityOf(own) }]);
  const { blob } = await own.app.exportUnsent({ withFiles: true });
  expect(await lead.app.importFile(blob)).toMatchObject({ operations: 1, files: 0 });
});

test("the same file brought twice is passed on once", async () => {
  const other = await mate();
  const own = await seat([other]);
  expect(await own.app.importFile(other.file)).toMatchObject({ operations: 1, alreadyKnown: 0 });
  expect(await own.app.importFile(other.file)).toMatchObject({ operations: 1, alreadyKnown: 1 });
  await own.app.syncNow();
  expect(own.server.pushes).toHaveLength(1);
});

test("a cut file is shown as far as it goes, and says that it was cut", async () => {
  const other = await mate();
  const own = await seat([other]);
  const text = await new Response(other.file.stream().pipeThrough(new DecompressionStream("gzip"))).text();
  const cut = new Blob([text.split("\n").slice(0, 2).join("\n"), "\n"]);
  const file = await new Response(cut.stream().pipeThrough(new CompressionStream("gzip"))).blob();
  expect(await own.app.importFile(file)).toMatchObject({ operations: 1, damage: "file_cut" });
  expect(own.visit.notes).toHaveLength(1);
});
