/** How the tablet and the people on it get in: enrolment by a one-time code, sign-in, short-lived tokens. */
import { base64url, fromBase64url } from "../rules/digest.ts";
import type { Database } from "../store/database.ts";
import type { Device } from "../store/device.ts";
import { type Line, Lost, Refused } from "./line.ts";

const ASSERTION_S = 120;
/** A token is renewed before it ends, so that no exchange meets its end half-way. */
const EARLY_MS = 60_000;

export interface SignedIn {
  person_id: string;
  full_name: string;
  title: string;
}

const SIGNED_OUT = new Set(["unauthenticated", "form_token_wrong", "grant_over"]);

interface Told {
  epoch: string;
  server_keys: { kid: string; jwk: JsonWebKey }[];
  token_endpoint: string;
  min_protocol: string;
}

interface PersonTold {
  id: string;
  full_name: string;
  title: string;
}

type First = (epoch: string) => Promise<void>;

/** Nobody is signed in on this browser, or somebody else than who works here. */
export class SignInNeeded extends Error {}

export class Entrance {
  readonly #db: Database;
  readonly #line: Line;
  #until = 0;
  #csrf: { person: string; token: string } | null = null;

  constructor(db: Database, line: Line) {
    this.#db = db;
    this.#line = line;
  }

  /**
   * The server knows the tablet's key, the tablet the server's. Throws Refused, Lost.
   *
   * What has to be done `first` in the server's epoch is done before the tablet takes itself for enrolled in it: should
   * it die in between, it meets the epoch as a new one.
   */
  async enrol(device: Device, code: string, label: string, first?: First): Promise<void> {
    const proof = await device.sign(`td1-enrol\n${code}\n${device.id}`);
    const body = JSON.stringify({ code, device: device.id, jwk: device.jwk, label, proof });
    // The code speaks for itself: neither a session left open in this browser nor a token of before is shown.
    this.forgetToken();
    const told = await this.#line.json<Told>("/sync/v1/devices", { body });
    await first?.(told.epoch);
    await this.#db.setFacts({
      epoch: told.epoch,
      serverKeys: told.server_keys,
      tokenEndpoint: told.token_endpoint,
      label,
      enrolled: true,
      withdrawn: false,
    });
  }

  /** Throws Refused, Lost. */
  async signIn(username: string, password: string): Promise<SignedIn> {
    const body = JSON.stringify({ username, password });
    const told = await this.#open(body).catch(async (fault: unknown) => {
      if (!(fault instanceof Refused) || fault.code !== "form_token_wrong") throw fault;
      return this.#open(body, await this.#leftOpen());
    });
    this.#csrf = { person: told.person.id, token: told.csrf_token };
    this.forgetToken();
    return { person_id: told.person.id, full_name: told.person.full_name, title: told.person.title };
  }

  #open(
    body: string,
    headers: Record<string, string> = {},
  ): Promise<{ person: PersonTold; csrf_token: string }> {
    return this.#line.json("/api/v1/sessions", { body, headers, asPerson: true });
  }

  /** Somebody's session is still open in this browser; whoever signs in now ends it, with its own token. */
  async #leftOpen(): Promise<Record<string, string>> {
    const told = await this.#line.json<{ csrf_token: string }>("/api/v1/people/me", { asPerson: true });
    return { "X-CSRF-Token": told.csrf_token };
  }

  forgetToken(): void {
    this.#line.bearer = null;
    this.#until = 0;
  }

  /** The line carries a token of this person on this tablet. Throws SignInNeeded, Refused, Lost. */
  async authorise(device: Device, person: string): Promise<void> {
    if (this.#line.bearer && Date.now() < this.#until - EARLY_MS) return;
    const told = await this.#inTime((offsetMs) => this.#ask(device, person, offsetMs));
    if (told.person_id !== person) throw new SignInNeeded();
    this.#line.bearer = told.access_token;
    this.#until = Date.now() + told.expires_in * 1000;
  }

  /**
   * The server's half of what opens the store without a PIN, for whoever has just signed in.
   * Throws SignInNeeded, Refused, Lost.
   */
  async recoveryHalf(device: Device, person: string): Promise<Uint8Array<ArrayBuffer>> {
    const csrf = this.#csrf?.person === person ? this.#csrf.token : null;
    if (csrf === null) throw new SignInNeeded();
    const told = await this.#inTime(async (offsetMs) => {
      const body = JSON.stringify({ client_assertion: await this.#assertion(device, offsetMs, {}) });
      const headers = { "X-CSRF-Token": csrf };
      return this.#line.json<{ half: string }>("/sync/v1/recovery", { body, headers, asPerson: true });
    });
    return fromBase64url(told.half);
  }

  /** What the work gives, done again with the server's time where the tablet's clock is wrong. */
  async #inTime<T>(work: (offsetMs: number) => Promise<T>, triesLeft = 2): Promise<T> {
    const offsetMs = await this.#clockOffset();
    try {
      return await work(offsetMs);
    } catch (fault) {
      if (!(fault instanceof Refused) || fault.code !== "assertion_refused" || triesLeft === 0) throw fault;
      const serverTime = Date.parse(String(fault.problem.server_time));
      // Used before, its answer having been lost on the way: a new one does.
      if (Number.isNaN(serverTime) && fault.problem.reason !== "replayed") throw fault;
      // Or the tablet's clock is wrong; the server has told the time, and nothing else needs to be put right.
      const measured = Number.isNaN(serverTime) ? offsetMs : serverTime - Date.now();
      await this.#db.setFacts({ clock: { offsetMs: measured, readAt: Date.now() } });
      return this.#inTime(work, triesLeft - 1);
    }
  }

  /** By the session of whoever has just signed in, which grants thirty days; later, by that grant. */
  async #ask(device: Device, person: string, offsetMs: number): Promise<TokenTold> {
    const csrf = this.#csrf?.person === person ? this.#csrf.token : null;
    const claims = await this.#assertion(device, offsetMs, csrf === null ? { person } : {});
    const path = csrf === null ? "/sync/v1/token/renewal" : "/sync/v1/token";
    const headers: Record<string, string> = csrf === null ? {} : { "X-CSRF-Token": csrf };
    try {
      const body = JSON.stringify({ client_assertion: claims });
      const told = await this.#line.json<TokenTold>(path, { body, headers, asPerson: csrf !== null });
      if (csrf !== null) await this.#endSession(csrf);
      return told;
    } catch (fault) {
      if (!(fault instanceof Refused) || !SIGNED_OUT.has(fault.code)) throw fault;
      if (this.#csrf?.token === csrf) this.#csrf = null;
      // The session ended since, and the grant may still run; or the person has signed in since, and it need not.
      if (csrf !== null || this.#csrf?.person === person) return this.#ask(device, person, offsetMs);
      throw new SignInNeeded();
    }
  }

  /** The grant is here: no session of the office's pages stays open on a tablet that others pick up. */
  async #endSession(csrf: string): Promise<void> {
    if (this.#csrf?.token === csrf) this.#csrf = null;
    try {
      const headers = { "X-CSRF-Token": csrf };
      await this.#line.send("/api/v1/sessions/current", { method: "DELETE", headers, asPerson: true });
    } catch (fault) {
      // It ends by itself after half an hour.
      if (!(fault instanceof Lost) && !(fault instanceof Refused)) throw fault;
    }
  }

  async #clockOffset(): Promise<number> {
    return (await this.#db.fact<{ offsetMs: number }>("clock"))?.offsetMs ?? 0;
  }

  async #assertion(device: Device, offsetMs: number, more: { person?: string }): Promise<string> {
    const now = Math.floor((Date.now() + offsetMs) / 1000);
    const claims = {
      iss: device.id,
      sub: device.id,
      aud: await this.#db.fact<string>("tokenEndpoint"),
      jti: base64url(crypto.getRandomValues(new Uint8Array(16))),
      iat: now,
      exp: now + ASSERTION_S,
      ...more,
    };
    const parts = [{ alg: "ES256", typ: "JWT" }, claims].map((part) =>
      base64url(new TextEncoder().encode(JSON.stringify(part))),
    );
    return [...parts, await device.sign(parts.join("."))].join(".");
  }
}

interface TokenTold {
  access_token: string;
  expires_in: number;
  person_id: string;
}
