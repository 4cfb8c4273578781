/** A PIN that nobody remembers: two halves open the store, and neither does alone. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { Session } from "../src/app/session.ts";
import { Database } from "../src/store/database.ts";
import { spareOf, WrongHalf, wrapBySpare } from "../src/store/vault.ts";
import { type Bench, bench, PIN } from "./bench.ts";
import { ORIGIN, PERSON, problem } from "./small_server.ts";

const NEW_PIN = "915734";
let one: Bench;

beforeEach(async () => {
  one = await bench();
});

afterEach(() => one.close());

const signIn = () => one.app.signIn({ username: "truong.doan", password: "x" });

/** The server answers this when it is asked for its half. */
const answersRecovery = (answer: () => Response) => {
  one.server.instead = async (path) => (path === "/sync/v1/recovery" ? answer() : null);
};

test("who is alone and forgot the PIN signs in, chooses another, and has lost nothing", async () => {
  await one.answer("chưa gửi");
  one.close();
  one.app = await Session.start({
    ...{ origin: ORIGIN, databaseName: one.databaseName, fetch: one.server.fetch },
    ...{ isLoopOn: false, pinCost: 1_000 },
  });
  expect(one.app.people).toMatchObject([{ person_id: PERSON.id, canRecover: true }]);
  await expect(one.app.choosePin(NEW_PIN)).rejects.toMatchObject({ code: "sign_in_needed" });
  await signIn();
  await one.app.choosePin(NEW_PIN);
  expect([one.app.stage, (await one.app.outbox()).length]).toEqual(["ready", 1]);
  one.app.lock();
  await expect(one.app.unlock(PERSON.id, PIN)).rejects.toMatchObject({ code: "pin_wrong" });
  await one.app.unlock(PERSON.id, NEW_PIN);
  expect(one.app.people).toMatchObject([{ canRecover: true }]);
});

test("without the server's half nobody gets in, and the tablet keeps none of it", async () => {
  one.app.lock();
  await signIn();
  answersRecovery(() => new Response("", { status: 502 }));
  await expect(one.app.choosePin(NEW_PIN)).rejects.toMatchObject({ code: "offline" });
  answersRecovery(() => problem(403, "sign_in_stale"));
  await expect(one.app.choosePin(NEW_PIN)).rejects.toMatchObject({ code: "sign_in_stale" });
  expect(one.app.stage).toBe("locked");
  const db = new Database(one.databaseName);
  const everything = [await db.people.toArray(), await db.facts.toArray(), await db.keys.toArray()];
  const server = Buffer.from(one.server.half, "base64url").toString("hex");
  const hex = JSON.stringify(everything, (_key, value) =>
    value instanceof Uint8Array || value instanceof ArrayBuffer
      ? Buffer.from(new Uint8Array(value)).toString("hex")
      : value,
  );
  expect(hex).not.toContain(server);
  expect(hex).not.toContain(one.server.half);
  db.close();
});

test("a half that no longer fits opens nothing, is said once, and is not promised again", async () => {
  one.app.lock();
  await signIn();
  answersRecovery(() => Response.json({ half: "A".repeat(43) }));
  await expect(one.app.choosePin(NEW_PIN)).rejects.toMatchObject({ code: "recovery_lost" });
  expect(one.app.people).toMatchObject([{ canRecover: false }]);
  await expect(one.app.choosePin(NEW_PIN)).rejects.toMatchObject({ code: "witness_wrong" });
  await one.app.unlock(PERSON.id, PIN);
});

test("a stolen tablet that asks is told to erase itself, and does", async () => {
  one.app.lock();
  await signIn();
  answersRecovery(() => problem(403, "device_revoked", { wipe: true }));
  await expect(one.app.choosePin(NEW_PIN)).rejects.toMatchObject({ code: "device_revoked" });
  expect([one.app.stage, one.app.people]).toEqual(["withdrawn", []]);
});

test("one person's spare key is nothing to another, and another's sign-in opens nothing", async () => {
  const db = new Database(one.databaseName);
  const row = await db.people.get(PERSON.id);
  if (!row) throw new Error("nobody is there");
  const bytes = new Uint8Array(32).fill(7);
  const spare = await spareOf(row, PIN, { person: PERSON.id, bytes });
  await expect(wrapBySpare(spare, { person: "other", bytes }, NEW_PIN, 1)).rejects.toThrow(WrongHalf);
  await expect(wrapBySpare(spare, { person: PERSON.id, bytes }, NEW_PIN, 1)).resolves.toBeTruthy();
  one.app.lock();
  const other = { id: "0198c0de-5a10-7000-8000-000000000009", full_name: "Người khác", title: "" };
  one.server.instead = async (path) =>
    path === "/api/v1/sessions" ? Response.json({ person: other, csrf_token: "c" }) : null;
  await signIn();
  await expect(one.app.choosePin(NEW_PIN)).rejects.toMatchObject({ code: "witness_wrong" });
  db.close();
});

test("where the server cannot be asked the PIN holds all the same, and no more is promised", async () => {
  answersRecovery(() => new Response("", { status: 502 }));
  const { fetch } = one.server;
  const app = await Session.start({
    ...{ origin: ORIGIN, databaseName: "no-half", fetch, isLoopOn: false, pinCost: 1_000 },
  });
  await app.enrol({ code: "q83vEjRWeJCrze8SNFZ4kA", label: "Máy số 2" });
  await app.signIn({ username: "truong.doan", password: "x" });
  await app.choosePin(PIN);
  expect([app.stage, app.people]).toMatchObject(["ready", [{ canRecover: false }]]);
  app.close();
});
