/**
 * The tablet as the screens know it: who works here, what is on it, what waits, and how it goes with the server.
 * It holds the pieces together and keeps no rule of its own.
 */
import type { ClockReading } from "../store/clock.ts";
import { Database } from "../store/database.ts";
import { deviceOf, type NewDevice, newDevice } from "../store/device.ts";
import type * as view from "../store/views.ts";
import { Entrance } from "../sync/entrance.ts";
import { Line } from "../sync/line.ts";
import { AT_REST, Loop } from "../sync/loop.ts";
import { type Crew, carry, exchange, glance, type RoundOptions } from "../sync/round.ts";
import { crewOf } from "./crew.ts";
import type * as facade from "./facade.ts";
import { Refusal } from "./facade.ts";
import { changePin, type Named, peopleOf, unlocked } from "./locking.ts";
import * as moving from "./moving.ts";
import { isWipe, pinChosen } from "./recovering.ts";
import { inWords } from "./refusals.ts";
import { beginAnew, reissue } from "./reissuing.ts";
import { watchStore } from "./store_watch.ts";
import * as storing from "./storing.ts";
import { Tidings, type Told } from "./tidings.ts";
import { Updates } from "./updates.ts";
import { type SessionOptions, USUAL } from "./usual.ts";
import { OpenVisit } from "./visit.ts";
import type { Added } from "./visit_log.ts";

export class Session implements facade.TabletApp {
  readonly #db: Database;
  readonly #line: Line;
  readonly #entrance: Entrance;
  readonly #options: SessionOptions;
  readonly #visits = new Map<string, Promise<OpenVisit>>();
  readonly #tidings: Tidings;
  readonly #updates: Updates;
  #crew: Crew | null = null;
  #loop: Loop | null = null;
  #signedIn: Named | null = null;
  /** Who the tablet is about to become: a code that was used for this key opens for no other one. */
  #fresh: NewDevice | null = null;
  #isEnrolled = false;
  #isWithdrawn = false;
  #isClosed = false;
  #isWiping = false;
  #counting: Promise<void> = Promise.resolve();
  readonly #purging = new storing.Purging();
  #sync: view.SyncStatus = AT_REST;
  people: readonly view.Person[] = [];
  person: view.Person | null = null;
  deviceLabel = "";
  clockOffsetMs = 0;
  isEvicted = false;
  settings: facade.Settings = USUAL;

  private constructor(options: SessionOptions) {
    this.#options = options;
    this.#db = new Database(options.databaseName);
    watchStore(this.#db, {
      isExpected: () => !this.#isClosed && !this.#isWithdrawn && !this.#isWiping && this.#isEnrolled,
      emptied: () => this.#emptied(),
      makeWay: () => this.#loop?.stop(),
    });
    this.#line = new Line(options.origin, options.fetch);
    this.#entrance = new Entrance(this.#db, this.#line);
    this.#tidings = new Tidings(options.databaseName, (told) => this.#heard(told));
    this.#updates = new Updates(() => this.#tidings.announce("stage"));
  }

  static async start(options: SessionOptions): Promise<Session> {
    const session = new Session(options);
    await session.#read();
    await session.#countLocked();
    void session.#updates.watch();
    return session;
  }

  async #read(): Promise<void> {
    const { person_id } = this.person ?? {};
    this.#isEnrolled = (await this.#db.fact<boolean>("enrolled")) === true;
    this.#isWithdrawn = (await this.#db.fact<boolean>("withdrawn")) === true;
    this.deviceLabel = (await this.#db.fact<string>("label")) ?? "";
    await this.#readClock();
    this.settings = { ...USUAL, ...(await this.#db.fact<Partial<facade.Settings>>("settings")) };
    this.people = await peopleOf(this.#db);
    this.person = this.people.find((one) => one.person_id === person_id) ?? null;
  }

  async #readClock(): Promise<void> {
    this.clockOffsetMs = (await this.#db.fact<ClockReading>("clock"))?.offsetMs ?? 0;
  }

  /** What is on the screen is nowhere else. */
  async #emptied(): Promise<void> {
    this.lock();
    await this.#read();
    this.isEvicted = true;
    this.#tidings.announce("stage");
  }

  get stage(): facade.Stage {
    if (this.#isWithdrawn) return "withdrawn";
    if (!this.#isEnrolled) return "unenrolled";
    if (this.#crew) return "ready";
    return this.people.length === 0 ? "signed_out" : "locked";
  }

  get sync(): view.SyncStatus {
    return this.#sync;
  }

  get update(): { isWaiting: boolean } {
    return { isWaiting: this.#updates.isWaiting };
  }

  subscribe(topic: facade.Topic, listener: () => void): facade.Unsubscribe {
    return this.#tidings.subscribe(topic, listener);
  }

  async #heard(told: Told): Promise<void> {
    if (told.kind === "sync") {
      this.#sync = told.status;
      this.#tidings.announce("sync");
    }
    if (told.kind === "people") {
      await this.#read();
      this.#tidings.announce("stage");
    }
    if (told.kind === "changed") await this.#refresh(told.inspections);
  }

  // ------------------------------------------------------------------ getting in

  async enrol(given: { code: string; label: string }): Promise<void> {
    const code = moving.codeIn(given.code, this.#options.origin);
    const { needs, problem } = this.#sync;
    // Whatever was heard last: the answer to an attempt before this one may have been lost.
    const isAgain = this.#crew !== null;
    // A chain that the server does not go on with, or a key that it takes no more: what waits goes into a new chain.
    const isFork = this.#fresh !== null || needs === "withdrawn" || problem?.code === "chain_fork";
    await inWords(async () => {
      if (isAgain && isFork) {
        this.#fresh ??= await newDevice();
        await reissue(this.#ready, this.#fresh, (device) => this.#entrance.enrol(device, code, given.label));
        this.#fresh = null;
      } else {
        const first = isAgain ? (epoch: string) => beginAnew(this.#ready, epoch) : undefined;
        await this.#entrance.enrol(await deviceOf(this.#db), code, given.label, first);
      }
    });
    if (isAgain) this.lock();
    await this.#read();
    this.#tidings.announce("stage");
    this.#tidings.tell({ kind: "people" });
  }

  async signIn(given: { username: string; password: string }): Promise<view.Person> {
    this.#signedIn = await inWords(() => this.#entrance.signIn(given.username, given.password));
    const { person_id, full_name, title } = this.#signedIn;
    if (this.#crew?.person === person_id) void this.#loop?.now();
    const known = this.people.find((one) => one.person_id === person_id);
    return known ?? { person_id, full_name, title, hasPin: false, canRecover: false };
  }

  async choosePin(pin: string, witness?: { person_id: string; pin: string }): Promise<void> {
    const person = this.#signedIn;
    if (!person) throw new Refusal("sign_in_needed");
    const proof = { witness, cost: this.#options.pinCost };
    await pinChosen(this.#db, this.#entrance, person, pin, proof).catch(async (fault: unknown) => {
      if (isWipe(fault)) await this.#wipe({ withdrawn: true });
      await this.#read();
      throw fault;
    });
    await this.#read();
    this.#tidings.tell({ kind: "people" });
    await this.unlock(person.person_id, pin);
    // From this moment work may lie here that is nowhere else.
    void this.persist();
  }

  async unlock(person_id: string, pin: string): Promise<void> {
    const vault = await unlocked(this.#db, person_id, pin);
    this.lock();
    this.person = this.people.find((one) => one.person_id === person_id) ?? null;
    const parts = { db: this.#db, line: this.#line, entrance: this.#entrance };
    this.#crew = await crewOf(parts, vault, person_id);
    await this.#purging.now(this.#db);
    this.#line.holds = () => this.unsent();
    this.#loop = this.#loopFor(this.#crew);
    if (this.#options.isLoopOn) this.#loop.start();
    else await this.#loop.recount();
    this.#tidings.announce("stage");
  }

  lock(): void {
    this.#loop?.stop();
    this.#loop = null;
    this.#crew = null;
    this.person = null;
    this.#visits.clear();
    this.#entrance.forgetToken();
    this.#sync = { ...AT_REST, confirmedAt: this.#sync.confirmedAt };
    this.#tidings.announce("stage");
    this.#counting = this.#countLocked();
  }

  /** How much waits is known without a key, though not what. */
  async #countLocked(): Promise<void> {
    const counted = await storing.counts(this.#db).catch((fault: unknown) => {
      if (!this.#isClosed) throw fault;
    });
    if (!counted || this.#crew) return;
    this.#sync = { ...this.#sync, ...counted };
    this.#tidings.announce("sync");
  }

  async changePin(oldPin: string, newPin: string): Promise<void> {
    await changePin(this.#db, this.#ready.person, oldPin, newPin);
  }

  get #ready(): Crew {
    if (!this.#crew) throw new Refusal("locked");
    return this.#crew;
  }

  // ------------------------------------------------------------------ with the server

  #loopFor(crew: Crew): Loop {
    const isMetered = () => this.settings.pauseOnMetered && storing.isMetered();
    const options: RoundOptions = {
      progress: (sha256, sent, size) => this.#loop?.progress(sha256, sent, size),
      changed: async (inspections) => {
        for (const gone of await this.#purging.daily(this.#db)) this.#visits.delete(gone);
        await this.#grown([...inspections]);
        await this.#loop?.recount();
      },
      isMetered,
    };
    const work = {
      exchange: () => exchange(crew, options).finally(() => this.#readClock()),
      glance: () => glance(crew, options).finally(() => this.#readClock()),
      carry: () => carry(crew, options),
      counts: () => storing.counts(this.#db),
      isMetered,
      wiped: () => this.#wipe({ withdrawn: true }),
      doubtStore: () => this.#db.close({ disableAutoOpen: false }),
    };
    return new Loop(work, (status) => {
      this.#sync = status;
      void this.#updates.look({ isUrgent: status.needs === "upgrade" });
      this.#tidings.announce("sync");
      this.#tidings.tell({ kind: "sync", status });
    });
  }

  async #grown(inspections: string[]): Promise<void> {
    await this.#refresh(inspections);
    this.#tidings.tell({ kind: "changed", inspections });
  }

  async #refresh(inspections: readonly string[]): Promise<void> {
    // Where nothing grew, only whereabouts changed; that is told of every visit that is open.
    const touched = inspections.length > 0 ? inspections : [...this.#visits.keys()];
    for (const inspection of touched) await (await this.#visits.get(inspection))?.refresh();
    this.#tidings.announce("inspections");
  }

  async #wipe(left: Record<string, unknown>): Promise<void> {
    this.#isWiping = true;
    this.lock();
    await this.#counting;
    this.#db.close();
    await this.#db.delete();
    await this.#db.open();
    await this.#db.setFacts(left);
    await this.#read();
    this.#tidings.announce("stage");
    this.#tidings.tell({ kind: "people" });
  }

  async unsent(): Promise<{ operations: number; files: number }> {
    const { waitingOps, waitingFiles } = await storing.counts(this.#db);
    return { operations: waitingOps, files: waitingFiles };
  }

  forgetEverything(): Promise<void> {
    return this.#wipe({ settings: this.settings });
  }

  async syncNow(options: { evenOnMetered?: boolean } = {}): Promise<void> {
    await this.#loop?.now(options);
  }

  inspections(): Promise<view.InspectionSummary[]> {
    return moving.summaries(this.#ready, (inspection) => this.open(inspection));
  }

  async download(inspection: string): Promise<void> {
    await moving.downloaded(this.#ready, inspection);
    this.#visits.delete(inspection);
    await this.#grown([inspection]);
  }

  async downloadComing(days: number): Promise<string[]> {
    const now = new Date(Date.now() + this.clockOffsetMs);
    const wanted = moving.coming(await moving.listed(this.#ready), days, now);
    for (const inspection of wanted) await this.download(inspection);
    return wanted;
  }

  async open(inspection: string): Promise<OpenVisit> {
    const crew = this.#ready;
    const known = this.#visits.get(inspection);
    if (known) return known;
    const { db, ledger, archive, files, device, person } = crew;
    const host = {
      ...{ db, ledger, archive, files, person },
      device: device.id,
      recorded: (id: string, added: Added) => this.#recorded(id, added),
      fetchBlob: (sha256: string, id: string) => moving.fetchBlob(crew, sha256, id),
    };
    const opening = OpenVisit.open(host, inspection);
    this.#visits.set(inspection, opening);
    opening.catch(() => this.#visits.delete(inspection));
    return opening;
  }

  #recorded(inspection: string, added: Added): void {
    this.#loop?.recorded(added);
    this.#tidings.announce("inspections");
    this.#tidings.tell({ kind: "changed", inspections: [inspection] });
  }

  async outbox(): Promise<view.OutboxLine[]> {
    return storing.outboxLines(this.#ready);
  }

  async waitingFiles(): Promise<view.WaitingFile[]> {
    return storing.waitingFiles(this.#ready, this.#sync.uploads);
  }

  async waitingRelays(): Promise<view.RelayLine[]> {
    return moving.waitingRelays(this.#ready);
  }

  async exportUnsent(options: facade.Exporting): Promise<{ name: string; blob: Blob }> {
    return moving.exported(this.#ready, this.deviceLabel, options);
  }

  async importFile(file: Blob): Promise<facade.ImportReport> {
    const { report, inspections } = await moving.importFile(this.#ready, file);
    await this.#grown(inspections);
    await this.#loop?.recount();
    this.#loop?.recorded();
    return report;
  }

  // ------------------------------------------------------------------ the tablet itself

  storage(): Promise<view.StorageView> {
    return storing.storage();
  }

  persist(): Promise<boolean> {
    return storing.persist();
  }

  async saveSettings(changed: Partial<facade.Settings>): Promise<void> {
    this.settings = { ...this.settings, ...changed };
    await this.#db.setFacts({ settings: this.settings });
    this.#tidings.announce("stage");
  }

  async lookForUpdate(): Promise<boolean> {
    try {
      return await this.#updates.ask();
    } catch {
      throw new Refusal("offline");
    }
  }

  async applyUpdate(options: { despiteOutbox?: boolean } = {}): Promise<void> {
    const { waitingOps, waitingFiles } = await storing.counts(this.#db);
    if (waitingOps + waitingFiles > 0 && !options.despiteOutbox) {
      throw new Refusal("outbox_not_empty", "", { waitingOps, waitingFiles });
    }
    this.#updates.apply();
  }

  /** Nothing is open any more; for tests, which start and end many. */
  close(): void {
    this.#isClosed = true;
    this.lock();
    this.#tidings.close();
    this.#db.close();
  }
}
