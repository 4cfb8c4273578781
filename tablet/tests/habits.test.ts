/** What a tablet does by itself, and what the leader arranges: metered lines, the browser's promise, who does what. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Session } from "../src/app/session.ts";
import { type Bench, bench, PIN } from "./bench.ts";
import { ORIGIN, PERSON, SmallServer } from "./small_server.ts";

let one: Bench;

beforeEach(async () => {
  one = await bench();
});

afterEach(() => {
  vi.unstubAllGlobals();
  one.close();
});

const onLine = (connection: object) =>
  vi.stubGlobal("navigator", { locks: navigator.locks, storage: undefined, connection });

/** A photo has been taken; the requests that a round makes for it. */
async function askedForFiles(options: { evenOnMetered?: boolean } = {}): Promise<string[]> {
  one.server.asked.length = 0;
  await one.app.syncNow(options);
  return one.server.asked.filter((path) => path.includes("/blobs/"));
}

const takePhoto = () =>
  one.visit.addPhoto({ bytes: new Blob(["photo"]), mime: "image/jpeg", item: "A-2", caption: "" });

test.each([
  ["that is to be spared", { saveData: true }],
  ["of a mobile network", { type: "cellular" }],
])("on a line %s words go and photos wait, until a person says otherwise", async (_name, connection) => {
  onLine(connection);
  await takePhoto();
  expect(await askedForFiles()).toEqual([]);
  const { isPausedOnMetered, waitingOps, waitingFiles } = one.app.sync;
  expect([isPausedOnMetered, waitingOps, waitingFiles, one.server.chain.length]).toEqual([true, 0, 1, 1]);
  expect(await askedForFiles({ evenOnMetered: true })).toHaveLength(2);
  expect([one.app.sync.isPausedOnMetered, one.app.sync.waitingFiles]).toEqual([false, 0]);
});

test("where nobody wants the pause, and on a line that counts nothing, photos go at once", async () => {
  onLine({ type: "wifi", saveData: false });
  await takePhoto();
  expect(await askedForFiles()).toHaveLength(2);
  onLine({ saveData: true });
  await one.app.saveSettings({ pauseOnMetered: false });
  await one.visit.addPhoto({ bytes: new Blob(["another"]), mime: "image/jpeg", item: "A-2" });
  expect(await askedForFiles()).toHaveLength(2);
  expect([one.app.sync.isPausedOnMetered, one.app.sync.waitingFiles]).toEqual([false, 0]);
});

test("with the first PIN, and not before, the browser is asked to keep what lies here", async () => {
  const persist = vi.fn(async () => true);
  const storage = { persist, persisted: async () => false, estimate: async () => ({}) };
  vi.stubGlobal("navigator", { locks: navigator.locks, storage });
  const { fetch } = new SmallServer("{}");
  const app = await Session.start({
    origin: ORIGIN,
    databaseName: "fresh",
    fetch,
    isLoopOn: false,
    pinCost: 1_000,
  });
  await app.enrol({ code: "q83vEjRWeJCrze8SNFZ4kA", label: "Máy số 2" });
  await app.signIn({ username: "truong.doan", password: "x" });
  expect(persist).not.toHaveBeenCalled();
  await app.choosePin(PIN);
  expect(persist).toHaveBeenCalledOnce();
  app.close();
});

test("a section that is given to me is mine, and is no more when it is taken back", async () => {
  const [section] = one.visit.sections;
  const mine = () => one.visit.items({ only: "mine" }).map((item) => item.code);
  expect(mine()).toEqual([]);
  await one.visit.assign(section?.code ?? "", [PERSON.id]);
  expect(mine()).toEqual(one.visit.items({ section: section?.code ?? "" }).map((item) => item.code));
  expect(mine()).not.toEqual([]);
  expect(one.visit.sections[0]?.assignedTo).toEqual([PERSON.id]);
  await one.visit.assign(section?.code ?? "", []);
  expect(mine()).toEqual([]);
});
