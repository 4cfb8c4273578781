/**
 * The log of one open inspection in memory: the fold of what lies on the flash, and the only way to add to it.
 * A tap is on the flash before it is in the fold.
 */
import { type Definition, itemsOf } from "../rules/definition.ts";
import { type Fold, foldOf } from "../rules/fold.ts";
import type { Files } from "../store/files.ts";
import { type Draft, type NewBlob, StorageFull } from "../store/ledger.ts";
import { Opened } from "../store/opened.ts";
import type { State } from "../store/views.ts";
import { drafted } from "./drafting.ts";
import { type PackageFacts, Refusal, type Unsubscribe } from "./facade.ts";
import { derivedIds } from "./findings.ts";
import { type Held, held, type Shelf } from "./held.ts";
import { Reading } from "./reading.ts";

/** What one tap added to what waits. */
export interface Added {
  ops: number;
  files: number;
  bytes: number;
}

/** What a visit needs of the app around it. */
export interface Host extends Shelf {
  files: Files;
  device: string;
  recorded(inspection: string, added: Added): void;
  fetchBlob(sha256: string, inspection: string): Promise<Blob | null>;
}

export class VisitLog {
  readonly id: string;
  declare definition: Definition;
  declare package: PackageFacts;
  readonly host: Host;
  declare fold: Fold;
  declare reading: Reading;
  /** The state as the server told it last. */
  declare told: State;
  /** The ids of the findings that follow from conclusions, by item. */
  derived: ReadonlyMap<string, string> = new Map();
  waiting = { ops: 0, files: 0 };
  hasNewPackage = false;
  /** The log is here as far as the server has told of it. */
  declare isWhole: boolean;
  /** Grows whenever the screens have to look again. */
  version = 0;
  readonly #listeners = new Set<() => void>();
  #files = new Map<string, { isOnServer: boolean }>();
  #written = 0;
  readonly #opened: Opened;

  private constructor(host: Host, id: string, opened: Opened, found: Held) {
    this.host = host;
    this.id = id;
    this.#opened = opened;
    this.#show(found);
  }

  /** Throws Refusal not_downloaded. */
  static async open(host: Host, id: string): Promise<VisitLog> {
    const opened = new Opened();
    const found = await held(host, id, opened);
    const log = new VisitLog(host, id, opened, found);
    const codes = itemsOf(log.definition).map((item) => item.code);
    log.derived = await derivedIds(id, codes);
    return log;
  }

  /** What lies on the flash is shown from now on. */
  async refresh(): Promise<void> {
    for (;;) {
      const before = this.#written;
      const found = await held(this.host, this.id, this.#opened);
      if (this.#written !== before) continue; // something was recorded meanwhile
      this.#show(found);
      this.#changed();
      return;
    }
  }

  #show(found: Held): void {
    // The office may have changed the team; the list of questions changes with its reference alone.
    this.package = found.package;
    this.definition = found.definition;
    this.told = found.told;
    this.isWhole = found.isWhole;
    this.hasNewPackage = found.hasNewPackage;
    this.#files = new Map(found.files.map((row) => [row.sha256, { isOnServer: row.waiting === 0 }]));
    const files = found.files.filter((row) => row.waiting === 1).length;
    this.waiting = { ops: found.waitingOps, files };
    this.fold = foldOf(found.entries);
    this.reading = this.#read();
  }

  #read(): Reading {
    const { person, device } = this.host;
    return new Reading(this.fold, this.definition, this.package, { person, device, files: this.#files });
  }

  #changed(): void {
    this.version += 1;
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
