/** A tablet that the server finds too old asks for a new app by itself, and otherwise once a day. */
import { afterEach, expect, test, vi } from "vitest";
import { Updates } from "../src/app/updates.ts";
import { bench } from "./bench.ts";
import { problem } from "./small_server.ts";

const update = vi.fn(async () => undefined);
const registration = Object.assign(new EventTarget(), { waiting: null, installing: null, update });
const workers = Object.assign(new EventTarget(), { controller: {}, register: async () => registration });
const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");

function inBrowser(): void {
  const { locks, storage } = globalThis.navigator;
  const value = { locks, storage, serviceWorker: workers };
  Object.defineProperty(globalThis, "navigator", { value, configurable: true });
}

afterEach(() => {
  vi.useRealTimers();
  update.mockClear();
  if (before) Object.defineProperty(globalThis, "navigator", before);
});

test("the server is asked daily, and soon again where it takes nothing from this app", async () => {
  inBrowser();
  vi.useFakeTimers();
  const updates = new Updates(() => undefined);
  await updates.watch();
  vi.advanceTimersByTime(3_600_000);
  await updates.look({ isUrgent: false });
  expect(update).not.toHaveBeenCalled();
  await updates.look({ isUrgent: true });
  await updates.look({ isUrgent: true });
  expect(update).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(86_400_000);
  await updates.look({ isUrgent: false });
  expect(update).toHaveBeenCalledTimes(2);
});

test("who asks is answered at once, however soon after the last look", async () => {
  inBrowser();
  const updates = new Updates(() => undefined);
  await updates.watch();
  expect(await updates.ask()).toBe(false);
  update.mockImplementationOnce(async () => {
    Object.assign(registration, { installing: new EventTarget() });
    return undefined;
  });
  expect(await updates.ask()).toBe(true);
  Object.assign(registration, { installing: null });
  expect(update).toHaveBeenCalledTimes(2);
  update.mockRejectedValueOnce(new TypeError("no network"));
  await expect(updates.ask()).rejects.toThrow();
});

test("no network while it is asked is no fault", async () => {
  inBrowser();
  vi.useFakeTimers();
  const updates = new Updates(() => undefined);
  await updates.watch();
  vi.advanceTimersByTime(60_000);
  update.mockRejectedValueOnce(new TypeError("no network"));
  await updates.look({ isUrgent: true });
  expect(updates.isWaiting).toBe(false);
});

test("426 makes the tablet look for a new app, with all its work kept", async () => {
  inBrowser();
  const now = Date.now();
  const own = await bench();
  vi.spyOn(Date, "now").mockReturnValue(now + 120_000);
  await own.answer("một");
  own.server.instead = async (path) => (path === "/sync/v1/push" ? problem(426, "upgrade_required") : null);
  await own.app.syncNow();
  expect([own.app.sync.needs, own.app.sync.waitingOps]).toEqual(["upgrade", 1]);
  expect(update).toHaveBeenCalledTimes(1);
  vi.restoreAllMocks();
  own.close();
});
