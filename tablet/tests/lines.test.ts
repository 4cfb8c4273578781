/** Bad lines: slow ones are borne, silent ones are not, and a server that asks for quiet gets it. */
import { afterEach, expect, test, vi } from "vitest";
import { Line, Lost, Refused } from "../src/sync/line.ts";
import { askedPause, Loop } from "../src/sync/loop.ts";
import { type Bench, bench } from "./bench.ts";
import { INSPECTION } from "./small_server.ts";

const PATIENCE = { silentMs: 60, upBytesPerSecond: 100_000 };
const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** An answer that comes a few bytes at a time, and may fall silent. */
function trickle(text: string, everyMs: number, silentAfter = Number.POSITIVE_INFINITY) {
  return async (_input: string, init: RequestInit): Promise<Response> => {
    const bytes = new TextEncoder().encode(text);
    let at = 0;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        init.signal?.addEventListener("abort", () => controller.error(init.signal?.reason));
      },
      async pull(controller) {
        if (at >= silentAfter) return new Promise<void>(() => undefined);
        await pause(everyMs);
        controller.enqueue(bytes.slice(at, at + 10));
        at += 10;
        if (at >= bytes.length) controller.close();
      },
    });
    return new Response(body, { headers: { "Content-Type": "application/json" } });
  };
}

const TEXT = JSON.stringify({ said: "x".repeat(100) });

test("an answer may take longer than silence may, as long as it comes", async () => {
  const line = new Line("", trickle(TEXT, 20), PATIENCE);
  expect(await line.json("/x")).toEqual(JSON.parse(TEXT));
});

test("an answer that stops coming is lost", async () => {
  const line = new Line("", trickle(TEXT, 1, 50), PATIENCE);
  await expect(line.json("/x")).rejects.toBeInstanceOf(Lost);
});

/** A line that says nothing until whoever asked gives up. */
const silent = (_input: string, init: RequestInit) =>
  new Promise<Response>((_, reject) => {
    init.signal?.addEventListener("abort", () => reject(init.signal?.reason));
  });

test("a line that says nothing is given up, a piece of a photo included", async () => {
  const line = new Line("", silent, PATIENCE);
  await expect(line.send("/x")).rejects.toBeInstanceOf(Lost);
  const patch = line.raw("/u", { method: "PATCH", body: new Blob(["x"]) }, new AbortController().signal);
  await expect(patch).rejects.toBeInstanceOf(Lost);
});

test("our own bytes get the time that a slow line needs for them", async () => {
  const slow = (input: string, init: RequestInit) =>
    Promise.race([silent(input, init), pause(120).then(() => Response.json({}))]);
  const line = new Line("", slow, PATIENCE);
  await expect(line.send("/x", { method: "PUT", body: new ArrayBuffer(10) })).rejects.toBeInstanceOf(Lost);
  await line.send("/x", { method: "PUT", body: new ArrayBuffer(50_000) });
});

let own: Bench;

afterEach(() => {
  vi.useRealTimers();
  own?.close();
});

test("a log that does not get through is asked for in smaller pieces, and in larger ones again", async () => {
  own = await bench();
  const limits: number[] = [];
  let losses = 2;
  own.server.instead = async (path, init) => {
    if (path !== "/sync/v1/pull") return null;
    limits.push((JSON.parse(String(init.body)) as { limit: number }).limit);
    if (losses > 0) throw new TypeError(`lost ${losses--}`);
    return null;
  };
  for (const note of ["một", "hai", "ba", "bốn"]) {
    await own.answer(note);
    await own.app.syncNow();
  }
  expect(limits).toEqual([500, 250, 125, 250]);
});

test("an inspection whose log broke off is not called downloaded, and is once it is whole", async () => {
  own = await bench();
  const summary = async () => (await own.app.inspections())[0];
  expect((await summary())?.isWhole).toBe(true);
  for (const note of ["một", "hai"]) await own.answer(note);
  await own.app.syncNow();
  own.server.spoil = (path, answer) => {
    if (path !== "/sync/v1/pull") return;
    for (const stream of Object.values(answer.streams as Record<string, { head: number }>)) stream.head = 9;
  };
  await own.answer("ba");
  await own.app.syncNow();
  expect([(await summary())?.isDownloaded, (await summary())?.isWhole]).toEqual([true, false]);
  own.server.spoil = () => undefined;
  await own.app.download(INSPECTION);
  expect((await summary())?.isWhole).toBe(true);
});

test("a package whose log never came is not called downloaded", async () => {
  own = await bench();
  const another = "0198c0de-5a10-7000-8000-00000000000b";
  own.server.instead = async (path) => {
    if (path === "/sync/v1/pull") throw new TypeError("cut");
    return null;
  };
  own.server.spoil = (path, answer) => {
    if (path !== "/sync/v1/packages") return;
    for (const one of answer as unknown as object[]) Object.assign(one, { inspection: another });
  };
  await own.app.downloadComing(10_000);
  await expect(own.app.download(another)).rejects.toMatchObject({ code: "offline" });
  const card = (await own.app.inspections()).find((one) => one.id === another);
  expect([card?.isDownloaded, card?.isWhole]).toEqual([true, false]);
});

test("whoever is asked to wait waits at least so long, not all equally long", () => {
  expect([askedPause(60, 0), askedPause(60, 1)]).toEqual([60_000, 90_000]);
});

test("no sign of a network breaks the pause that the server asked for", async () => {
  vi.useFakeTimers();
  vi.stubGlobal("addEventListener", (_name: string, wake: () => void) => wakers.push(wake));
  const wakers: (() => void)[] = [];
  let glances = 0;
  const work = {
    exchange: async () => null,
    glance: async () => {
      glances += 1;
      throw new Refused(503, { code: "slow_down" }, 600);
    },
    carry: async () => null,
    counts: async () => ({ waitingOps: 0, waitingFiles: 0, waitingBytes: 0, waitingRelays: 0 }),
    isMetered: () => false,
    wiped: async () => undefined,
    doubtStore: () => undefined,
  };
  const loop = new Loop(work, () => undefined);
  loop.start();
  await vi.advanceTimersByTimeAsync(100);
  expect([glances, loop.status.phase]).toEqual([1, "waiting"]);
  for (const wake of wakers) wake();
  loop.recorded();
  await vi.advanceTimersByTimeAsync(599_000);
  expect(glances).toBe(1);
  await vi.advanceTimersByTimeAsync(302_000);
  expect(glances).toBe(2);
  loop.stop();
  vi.unstubAllGlobals();
});
