/** A server that does not know the tablet gets everything from it again, whatever goes wrong on the way back in. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Ledger } from "../src/store/ledger.ts";
import { type Bench, bench, PIN } from "./bench.ts";
import { bodyOf, ORIGIN, problem } from "./small_server.ts";

let own: Bench;
let device: string | undefined;

/** All that was sent is gone with the server that had it, and nothing else waits that would bring it to light. */
beforeEach(async () => {
  own = await bench();
  await own.answer("một");
  await own.visit.addPhoto({ bytes: new Blob(["x"]), mime: "image/jpeg" });
  await own.app.syncNow();
  expect([own.app.sync.waitingOps, own.app.sync.waitingFiles]).toEqual([0, 0]);
  device = own.server.chain[0]?.device;
  own.server.chain = [];
  own.server.epoch = "e-2";
  own.server.asked.length = 0;
  own.server.instead = async (path) => (path === "/sync/v1/devices" ? null : problem(403, "device_unknown"));
  await own.app.syncNow();
  expect(own.app.sync.needs).toBe("enrol_again");
});

afterEach(() => own.close());

const enrol = () => own.app.enrol({ code: "another-code-of-the-qr", label: "Máy số 1" });

async function open(): Promise<void> {
  await own.app.unlock(own.app.people[0]?.person_id ?? "", PIN);
  await own.app.syncNow();
  await own.app.syncNow();
}

function everythingIsThere(): void {
  expect(own.server.chain.map((one) => [one.device, one.op.type])).toEqual([
    [device, "answer.set"],
    [device, "photo.add"],
  ]);
  expect(own.server.asked.filter((one) => one.startsWith("PUT"))).toHaveLength(1);
  expect([own.app.sync.waitingOps, own.app.sync.waitingFiles, own.app.sync.needs]).toEqual([0, 0, "nothing"]);
}

test("under the same name, photos included, by a tablet with nothing new to send", async () => {
  own.server.instead = async () => null;
  await enrol();
  expect(own.app.stage).toBe("locked");
  await open();
  everythingIsThere();
});

test.each([503, 429, 0])("a passing fault (%i) does not hide what only a person can do", async (status) => {
  own.server.instead = async () => {
    if (status === 0) throw new TypeError("lost");
    return problem(status, "slow_down");
  };
  await own.app.syncNow();
  expect([own.app.sync.needs, own.app.sync.problem?.code]).toEqual(["enrol_again", "device_unknown"]);
  own.server.instead = async () => null;
  await enrol();
  await open();
  everythingIsThere();
});

test("after the answer to the enrolment was lost and the tablet heard that it is only to sign in", async () => {
  const honest = own.server.fetch;
  own.server.instead = async (path, init) => {
    if (path !== "/sync/v1/devices") return problem(401, "grant_over");
    own.server.instead = async () => null;
    await honest(ORIGIN + path, init);
    own.server.instead = async () => problem(401, "grant_over");
    throw new TypeError("lost");
  };
  await expect(enrol()).rejects.toMatchObject({ code: "offline" });
  await own.app.syncNow();
  own.server.instead = async () => null;
  await enrol();
  expect(own.app.stage).toBe("locked");
  await open();
  everythingIsThere();
});

test("a new identity whose welcome was lost on the way is the one that is tried again", async () => {
  const asked: string[] = [];
  own.server.instead = async (path, init) => {
    if (path !== "/sync/v1/devices") return problem(403, "device_revoked");
    asked.push((await bodyOf<{ device: string }>(init)).device);
    if (asked.length === 1) throw new TypeError("lost");
    own.server.instead = async () => null;
    return null;
  };
  await own.app.syncNow();
  await own.answer("hai");
  await expect(enrol()).rejects.toMatchObject({ code: "offline" });
  await own.app.syncNow();
  await enrol();
  expect(asked[1]).toBe(asked[0]);
  await open();
  expect(own.server.chain.map((one) => [one.device, one.op.seq])).toEqual([[asked[0], 1]]);
});

test("by a person who signed in while the tablet was still hearing that the grant is over", async () => {
  own.server.instead = async () => null;
  await enrol();
  await own.app.unlock(own.app.people[0]?.person_id ?? "", PIN);
  let isFirst = true;
  own.server.instead = async (path) => {
    if (path !== "/sync/v1/token/renewal") return null;
    if (isFirst) {
      isFirst = false;
      void own.app.signIn({ username: "truong.doan", password: "x" });
      await vi.waitFor(() => expect(own.server.asked).toContain("POST /api/v1/sessions"));
      await new Promise((done) => setTimeout(done));
    }
    return problem(401, "grant_over");
  };
  await own.app.syncNow();
  await own.app.syncNow();
  everythingIsThere();
});

test("after the tablet died between the server's word and its own", async () => {
  own.server.instead = async () => null;
  const dies = vi.spyOn(Ledger.prototype, "sendAgainAfter").mockRejectedValueOnce(new Error("died"));
  await expect(enrol()).rejects.toThrow("died");
  dies.mockRestore();
  own.app.lock();
  await open();
  everythingIsThere();
});
