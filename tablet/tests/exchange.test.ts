/** Files that travel by hand: what the shared vector says, a team mate's work, and everything that is no such file. */
import { expect, test } from "vitest";
import { genesisOf, sha256OfBytes } from "../src/rules/digest.ts";
import { Archive } from "../src/store/archive.ts";
import { Database } from "../src/store/database.ts";
import { type Device, deviceOf } from "../src/store/device.ts";
import { Files } from "../src/store/files.ts";
import { newId } from "../src/store/ids.ts";
import { Ledger } from "../src/store/ledger.ts";
import { firstWrap, Vault } from "../src/store/vault.ts";
import { compressed, exportLines, takeIn } from "../src/sync/exchange_file.ts";
import { vectors } from "./vectors.ts";

interface Told {
  [member: string]: unknown;
}

const CONTEXT = { inspection: newId(), checklist: "MAU@1.2.0", actor: newId() };
let number = 0;

async function tablet() {
  number += 1;
  const db = new Database(`exchange-test-${number}`);
  const vault = await Vault.open(await firstWrap("270593", 1_000), "270593");
  const device = await deviceOf(db);
  await db.setFacts({ epoch: "e-1" });
  const ledger = new Ledger(db, vault, device.id);
  const [archive, files] = [new Archive(db, vault), new Files(db, vault)];
  return {
    db,
    vault,
    device,
    ledger,
    archive,
    files,
    genesis: await genesisOf(device.id, device.thumbprint),
  };
}

type Tablet = Awaited<ReturnType<typeof tablet>>;

function importerFor(own: Tablet, keys: Map<string, JsonWebKey>, relays: string[] = []) {
  const { archive, files, vault } = own;
  const keepRelay = async ({ text }: { text: string }) => {
    relays.push(text);
  };
  return { archive, files, vault, keyOf: (device: string) => keys.get(device) ?? null, keepRelay };
}

async function written(own: Tablet): Promise<Blob> {
  const options = { label: "Máy số 1", withFiles: true, madeAt: new Date("2026-01-01T00:00:00Z") };
  return compressed(exportLines(own, own.files, options));
}

async function linesIn(file: Blob): Promise<string[]> {
  const text = await new Response(file.stream().pipeThrough(new DecompressionStream("gzip"))).text();
  return text.split("\n").filter(Boolean);
}

const zip = (lines: string[]) => compressed((async function* () { for (const one of lines) yield `${one}\n`; })()); // biome-ignore format: short

/** The team mates' operations that lie on the tablet, as they are shown. */
async function provisionalOn(own: { db: Database; archive: Archive }, inspection: string) {
  const rows = await own.db.provisional.where("inspection").equals(inspection).toArray();
  return Promise.all(rows.map((row) => own.archive.provisionalIn(row)));
}

const keysOf = (device: Device) => new Map([[device.id, device.jwk]]);

async function withWork(count: number) {
  const own = await tablet();
  const bytes = new Uint8Array(300_000).map((_, place) => place % 251).buffer;
  for (let place = 0; place < count; place += 1) {
    const draft = {
      type: "answer.set",
      entity: `answer/A-${place}`,
      body: { note: `số ${place}` },
      parents: [],
    };
    const blobs = place === 0 ? [{ sha256: await sha256OfBytes(bytes), mime: "image/jpeg", bytes }] : [];
    await own.ledger.record(CONTEXT, [draft], blobs);
  }
  return own;
}

test("a team mate's file is folded without a position, kept to be passed on, and known the second time", async () => {
  const [mate, own] = [await withWork(5), await tablet()];
  const relays: string[] = [];
  const file = await written(mate);
  const first = await takeIn(importerFor(own, keysOf(mate.device), relays), file);
  expect(first).toMatchObject({ device: mate.device.id, operations: 5, fresh: 5, files: 1 });
  const entries = await provisionalOn(own, CONTEXT.inspection);
  expect(entries.map((entry) => [entry.pos, entry.device])).toEqual(Array(5).fill([null, mate.device.id]));
  expect(relays).toEqual((await linesIn(file)).filter((line) => line.includes('"ops"')));
  const sha256 = (await mate.files.waiting())[0]?.sha256 ?? "";
  expect(await sha256OfBytes((await own.files.bytes(sha256)) ?? new ArrayBuffer(0))).toBe(sha256);
});

interface Shared {
  jwk: JsonWebKey;
  lines: string[];
  expected: {
    device: string;
    inspection: string;
    operations: number;
    files: { blob: string; size: number }[];
  };
}

test("the shared file is read as every other reader reads it", async () => {
  const { jwk, lines, expected } = vectors<Shared>("exchange");
  const own = await tablet();
  const taken = await takeIn(importerFor(own, new Map([[expected.device, jwk]])), await zip(lines));
  const { device, operations } = expected;
  expect(taken).toMatchObject({ device, operations, fresh: operations, files: expected.files.length });
  expect(await provisionalOn(own, expected.inspection)).toHaveLength(operations);
  const kept = (await own.files.waiting()).map((row) => ({ blob: `sha256:${row.sha256}`, size: row.size }));
  expect(kept).toEqual(expected.files);
});

test("what is written has the lines of the shared form, in its order", async () => {
  const lines = (await linesIn(await written(await withWork(2)))).map((line) => JSON.parse(line) as Told);
  expect(lines.map((line) => Object.keys(line)[0])).toEqual([
    "format",
    "device",
    "file",
    "bytes",
    "bytes",
    "end",
  ]);
  expect(lines.at(-1)).toEqual({ end: { pushes: 1, operations: 2, files: 1 } });
});

const spoilt: [string, string, (lines: string[]) => string[]][] = [
  ["another body", "bad_chain", (lines) => lines.map((line) => line.replace("số 1", "số 9"))],
  ["a dropped operation", "bad_chain", (lines) => lines.map(without(1))],
  [
    "another signature",
    "bad_signature",
    (lines) => lines.map((line) => line.replace(/"sig":"..../, '"sig":"AAAA')),
  ],
  ["another form", "no_exchange_file", (lines) => ['{"format":"khac"}', ...lines.slice(1)]],
  ["no JSON", "no_exchange_file", () => ["xin chào"]],
];

function without(place: number): (line: string) => string {
  return (line) => {
    const value = JSON.parse(line) as { ops?: unknown[] };
    if (!value.ops) return line;
    return JSON.stringify({ ...value, ops: value.ops.filter((_, index) => index !== place) });
  };
}

test.each(spoilt)("a file with %s is refused as %s", async (_name, code, spoil) => {
  const [mate, own] = [await withWork(3), await tablet()];
  const file = await zip(spoil(await linesIn(await written(mate))));
  await expect(takeIn(importerFor(own, keysOf(mate.device)), file)).rejects.toMatchObject({ code });
  expect(await provisionalOn(own, CONTEXT.inspection)).toEqual([]);
  expect(await own.files.waiting()).toEqual([]);
});

test("of a file without its end everything that is whole is taken, and the cut is told", async () => {
  const [mate, own] = [await withWork(3), await tablet()];
  const relays: string[] = [];
  const lines = (await linesIn(await written(mate))).slice(0, -1);
  const taken = await takeIn(importerFor(own, keysOf(mate.device), relays), await zip(lines));
  expect(taken).toMatchObject({ operations: 3, files: 1, damage: "file_cut" });
  expect(await provisionalOn(own, CONTEXT.inspection)).toHaveLength(3);
  expect(relays).toHaveLength(1);
});

test("a batch that is not believed takes nothing from the others of its file", async () => {
  const [mate, stranger, own] = [await withWork(2), await withWork(1), await tablet()];
  const [theirs = "", ours = ""] = (
    await Promise.all([linesIn(await written(stranger)), linesIn(await written(mate))])
  ).map((lines) => lines.find((one) => one.includes('"ops"')));
  const [opening = "", , ...rest] = await linesIn(await written(mate));
  const file = await zip([opening, theirs, ours, ...rest]);
  const taken = await takeIn(importerFor(own, keysOf(mate.device)), file);
  expect(taken).toMatchObject({ operations: 2, files: 1, damage: "device_not_known" });
});

test("a stranger's file is refused", async () => {
  const [mate, own] = [await withWork(1), await tablet()];
  const taking = takeIn(importerFor(own, new Map()), await written(mate));
  await expect(taking).rejects.toMatchObject({ code: "device_not_known" });
});

test("a file cut in the middle of a batch is told apart from a foreign one", async () => {
  const [mate, own] = [await withWork(3), await tablet()];
  const [opening = "", batch = ""] = await linesIn(await written(mate));
  const cut = await zip([opening, batch.slice(0, 40)]);
  await expect(takeIn(importerFor(own, keysOf(mate.device)), cut)).rejects.toMatchObject({
    code: "no_exchange_file",
  });
  const whole = await written(mate);
  const half = whole.slice(0, Math.floor(whole.size / 2));
  const taking = takeIn(importerFor(own, keysOf(mate.device)), half);
  expect(await taking).toMatchObject({ operations: 3, files: 0, damage: "file_cut" });
  const nothing = takeIn(importerFor(own, keysOf(mate.device)), whole.slice(0, 40));
  await expect(nothing).rejects.toMatchObject({ code: "file_cut" });
});
