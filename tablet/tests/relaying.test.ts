/** A team mate's batch that the server refuses is the mate's affair: the tablet that carries it loses and stops nothing. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { digestOf, linkOf } from "../src/rules/digest.ts";
import { type Bench, bench, type Mate, mate, pusher } from "./bench.ts";
import { problem } from "./small_server.ts";

let other: Mate;
let own: Bench;

beforeEach(async () => {
  other = await mate();
  own = await bench([other]);
  await own.app.importFile(other.file);
  await own.answer("chưa gửi");
});

afterEach(() => own.close());

/** The server answers the mate's batches so, and everybody else's honestly. */
function answerMate(answer: () => Response): { times: number } {
  const count = { times: 0 };
  own.server.instead = async (path, init) => {
    if (path !== "/sync/v1/push" || (await pusher(init)) !== other.device.id) return null;
    count.times += 1;
    return answer();
  };
  return count;
}

const waiting: [number, string, Record<string, unknown>][] = [
  [403, "device_revoked", { wipe: true, detail: "Máy tính bảng đã bị báo mất." }],
  [403, "device_unknown", {}],
  [413, "batch_too_large", {}],
  [400, "malformed", {}],
  [409, "gap", { expected_seq: 1, acked_hash: "" }],
  [426, "upgrade_required", {}],
  [500, "defect", {}],
];

test.each(waiting)(
  "%i %s for a mate's batch keeps the tablet, its work and the batch",
  async (status, code, more) => {
    const asked = answerMate(() => problem(status, code, more));
    await own.app.syncNow();
    expect([own.app.stage, own.app.sync.needs, own.app.sync.problem]).toEqual(["ready", "nothing", null]);
    expect([own.app.sync.waitingOps, own.app.sync.waitingRelays]).toEqual([0, 1]);
    const [line] = await own.app.waitingRelays();
    expect([line?.reason, line?.operations, line?.said]).toEqual([code, 1, more.detail ?? code]);
    await own.app.syncNow();
    expect(asked.times).toBe(1); // it is offered again later, not every half minute
  },
);

test.each(["chain_fork", "bad_chain", "bad_signature"])("%s for a mate's batch is final", async (code) => {
  answerMate(() => problem(422, code));
  await own.app.syncNow();
  expect([own.app.stage, own.app.sync.waitingOps, own.app.sync.waitingRelays]).toEqual(["ready", 0, 0]);
  expect(own.app.sync.problem).toBeNull();
});

test.each([429, 503])("%i for a mate's batch is for everybody", async (status) => {
  answerMate(() => problem(status, "slow_down"));
  await own.app.syncNow();
  expect([own.app.sync.waitingOps, own.app.sync.problem?.code]).toEqual([1, "slow_down"]);
  answerMate(() => Response.json({ results: [] }));
  await own.app.syncNow();
  expect([own.app.sync.waitingOps, own.app.sync.waitingRelays]).toEqual([0, 0]);
});

test("a mate's batch is passed on before the tablet's own, and is then nobody's to wait for", async () => {
  const order: string[] = [];
  own.server.instead = async (path, init) => {
    if (path !== "/sync/v1/push") return null;
    const device = await pusher(init);
    order.push(device === other.device.id ? "mate" : "own");
    return device === other.device.id ? Response.json({ results: [] }) : null;
  };
  expect(own.app.sync.waitingRelays).toBe(1);
  await own.app.syncNow();
  expect([order, own.app.sync.waitingRelays]).toEqual([["mate", "own"], 0]);
});

test("a server of another epoch that meets the mate's batch first gets everything", async () => {
  const epochs: string[] = [];
  own.server.epoch = "e-2";
  own.server.instead = async (path, init) => {
    if (path !== "/sync/v1/push") return null;
    const told = JSON.parse(await (await opened(init)).text()) as { device: string; epoch: string };
    if (told.device !== other.device.id) return null;
    epochs.push(told.epoch);
    if (told.epoch === "e-2") return Response.json({ results: [] });
    return problem(409, "epoch_mismatch", { epoch: "e-2", acked_seq: 0, acked_hash: "of the mate" });
  };
  await own.app.syncNow();
  expect(epochs).toEqual(["e-1", "e-2"]);
  expect(own.server.chain.map((one) => JSON.parse(one.op.body ?? "{}").note)).toEqual(["chưa gửi"]);
  expect([own.app.sync.waitingOps, own.app.sync.waitingRelays, own.app.sync.problem]).toEqual([0, 0, null]);
});

async function opened(init: RequestInit): Promise<Response> {
  const { body } = new Response(init.body as BodyInit);
  return new Response(body?.pipeThrough(new DecompressionStream("gzip")) ?? null);
}

test("what the office wrote and the server will not hear is told later, and stops nothing", async () => {
  answerMate(() => Response.json({ results: [] }));
  await own.app.syncNow();
  const [first] = own.server.chain;
  if (!first) throw new Error("nothing was sent");
  const device = "server:x:e-1";
  const op = { ...first.op, op_id: "0198c0de-5a10-7000-8000-000000000003", type: "remark.add" };
  const hash = await linkOf(device, op.seq, first.prev, await digestOf(op));
  own.server.chain.push({ device, prev: first.prev, hash, op });
  await own.app.syncNow();
  own.server.chain = [];
  own.server.epoch = "e-2";
  const { instead } = own.server;
  own.server.instead = async (path, init) =>
    path === "/sync/v1/recollections" ? problem(413, "batch_too_large") : instead(path, init);
  await own.answer("sau");
  await own.app.syncNow();
  await own.app.syncNow();
  expect([own.app.sync.waitingOps, own.app.sync.problem, own.app.stage]).toEqual([0, null, "ready"]);
  const [line] = await own.app.waitingRelays();
  expect([line?.personName, line?.reason]).toEqual([null, "batch_too_large"]);
});
