/**
 * The tables on the tablet and nothing else: what is indexed stands open, what people wrote is sealed.
 *
 * Every transaction is committed with strict durability: when a promise resolves, the bytes are on the flash.
 */
import Dexie, { type Table, type Transaction } from "dexie";
import type { Sealed, Spare } from "./vault.ts";

export interface KeyRow {
  name: string;
  pair: CryptoKeyPair;
}

export interface FactRow {
  name: string;
  value: unknown;
}

/** Somebody who may open this tablet: the store's key, wrapped under what the PIN derives to. */
export interface PersonRow {
  person_id: string;
  full_name: string;
  title: string;
  cost: number;
  salt: Uint8Array<ArrayBuffer>;
  iv: Uint8Array<ArrayBuffer>;
  wrapped: ArrayBuffer;
  failures: number;
  blockedUntil: number;
  /** What opens the store together with the server's half, where the server has been asked for it. */
  spare?: Spare | null;
}

/** An operation of this tablet; `sealed` is its wire text, absent once it was purged. */
export interface OpRow {
  seq: number;
  opId: string;
  inspection: string;
  hash: string;
  /** 1 until the server's outcome and receipt are here; IndexedDB cannot index booleans. */
  waiting: 0 | 1;
  /** 1 if the server could not record the body: the header travels alone. */
  withheld: 0 | 1;
  at: number;
  sealed: Sealed | null;
  outcome: Outcome | null;
}

/** What the server said to one operation. */
export interface Outcome {
  status: "applied" | "conflict" | "quarantined";
  pos: number | null;
  code: string | null;
  message: string | null;
}

/** An entry of the server's log. */
export interface EntryRow {
  inspection: string;
  pos: number;
  opId: string;
  device: string;
  seq: number;
  sealed: Sealed;
}

/** A team mate's operation, taken from a file, that the server has not shown us yet. */
export interface ProvisionalRow {
  opId: string;
  inspection: string;
  device: string;
  seq: number;
  hash: string;
  sealed: Sealed;
}

/** A team mate's signed batch, to be passed on as it is. */
export interface RelayRow {
  id: string;
  device: string;
  /** Where the batch ends: the same one brought again is known by it. Empty for what is no batch. */
  head: string;
  /** The inspections that it speaks of. */
  inspections: string[];
  isSent: 0 | 1;
  /** Why the server did not take it when it was offered last, and before when it is not offered again. */
  refused: { code: string; said: string; tries: number; notBefore: number } | null;
  sealed: Sealed;
}

/** A stream as far as it is held; `root` is the log's hash at `pos`. */
export interface StreamRow {
  inspection: string;
  pos: number;
  root: string;
  status: string;
  /** How far the log went when the server told of it last. */
  head: number;
}

export interface PackageRow {
  inspection: string;
  etag: string;
  plannedOn: string;
  checklist: string;
  takenAt: number;
  /** So many days after the last work on it, what is over may leave the tablet. */
  keepDays: number;
  sealed: Sealed;
}

/** What the server lists for a person, whether downloaded or not. */
export interface ListingRow {
  person: string;
  inspection: string;
  etag: string;
  /** State, unit, form, day. */
  sealed: Sealed;
}

export interface ChecklistRow {
  sha256: string;
  text: string;
}

/** A file: a photo, a document, a drawn signature; its bytes lie apart, so that lists and counts never touch them. */
export interface BlobRow {
  sha256: string;
  inspection: string;
  mime: string;
  size: number;
  waiting: 0 | 1;
  /** Where tus goes on. */
  uploadUrl: string | null;
  reason: string | null;
  at: number;
}

/** The bytes of a file, sealed. */
export interface ContentRow {
  sha256: string;
  sealed: Sealed;
}

/** A part of a file that has not come whole yet. */
export interface PieceRow {
  sha256: string;
  inspection: string;
  start: number;
  /** Of the whole file. */
  size: number;
  mime: string;
  sealed: Sealed;
}

/** The server's word for one chain up to one number in one epoch; a later epoch's stands beside it. */
export interface ReceiptRow {
  device: string;
  epoch: string;
  seq: number;
  body: string;
  kid: string;
  sig: string;
}

export class Database extends Dexie {
  declare keys: Table<KeyRow, string>;
  declare facts: Table<FactRow, string>;
  declare people: Table<PersonRow, string>;
  declare ops: Table<OpRow, number>;
  declare entries: Table<EntryRow, [string, number]>;
  declare provisional: Table<ProvisionalRow, string>;
  declare relays: Table<RelayRow, string>;
  declare streams: Table<StreamRow, string>;
  declare packages: Table<PackageRow, string>;
  declare listings: Table<ListingRow, [string, string]>;
  declare checklists: Table<ChecklistRow, string>;
  declare blobs: Table<BlobRow, string>;
  declare contents: Table<ContentRow, string>;
  declare pieces: Table<PieceRow, [string, number]>;
  declare proofs: Table<ReceiptRow, [string, string, number]>;

  constructor(name: string) {
    super(name, { chromeTransactionDurability: "strict" });
    this.version(1).stores({
      keys: "name",
      facts: "name",
      people: "person_id",
      ops: "seq, &opId, inspection, waiting",
      entries: "[inspection+pos], opId",
      provisional: "opId, inspection, device",
      relays: "id, isSent",
      streams: "inspection",
      packages: "inspection",
      listings: "[person+inspection], inspection",
      checklists: "sha256",
      blobs: "sha256, inspection, waiting",
      receipts: "seq",
    });
    this.version(2)
      .stores({
        relays: "id, isSent, head, *inspections",
        blobs: "sha256, inspection, waiting, [waiting+size]",
        contents: "sha256",
        receipts: null,
        proofs: "[device+epoch+seq]",
      })
      .upgrade(toVersion2);
    this.version(3).stores({ pieces: "[sha256+start], sha256, inspection" });
  }

  async fact<T>(name: string): Promise<T | undefined> {
    return (await this.facts.get(name))?.value as T | undefined;
  }

  async setFacts(facts: Record<string, unknown>): Promise<void> {
    await this.facts.bulkPut(Object.entries(facts).map(([name, value]) => ({ name, value })));
  }
  /** What `place` asks for, all at once and without a wait between, is on the flash; if it fails, none of it. */
  async strictly(stores: readonly string[], place: (transaction: IDBTransaction) => void): Promise<void> {
    if (!this.isOpen()) await this.open();
    const transaction = this.backendDB().transaction(stores, "readwrite", { durability: "strict" });
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new DOMException("taken back", "AbortError"));
      try {
        place(transaction);
      } catch (fault) {
        transaction.abort();
        reject(fault);
      }
    });
  }
}

/** How long what is over stays on the tablet where the server names no other time. */
export const KEPT_DAYS = 30;

/** Receipts are told apart by chain and epoch, relays by where they end, and logs know how far they should go. */
async function toVersion2(upgrade: Transaction): Promise<void> {
  const before = (await upgrade.table("receipts").toArray()) as Omit<ReceiptRow, "device" | "epoch">[];
  await upgrade.table("proofs").bulkPut(
    before.map((row): ReceiptRow => {
      const [, , epoch = "", device = ""] = row.body.split("\n");
      return { ...row, device, epoch };
    }),
  );
  await upgrade
    .table("relays")
    .toCollection()
    .modify((row: RelayRow) => {
      Object.assign(row, { head: "", inspections: [], refused: null });
    });
  await upgrade
    .table("streams")
    .toCollection()
    .modify((row: StreamRow) => {
      row.head = row.pos;
    });
  await upgrade
    .table("packages")
    .toCollection()
    .modify((row: PackageRow) => {
      row.keepDays = KEPT_DAYS;
    });
  await contentsApart(upgrade);
}

/** The bytes of a file no longer lie in its own row; one file at a time is in memory. */
async function contentsApart(upgrade: Transaction): Promise<void> {
  const blobs = upgrade.table<BlobRow & { sealed?: Sealed | null }, string>("blobs");
  for (const sha256 of await blobs.toCollection().primaryKeys()) {
    const before = await blobs.get(sha256);
    if (!before) continue;
    const { sealed, ...row } = before;
    if (sealed) await upgrade.table<ContentRow, string>("contents").put({ sha256, sealed });
    await blobs.put(row);
  }
}
