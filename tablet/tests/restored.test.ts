/** A server that was put back from a backup gets back what it lost, from tablets too that have nothing to send. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { Database } from "../src/store/database.ts";
import { type Bench, bench, PIN, pusher } from "./bench.ts";
import { bodyOf, type Push, problem } from "./small_server.ts";

let own: Bench;
const NOTES = ["một", "hai", "ba", "bốn"];

beforeEach(async () => {
  own = await bench();
  for (const note of NOTES) await own.answer(note);
  await own.app.syncNow();
  await own.app.syncNow();
  expect(own.app.sync.waitingOps).toBe(0);
});

afterEach(() => own.close());

const stored = () => own.server.chain.map((one) => JSON.parse(one.op.body ?? "{}").note);

test("an idle tablet notices the new epoch in its quiet hours and sends again", async () => {
  own.server.epoch = "e-2";
  own.server.chain = own.server.chain.slice(0, 1);
  await own.app.syncNow();
  expect(stored()).toEqual(NOTES);
  expect([own.app.sync.waitingOps, own.app.sync.problem]).toEqual([0, null]);
  expect(own.visit.item("A-2").heads.map((head) => head.whereabouts)).toEqual(["on_server"]);
});

test("what the backup holds and the tablet was never told of is asked for again", async () => {
  await own.answer("năm");
  await own.answer("sáu");
  own.server.spoil = (path) => {
    if (path === "/sync/v1/push") throw new TypeError("the connection is gone before the answer");
  };
  await own.app.syncNow();
  expect([stored().length, own.app.sync.waitingOps]).toEqual([6, 2]);
  own.server.spoil = () => undefined;
  own.server.epoch = "e-2";
  await own.app.syncNow();
  await own.app.syncNow();
  expect([own.app.sync.needs, own.app.sync.problem, own.app.sync.waitingOps]).toEqual(["nothing", null, 0]);
  expect(stored()).toEqual([...NOTES, "năm", "sáu"]);
});

test("a new epoch of the same length is noticed too: files are offered again", async () => {
  await own.visit.addPhoto({ bytes: new Blob(["x"]), mime: "image/jpeg" });
  await own.app.syncNow();
  expect(own.app.sync.waitingFiles).toBe(0);
  own.server.epoch = "e-2";
  const before = own.server.asked.length;
  await own.app.syncNow();
  await own.app.syncNow();
  expect(own.server.asked.slice(before).filter((one) => one.startsWith("PUT"))).toHaveLength(1);
  expect(own.app.sync.waitingFiles).toBe(0);
});

test("a server that lost its end without telling gets it back as well", async () => {
  own.server.chain = own.server.chain.slice(0, 2);
  await own.app.syncNow();
  expect(stored()).toEqual(NOTES);
  expect([own.app.sync.waitingOps, own.app.sync.problem]).toEqual([0, null]);
});

test("a server that always says that we are ahead is asked no further", async () => {
  own.server.instead = async (path) => {
    if (path !== "/sync/v1/pull") return null;
    const stream = Object.keys((await own.server.heads()).streams)[0];
    return Response.json(
      { code: "cursor_ahead", stream },
      { status: 409, headers: { "Content-Type": "application/problem+json" } },
    );
  };
  await own.answer("năm");
  await own.app.syncNow();
  expect([own.app.sync.waitingOps, own.app.sync.problem?.code]).toEqual([0, "cursor_ahead"]);
});

test("what is not this tablet's to say is said to others only where it was lost: a chain given up goes on", async () => {
  const before = structuredClone(own.server.chain);
  const [first] = before;
  if (!first) throw new Error("nothing was sent");
  await own.answer("năm");
  own.server.instead = async (path) => (path === "/sync/v1/push" ? problem(409, "chain_fork") : null);
  await own.app.syncNow();
  expect(own.app.sync.needs).toBe("enrol_again");
  own.server.instead = async () => null;
  own.server.chain = [];
  await own.app.enrol({ code: "another-code-of-the-qr", label: "Máy số 1" });
  await own.app.unlock(own.app.people[0]?.person_id ?? "", PIN);
  await own.app.syncNow();
  expect(own.server.chain.map((one) => one.op.seq)).toEqual([1]);
  // Nothing of the old chain is offered while the server has it …
  expect(own.app.sync.waitingRelays).toBe(0);
  const given: { device: string; head: string; seqs: number[] }[] = [];
  own.server.instead = async (path, init) => {
    if (path !== "/sync/v1/push" || (await pusher(init)) !== first.device) return null;
    const { device, head, ops } = await bodyOf<Push>(init);
    given.push({ device, head, seqs: ops.map((op) => op.seq) });
    return Response.json({ results: [] });
  };
  // … and all of it, under its own signature, once the server has lost it.
  own.server.epoch = "e-2";
  await own.app.syncNow();
  await own.app.syncNow();
  expect(given).toEqual([{ device: first.device, head: before.at(-1)?.hash, seqs: [1, 2, 3, 4] }]);
});

test("receipts of an earlier epoch are kept beside the later ones", async () => {
  own.server.epoch = "e-2";
  own.server.chain = [];
  await own.app.syncNow();
  const db = new Database(own.databaseName);
  const kept = (await db.proofs.toArray()).map(({ epoch, seq }) => [epoch, seq]);
  db.close();
  expect(kept).toEqual([
    ["e-1", 4],
    ["e-2", 4],
  ]);
});

test("a log that does not hold keeps nobody from the other logs", async () => {
  const bad = { from: 0, to: 0, head: 0, status: "open", state: "in_progress", root: "0", entries: [] };
  let times = 0;
  own.server.spoil = (path, answer) => {
    if (path !== "/sync/v1/pull") return;
    times += 1;
    if (times < 3) Object.assign(answer, { more: true, streams: { "inspection:another": bad } });
  };
  await own.answer("năm");
  await own.app.syncNow();
  expect(own.visit.item("A-2").heads.map((head) => head.whereabouts)).toEqual(["on_server"]);
  expect([own.app.sync.needs, own.app.sync.problem?.code]).toEqual(["attention", "log_mismatch"]);
});
