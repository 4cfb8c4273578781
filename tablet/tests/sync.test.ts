/** What the tablet does when the server refuses, lies, forgets or stays silent: nothing is lost, nothing believed. */
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Session } from "../src/app/session.ts";
import type { OpenVisit } from "../src/app/visit.ts";
import { digestOf, linkOf, type Operation } from "../src/rules/digest.ts";
import { pauseAfter } from "../src/sync/loop.ts";
import { INSPECTION, ORIGIN, problem, SmallServer } from "./small_server.ts";

const CHECKLIST = readFileSync(new URL("../../tests/vectors/checklist.json", import.meta.url), "utf8");
const PIN = "270593";

let server: SmallServer;
let app: Session;
let visit: OpenVisit;
let number = 0;

beforeEach(async () => {
  server = new SmallServer(CHECKLIST);
  number += 1;
  const databaseName = `sync-test-${number}`;
  app = await Session.start({
    origin: ORIGIN,
    databaseName,
    fetch: server.fetch,
    isLoopOn: false,
    pinCost: 1_000,
  });
  await app.enrol({ code: "q83vEjRWeJCrze8SNFZ4kA", label: "Máy số 1" });
  await app.signIn({ username: "truong.doan", password: "x" });
  await app.choosePin(PIN);
  await app.downloadComing(10_000);
  await app.download(INSPECTION);
  visit = await app.open(INSPECTION);
});

afterEach(() => app.close());

const answerOne = (note: string) => visit.answer("A-2", { value: "phu_hop", note });
const whereabouts = () => visit.item("A-2").heads.map((head) => head.whereabouts);

test("an answer is on the tablet, then on the server, and counted honestly", async () => {
  await answerOne("một");
  expect([app.sync.waitingOps, whereabouts()]).toEqual([1, ["on_tablet"]]);
  await app.syncNow();
  expect([app.sync.waitingOps, whereabouts(), app.sync.needs]).toEqual([0, ["on_server"], "nothing"]);
  expect(app.sync.confirmedAt).not.toBeNull();
});

test("each request says what is still on the tablet", async () => {
  const told: [string, string | undefined][] = [];
  server.instead = async (path, init) => {
    told.push([path.split("/")[3] ?? "", (init.headers as Record<string, string>)["Sync-Waiting"]]);
    return null;
  };
  await visit.addPhoto({ bytes: new Blob(["x"]), mime: "image/jpeg" });
  await answerOne("một");
  await app.syncNow();
  const held = (path: string) => told.filter(([asked]) => asked === path).map(([, said]) => said);
  expect(held("push")).toEqual(["operations=0, files=1"]);
  expect(held("pull")).toEqual(["operations=0, files=1"]);
  expect(held("heads").at(-1)).toBe("operations=0, files=0");
});

test("a lost answer is followed by the same bytes, and the first outcome counts", async () => {
  await answerOne("một");
  let isFirst = true;
  const honest = server.fetch;
  server.instead = async (path, init) => {
    if (path !== "/sync/v1/push" || !isFirst) return null;
    isFirst = false;
    await honest(ORIGIN + path, init);
    throw new TypeError("lost");
  };
  await app.syncNow();
  expect([app.sync.waitingOps, app.sync.problem?.code, app.sync.isReached]).toEqual([1, "offline", false]);
  await app.syncNow();
  expect(app.sync.waitingOps).toBe(0);
  const [first, , second] = server.pushes;
  expect(second?.ops ?? server.pushes.at(-1)?.ops).toEqual(first?.ops);
  expect(server.chain).toHaveLength(1);
});

const lies: [string, (answer: Record<string, unknown>) => void][] = [
  ["no receipt", (answer) => { answer.receipt = null; }],
  ["another signature", (answer) => { (answer.receipt as { sig: string }).sig = "A".repeat(86); }],
  ["an unknown key", (answer) => { (answer.receipt as { kid: string }).kid = "x"; }],
  ["another hash in the receipt", (answer) => {
    const receipt = answer.receipt as { body: string };
    receipt.body = receipt.body.replace(/[0-9a-f]{64}/, "0".repeat(64));
  }],
]; // biome-ignore format: one lie a line

test.each(lies)("a push answered with %s confirms nothing", async (_name, lie) => {
  await answerOne("một");
  server.spoil = (path, answer) => path === "/sync/v1/push" && lie(answer);
  await app.syncNow();
  expect([app.sync.waitingOps, app.sync.needs, app.sync.problem?.code]).toEqual([
    1,
    "attention",
    "receipt_wrong",
  ]);
  server.spoil = () => undefined;
  await app.syncNow();
  expect([app.sync.waitingOps, app.sync.needs]).toEqual([0, "nothing"]);
});

test("a good receipt for another chain confirms nothing", async () => {
  await answerOne("một");
  server.signedHash = "0".repeat(64);
  await app.syncNow();
  expect([app.sync.waitingOps, app.sync.problem?.code]).toEqual([1, "receipt_wrong"]);
});

type Stream = {
  root: string;
  entries: { pos: number; hash: string; effect: string; op: { body: string } }[];
};
const forgeries: [string, (stream: Stream) => void][] = [
  ["a dropped entry", (stream) => { stream.entries.shift(); }],
  ["a changed body", (stream) => { for (const one of stream.entries) one.op.body = '{"value":"kph_nang"}'; }],
  ["a changed effect", (stream) => { for (const one of stream.entries) one.effect = "quarantined"; }],
  ["another root", (stream) => { stream.root = "0".repeat(64); }],
]; // biome-ignore format: one forgery a line

test.each(forgeries)("a log with %s is not taken", async (_name, forge) => {
  await answerOne("một");
  server.spoil = (path, answer) => {
    if (path !== "/sync/v1/pull") return;
    forge(Object.values(answer.streams as Record<string, Stream>)[0] as Stream);
  };
  await app.syncNow();
  expect([app.sync.needs, app.sync.problem?.code]).toEqual(["attention", "log_mismatch"]);
  expect(visit.item("A-2").answer).toMatchObject({ value: "phu_hop", note: "một" });
  server.spoil = () => undefined;
  await app.syncNow();
  expect([app.sync.needs, whereabouts()]).toEqual(["nothing", ["on_server"]]);
});

test("after a restore the tablet sends again what the server lost", async () => {
  await answerOne("một");
  await app.syncNow();
  await answerOne("hai");
  await app.syncNow();
  await answerOne("ba");
  server.chain = server.chain.slice(0, 1);
  server.epoch = "e-2";
  await app.syncNow();
  expect(server.chain.map((one) => JSON.parse(one.op.body ?? "{}").note)).toEqual(["một", "hai", "ba"]);
  expect([app.sync.waitingOps, app.sync.needs, whereabouts()]).toEqual([0, "nothing", ["on_server"]]);
});

test("a restore is noticed on reading too", async () => {
  await answerOne("một");
  await app.syncNow();
  server.chain = [];
  server.epoch = "e-2";
  server.instead = async (path) =>
    path === "/sync/v1/heads" ? Response.json({ epoch: "e-2", streams: {}, gone: [] }) : null;
  await answerOne("hai");
  await app.syncNow();
  expect(server.chain).toHaveLength(2);
});

test("a copied tablet enrols again and sends its work under a new chain that cites the old one", async () => {
  await answerOne("một");
  await app.syncNow();
  const before = server.chain[0];
  const other = {
    ...(before?.op as NonNullable<typeof before>["op"]),
    op_id: "0198c0de-5a10-7000-8000-000000000001",
    seq: 2,
  };
  server.chain.push({ device: before?.device ?? "", prev: "", hash: "0".repeat(64), op: other });
  await answerOne("hai");
  await app.syncNow();
  expect([app.sync.waitingOps, app.sync.needs, app.sync.problem?.code]).toEqual([
    1,
    "enrol_again",
    "chain_fork",
  ]);
  server.chain = [];
  await app.enrol({ code: "another-code-of-the-qr", label: "Máy số 1" });
  await app.unlock(app.people[0]?.person_id ?? "", PIN);
  await app.syncNow();
  const [again] = server.chain;
  expect(again?.device).not.toBe(before?.device);
  expect(again?.op.seq).toBe(1);
  const body = JSON.parse(again?.op.body ?? "{}");
  const hash = expect.stringMatching(/^[0-9a-f]{64}$/);
  expect([body.note, body.reissues]).toEqual(["hai", { device: before?.device, seq: 2, hash }]);
  expect(again?.op.parents).toEqual([before?.op.op_id]);
});

test("a server that does not know the tablet gets everything again, under the same name", async () => {
  await answerOne("một");
  await app.syncNow();
  const before = server.chain[0];
  server.chain = [];
  server.epoch = "e-2";
  await answerOne("hai");
  server.instead = async (path) => (path === "/sync/v1/push" ? problem(403, "device_unknown") : null);
  await app.syncNow();
  expect(app.sync.needs).toBe("enrol_again");
  server.instead = async () => null;
  await app.enrol({ code: "another-code-of-the-qr", label: "Máy số 1" });
  await app.unlock(app.people[0]?.person_id ?? "", PIN);
  await app.syncNow();
  expect(server.chain.map((one) => [one.device, one.op.seq])).toEqual([
    [before?.device, 1],
    [before?.device, 2],
  ]);
  expect([server.chain[0]?.hash, app.sync.waitingOps]).toEqual([before?.hash, 0]);
});

test("after a restore team mates' work stays in view, and what the office wrote is told to it", async () => {
  await answerOne("một");
  await app.syncNow();
  const [own] = server.chain;
  const link = async (device: string, op: Operation) => {
    const prev = "0".repeat(64);
    return { device, prev, op, hash: await linkOf(device, op.seq, prev, await digestOf(op)) };
  };
  const op = (op_id: string, type: string, entity: string, body: object) =>
    ({ ...own?.op, op_id, seq: 1, type, entity, parents: [], body: JSON.stringify(body) }) as Operation;
  const mate = op("0198c0de-5a10-7000-8000-000000000002", "answer.set", "answer/A-3", {
    value: "luu_y",
    note: "x",
  });
  const remark = { entity: "answer/A-2", text: "Bổ sung ngày." };
  const office = op(
    "0198c0de-5a10-7000-8000-000000000003",
    "remark.add",
    "remark/0198c0de-5a10-7000-8000-000000000004",
    remark,
  );
  server.chain.push(await link("mate", mate), await link("server:x:e-1", office));
  await app.syncNow();
  expect([visit.item("A-3").conclusion, visit.remarks.length]).toEqual(["luu_y", 1]);
  server.chain = [];
  server.epoch = "e-2";
  const told: string[] = [];
  server.instead = async (path, init) => {
    if (path !== "/sync/v1/recollections") return null;
    told.push(
      ...(JSON.parse(String(init.body)) as { entries: { op: Operation }[] }).entries.map(
        (one) => one.op.type,
      ),
    );
    return Response.json({ taken: 1 });
  };
  await answerOne("hai");
  await app.syncNow();
  expect([visit.item("A-3").conclusion, visit.item("A-3").heads[0]?.whereabouts]).toEqual([
    "luu_y",
    "on_tablet",
  ]);
  expect(visit.remarks).toEqual([]);
  await app.syncNow();
  expect(told).toEqual(["remark.add"]);
});

test("an operation that the server cannot record travels without its body, and blocks nothing", async () => {
  await answerOne("một");
  await answerOne("hai");
  let isFirst = true;
  server.instead = async (path, init) => {
    if (path !== "/sync/v1/push" || !isFirst) return null;
    isFirst = false;
    void init;
    return Response.json({
      results: [],
      stopped: { seq: 1, op_id: "x", error: { code: "op_too_large" } },
      receipt: null,
      server_time: "",
    });
  };
  await app.syncNow();
  expect(server.chain.map((one) => one.op.body === null)).toEqual([true, false]);
  expect(server.chain[0]?.op.body_sha256).toMatch(/^[0-9a-f]{64}$/);
  expect([app.sync.waitingOps, app.sync.needs]).toEqual([0, "nothing"]);
});

const refusals: [number, string, string][] = [
  [426, "upgrade_required", "upgrade"],
  [403, "device_unknown", "enrol_again"],
  [403, "device_revoked", "withdrawn"],
  [422, "bad_chain", "attention"],
  [400, "malformed", "attention"],
  [503, "slow_down", "nothing"],
  [500, "defect", "nothing"],
];

test.each(refusals)("%i %s keeps everything", async (status, code, need) => {
  await answerOne("một");
  server.instead = async (path) => (path === "/sync/v1/push" ? problem(status, code) : null);
  await app.syncNow();
  expect([app.sync.waitingOps, app.sync.needs, app.sync.problem?.code]).toEqual([1, need, code]);
  server.instead = async () => null;
  await app.syncNow();
  expect(app.sync.waitingOps).toBe(0);
});

test("a token that ran out half-way is replaced without anybody noticing", async () => {
  await answerOne("một");
  let times = 0;
  server.instead = async (path) =>
    path === "/sync/v1/push" && ++times === 1 ? problem(401, "token_expired") : null;
  await app.syncNow();
  expect([app.sync.waitingOps, app.sync.needs]).toEqual([0, "nothing"]);
});

test("nobody signed in: the work stays and a person is asked", async () => {
  await answerOne("một");
  app.lock();
  await app.unlock(app.people[0]?.person_id ?? "", PIN);
  server.instead = async (path) => (path === "/sync/v1/token/renewal" ? problem(401, "grant_over") : null);
  await app.syncNow();
  expect([app.sync.waitingOps, app.sync.needs]).toEqual([1, "sign_in"]);
  server.instead = async () => null;
  await app.signIn({ username: "truong.doan", password: "x" });
  await app.syncNow();
  expect(app.sync.waitingOps).toBe(0);
});

test("a session that somebody left open does not keep the next person out", async () => {
  let token: string | undefined;
  server.instead = async (path, init) => {
    if (path === "/api/v1/people/me") return Response.json({ csrf_token: "left-open" });
    if (path !== "/api/v1/sessions") return null;
    token = (init.headers as Record<string, string>)["X-CSRF-Token"];
    return token === "left-open" ? null : problem(403, "form_token_wrong");
  };
  await app.signIn({ username: "thu.ky", password: "x" });
  await app.syncNow(); // a sign-in sets off a round by itself
  expect(token).toBe("left-open");
});

test("no session of the office's pages stays open once the tablet has its grant", () => {
  expect(server.asked.filter((one) => /sessions|token/.test(one)).slice(0, 3)).toEqual([
    "POST /api/v1/sessions",
    "POST /sync/v1/token",
    "DELETE /api/v1/sessions/current",
  ]);
});

test("a wrong clock is told apart from a wrong key, and put right", async () => {
  let times = 0;
  const server_time = new Date(Date.now() + 86_400_000).toISOString();
  const claims: { iat: number }[] = [];
  server.instead = async (path, init) => {
    if (!path.startsWith("/sync/v1/token")) return null;
    const { client_assertion } = JSON.parse(String(init.body)) as { client_assertion: string };
    claims.push(
      JSON.parse(atob((client_assertion.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"))),
    );
    times += 1;
    return times === 1 ? problem(401, "assertion_refused", { server_time }) : null;
  };
  app.lock();
  await app.unlock(app.people[0]?.person_id ?? "", PIN);
  await answerOne("một").catch(() => undefined);
  await app.syncNow();
  expect(app.sync.needs).toBe("nothing");
  expect((claims[1]?.iat ?? 0) - (claims[0]?.iat ?? 0)).toBeGreaterThan(86_000);
});

test("an assertion that was used up by a lost answer is made anew", async () => {
  await answerOne("một");
  app.lock();
  await app.unlock(app.people[0]?.person_id ?? "", PIN);
  let times = 0;
  server.instead = async (path) => {
    if (!path.startsWith("/sync/v1/token")) return null;
    times += 1;
    return times === 1 ? problem(401, "assertion_refused", { reason: "replayed" }) : null;
  };
  await app.syncNow();
  expect([times, app.sync.waitingOps, app.sync.needs]).toEqual([2, 0, "nothing"]);
});

test("a server without room for photos still takes operations", async () => {
  const bytes = new Blob([new Uint8Array(1000)]);
  await visit.addPhoto({ bytes, mime: "image/jpeg", item: "A-2" });
  server.instead = async (path) => (/blobs\/sha256/.test(path) ? problem(507, "no_space") : null);
  await app.syncNow();
  expect([app.sync.waitingOps, app.sync.waitingFiles, app.sync.needs]).toEqual([0, 1, "nothing"]);
  expect((await app.waitingFiles()).map((file) => file.reason)).toEqual(["no_space"]);
  server.instead = async () => null;
  await app.syncNow();
  expect(app.sync.waitingFiles).toBe(0);
});

test("a stolen tablet is wiped and says so", async () => {
  await answerOne("một");
  server.instead = async (path) =>
    path === "/sync/v1/push" ? problem(403, "device_revoked", { wipe: true }) : null;
  await app.syncNow();
  expect([app.stage, app.people]).toEqual(["withdrawn", []]);
});

test("tablets do not come back all at once, nor ever give up", () => {
  const pauses = [1, 2, 3, 8, 50].map((failures) => [pauseAfter(failures, 0), pauseAfter(failures, 1)]);
  expect(pauses).toEqual([
    [1000, 2000],
    [2000, 4000],
    [4000, 8000],
    [128_000, 256_000],
    [150_000, 300_000],
  ]);
});
