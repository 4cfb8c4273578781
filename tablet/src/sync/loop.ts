/**
 * When the tablet talks to the server: soon after something was recorded, after every sign of a network, and now and
 * then; one loop however many tabs are open. Whether there is a network is learned by asking the server alone.
 */
import { isQuota } from "../store/ledger.ts";
import type { SyncNeed, SyncStatus } from "../store/views.ts";
import { SignInNeeded } from "./entrance.ts";
import { Lost, Refused } from "./line.ts";
import { LogMismatch } from "./pull.ts";
import { Disbelieved, Forked, Stuck } from "./push.ts";

const LOCK = "thucdia-sync";
const SOON_MS = 1_500;
const QUIET_MS = 25_000;
const HIDDEN_MS = 120_000;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 300_000;

export type Counts = Pick<SyncStatus, "waitingOps" | "waitingFiles" | "waitingBytes" | "waitingRelays">;

/** What a browser says of a store that was taken away under a running app. */
const STORE_FAULTS = new Set(["AbortError", "InvalidStateError", "DatabaseClosedError"]);

export interface Work {
  /** Operations and logs; what is told back is a log that did not hold, which stops nothing. */
  exchange(): Promise<Error | null>;
  glance(): Promise<Error | null>;
  carry(): Promise<Error | null>;
  counts(): Promise<Counts>;
  isMetered(): boolean;
  wiped(): Promise<void>;
  /** The store does not answer as one should; whether it is still ours is looked at anew. */
  doubtStore(): void;
}

/** What the server said about the tablet itself holds until it is enrolled again, whatever else goes wrong meanwhile. */
const HOLDING = new Set<SyncNeed>(["enrol_again", "withdrawn"]);

/** What only a person can do about a fault, and how the fault is called. */
export function needAfter(fault: unknown): SyncNeed {
  if (fault instanceof SignInNeeded) return "sign_in";
  if (fault instanceof Forked) return "enrol_again";
  if (fault instanceof Disbelieved || fault instanceof Stuck || fault instanceof LogMismatch)
    return "attention";
  if (!(fault instanceof Refused)) return "nothing";
  if (fault.status === 426) return "upgrade";
  if (fault.code === "device_unknown") return "enrol_again";
  if (fault.code === "device_revoked") return "withdrawn";
  if ([429, 500, 502, 503, 504, 507, 401].includes(fault.status)) return "nothing";
  return "attention";
}

function problemOf(fault: unknown): SyncStatus["problem"] {
  if (fault instanceof Refused) {
    const { title, detail } = fault.problem;
    return { code: fault.code, title: String(title ?? ""), detail: String(detail ?? "") };
  }
  if (fault instanceof Lost) return { code: "offline", title: "", detail: "" };
  if (isQuota(fault)) return { code: "storage_full", title: "", detail: "" };
  const names: [unknown, string][] = [
    [SignInNeeded, "sign_in_needed"],
    [Forked, "chain_fork"],
    [Disbelieved, "receipt_wrong"],
    [Stuck, "operation_stuck"],
    [LogMismatch, "log_mismatch"],
  ];
  const known = names.find(([kind]) => fault instanceof (kind as new () => Error));
  return { code: known?.[1] ?? "unexpected", title: "", detail: fault instanceof Error ? fault.message : "" };
}

/** How long to wait after so many failures: doubled each time, and scattered so that tablets do not come at once. */
export function pauseAfter(failures: number, chance = Math.random()): number {
  const most = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, failures - 1));
  return Math.round(most / 2 + (chance * most) / 2);
}

/** How long the server asked to be left alone, and up to half as long again: it asked everybody at once. */
export function askedPause(seconds: number, chance = Math.random()): number {
  return Math.round(seconds * 1000 * (1 + chance / 2));
}

export const AT_REST: SyncStatus = {
  phase: "idle",
  waitingOps: 0,
  waitingFiles: 0,
  waitingBytes: 0,
  waitingRelays: 0,
  uploads: [],
  confirmedAt: null,
  isReached: null,
  nextAttemptAt: null,
  needs: "nothing",
  problem: null,
  isPausedOnMetered: false,
};

export class Loop {
  #status: SyncStatus = AT_REST;
  readonly #work: Work;
  readonly #told: (status: SyncStatus) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  /** The server asked not to be met before. */
  #notBefore = 0;
  #hasRounded = false;
  #running: Promise<void> | null = null;
  #isStopped = true;
  readonly #wake = () => this.#schedule(SOON_MS);

  constructor(work: Work, told: (status: SyncStatus) => void) {
    this.#work = work;
    this.#told = told;
  }

  get status(): SyncStatus {
    return this.#status;
  }

  start(): void {
    this.#isStopped = false;
    globalThis.addEventListener?.("online", this.#wake);
    globalThis.document?.addEventListener("visibilitychange", this.#wake);
    void this.recount();
    this.#schedule(0);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    globalThis.removeEventListener?.("online", this.#wake);
    globalThis.document?.removeEventListener("visibilitychange", this.#wake);
  }

  /** Something was recorded: it counts at once, and travels soon, together with what follows it. */
  recorded(added = { ops: 0, files: 0, bytes: 0 }): void {
    const { waitingOps, waitingFiles, waitingBytes, nextAttemptAt } = this.#status;
    const counted = {
      waitingOps: waitingOps + added.ops,
      waitingFiles: waitingFiles + added.files,
      waitingBytes: waitingBytes + added.bytes,
    };
    if (this.#failures === 0 || !nextAttemptAt) this.#schedule(SOON_MS, counted);
    else this.#set(counted);
  }

  async recount(): Promise<void> {
    this.#set(await this.#work.counts());
  }

  progress(sha256: string, sent: number, size: number): void {
    const others = this.#status.uploads.filter((one) => one.sha256 !== sha256);
    this.#set({ uploads: sent < size ? [...others, { sha256, sent, size }] : others });
  }

  /** A round that begins after this was asked is over, however it ended: one under way knows nothing of what came since. */
  async now(options: { evenOnMetered?: boolean } = {}): Promise<void> {
    if (this.#running) await this.#running;
    clearTimeout(this.#timer);
    this.#running ??= this.#once(options).finally(() => {
      this.#running = null;
    });
    await this.#running;
  }

  async #once(options: { evenOnMetered?: boolean }): Promise<void> {
    await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
      // Another tab is at it; it tells us how it went.
      if (lock) await this.#attempt(options.evenOnMetered === true);
    });
    try {
      await this.recount();
    } catch (fault) {
      await this.#failed(fault);
    }
    if (!this.#isStopped) this.#schedule(this.#nextPause());
  }

  async #attempt(evenOnMetered: boolean): Promise<void> {
    const isPausedOnMetered = this.#work.isMetered() && !evenOnMetered;
    this.#set({ phase: "working", isPausedOnMetered, nextAttemptAt: null });
    try {
      const { waitingOps, waitingFiles } = await this.#work.counts();
      const faults = [await this.#talk(waitingOps > 0)];
      // Files last: one that breaks takes neither words nor news with it, and refused words keep no photo back.
      if (waitingFiles > 0 && !isPausedOnMetered) faults.push(await this.#work.carry());
      const fault = faults.find((one) => one !== null);
      if (fault) throw fault;
      await this.#succeeded();
    } catch (fault) {
      await this.#failed(fault);
    }
  }

  /** Operations and logs; a refusal that is for them alone is told back. */
  async #talk(hasWords: boolean): Promise<Error | null> {
    try {
      const doubt = hasWords ? await this.#work.exchange() : null;
      // Whoever has work to send asks for news later; a tablet that has just been opened asks at once.
      if (hasWords && this.#hasRounded) return doubt;
      return (await this.#work.glance()) ?? doubt;
    } catch (fault) {
      if (!(fault instanceof Refused) || fault.isForAll) throw fault;
      return fault;
    }
  }

  async #succeeded(): Promise<void> {
    this.#failures = 0;
    this.#notBefore = 0;
    this.#hasRounded = true;
    const left = await this.#work.counts();
    const isAllThere = left.waitingOps + left.waitingFiles === 0;
    const confirmedAt = isAllThere ? new Date().toISOString() : this.#status.confirmedAt;
    this.#set({ phase: "idle", isReached: true, needs: "nothing", problem: null, confirmedAt, uploads: [] });
  }

  async #failed(fault: unknown): Promise<void> {
    this.#failures += 1;
    if (fault instanceof Refused && fault.code === "device_revoked" && fault.problem.wipe === true) {
      await this.#work.wiped();
      return;
    }
    if (STORE_FAULTS.has((fault as Error | null)?.name ?? "")) this.#work.doubtStore();
    if (fault instanceof Refused && fault.retryAfter)
      this.#notBefore = Date.now() + askedPause(fault.retryAfter);
    const isReached = !(fault instanceof Lost);
    const needs = needAfter(fault);
    const isHeld = needs === "nothing" && HOLDING.has(this.#status.needs);
    const told = isHeld ? {} : { needs, problem: problemOf(fault) };
    this.#set({ phase: "waiting", isReached, uploads: [], ...told });
  }

  #nextPause(): number {
    if (this.#failures > 0) return pauseAfter(this.#failures);
    return globalThis.document?.visibilityState === "hidden" ? HIDDEN_MS : QUIET_MS;
  }

  /** The next round comes after the pause; what else has changed is told in the same breath. */
  #schedule(soonest: number, changed: Partial<SyncStatus> = {}): void {
    if (this.#isStopped) {
      this.#set(changed);
      return;
    }
    const pause = Math.max(soonest, this.#notBefore - Date.now());
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.now(), pause);
    this.#set({ ...changed, nextAttemptAt: Date.now() + pause });
  }

  #set(changed: Partial<SyncStatus>): void {
    this.#status = { ...this.#status, ...changed };
    this.#told(this.#status);
  }
}
