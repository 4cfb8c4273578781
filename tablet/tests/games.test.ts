/**
 * A tablet before a server that loses answers, is put back from backups and forgets its end, in every order.
 *
 * Each game follows its seed; at its end everything that was recorded is on the server once, in order, and the tablet
 * asks nobody for help.
 */
import { expect, test } from "vitest";
import { type Bench, bench } from "./bench.ts";
import { problem } from "./small_server.ts";

const GAMES = 30;
const STEPS = 16;

type Step = (own: Bench, chance: () => number) => Promise<void> | void;

/** Numbers from 0 to below 1, the same for the same seed (Lehmer's generator). */
function chances(seed: number): () => number {
  let state = seed * 7_919 + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const keepingPartOf = ({ server }: Bench, chance: () => number) => {
  server.chain = server.chain.slice(0, Math.floor(chance() * (server.chain.length + 1)));
};

const STEPS_OF_A_GAME: readonly Step[] = [
  (own, chance) => own.answer(`${chance()}`).then(() => undefined),
  (own, chance) => own.answer(`${chance()}`).then(() => undefined),
  (own) => own.app.syncNow(),
  (own) => own.restarted(),
  // The server has done what it was asked, and the answer is lost.
  async (own, chance) => {
    const lost = chance() < 0.6 ? "/sync/v1/push" : "/sync/v1/pull";
    own.server.spoil = (path) => {
      if (path === lost) throw new TypeError("the connection is gone");
    };
    await own.app.syncNow();
    own.server.spoil = () => undefined;
  },
  // The server does nothing of what it is asked.
  async (own) => {
    own.server.instead = async () => problem(503, "busy");
    await own.app.syncNow();
    own.server.instead = async () => null;
  },
  // Put back from a backup: it says so by its epoch.
  (own, chance) => {
    keepingPartOf(own, chance);
    own.server.epoch = `e-${chance()}`;
  },
  // The whole machine was put back, and nobody told it.
  keepingPartOf,
];

async function played(seed: number): Promise<void> {
  const chance = chances(seed);
  const own = await bench();
  const recorded: string[] = [];
  const write = own.answer;
  own.answer = (note) => {
    recorded.push(note);
    return write(note);
  };
  for (let step = 0; step < STEPS; step += 1) {
    await STEPS_OF_A_GAME[Math.floor(chance() * STEPS_OF_A_GAME.length)]?.(own, chance);
  }
  for (let round = 0; round < 4; round += 1) await own.app.syncNow();
  const stored = own.server.chain.map((one) => JSON.parse(one.op.body ?? "{}").note);
  const { needs, problem: said, waitingOps } = own.app.sync;
  const seen = own.visit.item("A-2").heads.map((head) => [head.value.note, head.whereabouts]);
  own.close();
  expect({ stored, needs, said, waitingOps }).toEqual({
    stored: recorded,
    needs: "nothing",
    said: null,
    waitingOps: 0,
  });
  expect(seen).toEqual(recorded.slice(-1).map((note) => [note, "on_server"]));
}

test.each(Array.from({ length: GAMES }, (_, seed) => seed + 1))("game %i", async (seed) => {
  await played(seed);
});
