/**
 * The log of one open inspection in memory: the fold of what lies on the flash, and the only way to add to it.
 * A tap is on the flash before it is in the fold.
 */
import { type Definition, itemsOf } from "../rules/definition.ts";
import { type Entry, type Fold, foldOf } from "../rules/fold.ts";
import type { Archive } from "../store/archive.ts";
import type { Database } from "../store/database.ts";
import type { Files } from "../store/files.ts";
import { type Draft, type Ledger, type NewBlob, StorageFull } from "../store/ledger.ts";
import type { State } from "../store/views.ts";
import { drafted } from "./drafting.ts";
import { type PackageFacts, Refusal, type Unsubscribe } from "./facade.ts";
import { derivedIds } from "./findings.ts";
import { Reading } from "./reading.ts";

/** What one tap added to what waits. */
export interface Added {
  ops: number;
  files: number;
  bytes: number;
}

/** What a visit needs of the app around it. */
export interface Host {
  db: Database;
  ledger: Ledger;
  archive: Archive;
  files: Files;
  device: string;
  person: string;
  recorded(inspection: string, added: Added): void;
  fetchBlob(sha256: string, inspection: string): Promise<Blob | null>;
}

export class VisitLog {
  readonly id: string;
  definition: Definition;
  package: PackageFacts;
  readonly host: Host;
  fold: Fold = foldOf([]);
  reading: Reading;
  /** The state as the server told it last. */
  told: State = "decided";
  /** The ids of the findings that follow from conclusions, by item. */
  derived: ReadonlyMap<string, string> = new Map();
  waiting = { ops: 0, files: 0 };
  hasNewPackage = false;
  /** The log is here as far as the server has told of it. */
  isWhole = false;
  readonly #listeners = new Set<() => void>();
  #files = new Map<string, { isOnServer: boolean }>();
  #written = 0;

  private constructor(host: Host, id: string, facts: PackageFacts, definition: Definition) {
    this.host = host;
    this.id = id;
    this.package = facts;
    this.definition = definition;
    this.reading = this.#read();
  }

  /** Throws Refusal not_downloaded. */
  static async open(host: Host, id: string): Promise<VisitLog> {
    const kept = await host.archive.packageText(id);
    if (!kept) throw new Refusal("not_downloaded");
    const facts = JSON.parse(kept.text) as PackageFacts;
    const log = new VisitLog(host, id, facts, JSON.parse(kept.checklist) as Definition);
    const codes = itemsOf(log.definition).map((item) => item.code);
    log.derived = await derivedIds(id, codes);
    await log.refresh();
    return log;
  }

  /** What lies on the flash is shown from now on. */
  async refresh(): Promise<void> {
    const { archive, ledger, db } = this.host;
    for (;;) {
      const before = this.#written;
      const [kept, placed, stream, blobs] = await Promise.all([
        archive.packageText(this.id),
        archive.entries(this.id),
        archive.stream(this.id),
        db.blobs.where("inspection").equals(this.id).toArray(),
      ]);
      // What has come back from the server need not be opened a second time.
      const known = new Set(placed.map((entry) => entry.operation.op_id));
      const [own, provisional, bodies] = await Promise.all([
        ledger.own(this.id, known),
        archive.provisional(this.id, known),
        placed.some(isWithheld) ? ledger.withheldBodies(this.id) : new Map<string, string>(),
      ]);
      if (this.#written !== before) continue; // something was recorded meanwhile
      // The office may have changed the team; the list of questions changes with its reference alone.
      if (kept) {
        this.package = JSON.parse(kept.text) as PackageFacts;
        this.definition = JSON.parse(kept.checklist) as Definition;
      }
      this.fold = foldOf([...placed.map((entry) => withBody(entry, bodies)), ...own, ...provisional]);
      this.isWhole = stream !== undefined && stream.pos >= stream.head;
      this.told = (stream?.status as State | undefined) ?? "decided";
      this.#files = new Map(blobs.map((row) => [row.sha256, { isOnServer: row.waiting === 0 }]));
      await this.recount();
      this.#changed();
      return;
    }
  }

  async recount(): Promise<void> {
    const { db, person } = this.host;
    const isOurs = (row: { inspection: string }) => row.inspection === this.id;
    const [ops, files, listed, kept] = await Promise.all([
      db.ops.where("waiting").equals(1).and(isOurs).count(),
      db.blobs.where("waiting").equals(1).and(isOurs).count(),
      db.listings.get([person, this.id]),
      db.packages.get(this.id),
    ]);
    this.waiting = { ops, files };
    this.hasNewPackage = listed !== undefined && kept !== undefined && listed.etag !== kept.etag;
  }

  #read(): Reading {
    const { person, device } = this.host;
    return new Reading(this.fold, this.definition, this.package, { person, device, files: this.#files });
  }

  #changed(): void {
    this.reading = this.#read();
    for (const listener of this.#listeners) listener();
  }

  subscribe(listener: () => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The operations and their files are durable, all or none, and shown. Throws Refusal storage_full. */
  async record(drafts: readonly Draft[], blobs: readonly NewBlob[] = []): Promise<void> {
    const { ledger, person } = this.host;
    const context = { inspection: this.id, checklist: this.package.checklist.ref, actor: person };
    const entries = await ledger.record(context, drafts, blobs).catch((fault: unknown) => {
      throw fault instanceof StorageFull ? new Refusal("storage_full") : fault;
    });
    this.#written += 1;
    for (const blob of blobs) this.#files.set(blob.sha256, { isOnServer: false });
    for (const entry of entries) this.fold.add(entry);
    this.waiting = { ops: this.waiting.ops + drafts.length, files: this.waiting.files + blobs.length };
    this.#changed();
    const bytes = blobs.reduce((sum, blob) => sum + blob.bytes.byteLength, 0);
    this.host.recorded(this.id, { ops: drafts.length, files: blobs.length, bytes });
  }

  /** An ordinary write, in place of what stands in the fields that it sets. */
  async write(type: string, entity: string, body: object, blobs: readonly NewBlob[] = []): Promise<void> {
    await this.record([drafted(this.fold, this.host.person, type, entity, { ...body })], blobs);
  }
}

function isWithheld({ operation }: Entry): boolean {
  return (operation.body ?? null) === null;
}

/** What the server was not given is read from this tablet, where it was recorded. */
function withBody(entry: Entry, bodies: ReadonlyMap<string, string>): Entry {
  const body = isWithheld(entry) ? bodies.get(entry.operation.op_id) : undefined;
  return body === undefined ? entry : { ...entry, operation: { ...entry.operation, body } };
}
