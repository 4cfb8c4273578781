/** A tablet under Node: the app's own session, with an IndexedDB in memory, cookies, and a network that can fail. */
import "fake-indexeddb/auto";
import { Session } from "../src/app/session.ts";
import type { Fetch } from "../src/sync/line.ts";

export const PIN = "270593";

/** What the network does to the exchanges of one tablet; decided by their number, never by the clock. */
export class Network {
  isCut = false;
  exchanges = 0;
  bytesUp = 0;
  readonly paths: string[] = [];
  readonly #cookies = new Map<string, string>();
  readonly #origin: string;
  readonly #loseEvery: number;

  /** One answer in so many is lost after the server did the work, in no rhythm that rounds could fall into; 0 loses none. */
  constructor(origin: string, loseEvery: number) {
    this.#origin = origin;
    this.#loseEvery = loseEvery;
  }

  readonly fetch: Fetch = async (input, init) => {
    if (this.isCut) throw new TypeError("network is cut");
    this.exchanges += 1;
    this.paths.push(`${init.method ?? "GET"} ${input.slice(this.#origin.length).split("?")[0]}`);
    const response = await fetch(input, this.#withCookies(init));
    for (const line of response.headers.getSetCookie()) {
      const [name = "", value = ""] = (line.split(";")[0] ?? "").split(/=(.*)/s);
      this.#cookies.set(name, value);
    }
    if (this.#loseEvery > 0 && scattered(this.exchanges) % this.#loseEvery === 0) {
      await response.arrayBuffer();
      throw new TypeError("the answer was lost");
    }
    return response;
  };

  #withCookies(init: RequestInit): RequestInit {
    if (init.body instanceof ArrayBuffer) this.bytesUp += init.body.byteLength;
    if (init.credentials === "omit") return init;
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    return { ...init, headers: { ...(init.headers as Record<string, string>), Cookie: cookie } };
  }
}

/** The number's place in a shuffled order. */
function scattered(number: number): number {
  return Math.imul(number, 2_654_435_761) >>> 0;
}

export interface Seat {
  app: Session;
  network: Network;
}

/** An enrolled tablet on which the person works, with the inspection on it. */
export async function seated(
  origin: string,
  given: { code: string; username: string; password: string; inspection: string; loseEvery?: number },
): Promise<Seat> {
  const network = new Network(origin, given.loseEvery ?? 0);
  const databaseName = `thucdia-${given.username}-${given.code.slice(0, 6)}`;
  const app = await Session.start({ origin, databaseName, fetch: network.fetch, isLoopOn: false });
  await persistently(() => app.enrol({ code: given.code, label: `Máy của ${given.username}` }));
  await persistently(() => app.signIn({ username: given.username, password: given.password }));
  await app.choosePin(PIN);
  await persistently(() => app.downloadComing(3650));
  await persistently(() => app.download(given.inspection));
  return { app, network };
}

/** As a person would: once more if the network failed. */
export async function persistently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (fault) {
      const code = (fault as { code?: string }).code ?? "";
      if (attempt >= 12 || !["offline", "slow_down"].includes(code)) throw fault;
    }
  }
}

/** Rounds until nothing waits. */
export async function settled(seat: Seat): Promise<void> {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    await seat.app.syncNow();
    const { waitingOps, waitingFiles, problem } = seat.app.sync;
    if (waitingOps + waitingFiles === 0 && problem === null) return;
  }
  throw new Error(`does not settle: ${JSON.stringify(seat.app.sync)}`);
}
