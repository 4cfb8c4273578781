/**
 * What this tablet recorded: each operation linked by hash to the one before, durable before anybody sees it as saved.
 *
 * Nothing here is deleted before the server's signed receipt is on the tablet, and nothing waits in memory alone.
 */
import { digestOf, linkOf, type Operation, sha256 } from "../rules/digest.ts";
import type { Entry } from "../rules/fold.ts";
import { type ClockReading, clkText, type Hlc, hlcText, nextHlc, wallText } from "./clock.ts";
import type { BlobRow, ContentRow, Database, OpRow, Outcome, ReceiptRow } from "./database.ts";
import { newId } from "./ids.ts";
import type { Sealed, Vault } from "./vault.ts";

/** What is to be recorded; everything else the ledger knows. */
export interface Draft {
  type: string;
  entity: string;
  body: Record<string, unknown>;
  parents: string[];
}

/** Bytes that an operation names by their hash. */
export interface NewBlob {
  sha256: string;
  mime: string;
  bytes: ArrayBuffer;
}

export interface Context {
  inspection: string;
  checklist: string;
  actor: string;
}

export interface Chain {
  seq: number;
  hash: string;
}

/** An operation as it waits to travel. */
export interface Waiting extends Chain {
  opId: string;
  text: string;
}

/** No room is left on the tablet; nothing was written. */
export class StorageFull extends Error {}

/** What the next operation is linked to and dated by. */
interface Standing {
  chain: Chain;
  hlc: Hlc;
  reading: ClockReading | undefined;
}

interface Linked {
  entries: Entry[];
  rows: OpRow[];
  after: Pick<Standing, "chain" | "hlc">;
}

/** A file as it is kept: what is said of it, and its bytes. */
interface File {
  row: BlobRow;
  content: ContentRow;
}

export class Ledger {
  readonly #db: Database;
  readonly #vault: Vault;
  readonly #device: string;
  readonly #now: () => number;
  #last: Promise<unknown> = Promise.resolve();
  /** As it was left by the last write of this ledger; every write makes sure that it still holds. */
  #standing: Standing | null = null;

  constructor(db: Database, vault: Vault, device: string, now: () => number = Date.now) {
    this.#db = db;
    this.#vault = vault;
    this.#device = device;
    this.#now = now;
  }

  /** The operations are on the flash, all or none, with their files; as entries without a position. */
  async record(context: Context, drafts: readonly Draft[], blobs: readonly NewBlob[] = []): Promise<Entry[]> {
    const files = await Promise.all(blobs.map((blob) => this.#sealedFile(context.inspection, blob)));
    const recorded = this.#last.then(() => this.#recorded(context, drafts, files));
    this.#last = recorded.catch(() => undefined);
    return recorded;
  }

  async #recorded(context: Context, drafts: readonly Draft[], files: readonly File[]): Promise<Entry[]> {
    for (;;) {
      const standing = this.#standing ?? (await this.#read());
      this.#standing = null;
      const linked = await this.#linked(standing, context, drafts);
      if (await this.#write(standing, linked, files)) return linked.entries;
    }
  }

  async #read(): Promise<Standing> {
    const [chain, hlc, clock] = await this.#db.facts.bulkGet(["chain", "hlc", "clock"]);
    if (!chain) throw new Error("this tablet has no chain");
    return {
      chain: chain.value as Chain,
      hlc: (hlc?.value as Hlc | undefined) ?? { ms: 0, count: 0 },
      reading: clock?.value as ClockReading | undefined,
    };
  }

  async #linked(standing: Standing, context: Context, drafts: readonly Draft[]): Promise<Linked> {
    let { seq, hash } = standing.chain;
    let { hlc } = standing;
    const operations = drafts.map((draft): Operation => {
      const now = this.#now();
      hlc = nextHlc(hlc, now);
      seq += 1;
      return {
        op_id: newId(now), seq, type: draft.type, inspection: context.inspection, entity: draft.entity,
        parents: [...draft.parents].sort(), checklist: context.checklist, actor: context.actor,
        hlc: hlcText(hlc), wall: wallText(new Date(now)), clk: clkText(standing.reading, now),
        body: JSON.stringify(draft.body),
      }; // biome-ignore format: one member a line would hide the shape
    });
    const [digests, seals] = await Promise.all([
      Promise.all(operations.map(digestOf)),
      Promise.all(operations.map((one) => this.#vault.seal(`ops/${one.op_id}`, JSON.stringify(one)))),
    ]);
    const [entries, rows]: [Entry[], OpRow[]] = [[], []];
    for (const [place, operation] of operations.entries()) {
      const digest = digests[place] ?? "";
      hash = await linkOf(this.#device, operation.seq, hash, digest);
      entries.push(entryOf(operation, this.#device));
      rows.push(this.#opRow(operation, hash, seals[place] ?? null));
    }
    return { entries, rows, after: { chain: { seq, hash }, hlc } };
  }

  #opRow(operation: Operation, hash: string, sealed: Sealed | null): OpRow {
    return {
      seq: operation.seq, opId: operation.op_id, inspection: operation.inspection, hash, waiting: 1, withheld: 0,
      at: this.#now(), sealed, outcome: null,
    }; // biome-ignore format: as above
  }

  async #sealedFile(inspection: string, blob: NewBlob): Promise<File> {
    const { sha256, mime, bytes } = blob;
    const sealed = await this.#vault.sealBytes(`blobs/${sha256}`, bytes);
    const row: BlobRow = {
      sha256, inspection, mime, size: bytes.byteLength, waiting: 1, uploadUrl: null, reason: null, at: this.#now(),
    }; // biome-ignore format: as above
    return { row, content: { sha256, sealed } };
  }

  /** Whether it was written: false if another tab moved the chain meanwhile, and then nothing was. */
  async #write(standing: Standing, linked: Linked, files: readonly File[]): Promise<boolean> {
    const { chain, hlc } = linked.after;
    // The files' tables are left to the uploads unless they are needed.
    const stores = ["ops", "facts", ...(files.length > 0 ? ["blobs", "contents"] : [])];
    let isMoved = false;
    let reading: ClockReading | undefined;
    try {
      await this.#db.strictly(stores, (transaction) => {
        const [ops, facts] = [transaction.objectStore("ops"), transaction.objectStore("facts")];
        // Everything is asked for at once; if the first answer is not what we built on, all of it is taken back.
        onSuccess(facts.get("chain"), (row: { value: Chain } | undefined) => {
          isMoved = row?.value.hash !== standing.chain.hash;
          if (isMoved) transaction.abort();
        });
        onSuccess(facts.get("clock"), (row: { value: ClockReading } | undefined) => {
          reading = row?.value;
        });
        for (const row of linked.rows) ops.add(row);
        for (const file of files) keep(transaction, file);
        facts.put({ name: "chain", value: chain });
        facts.put({ name: "hlc", value: hlc });
      });
    } catch (fault) {
      if (isMoved) return false;
      throw isQuota(fault) ? new StorageFull() : fault;
    }
    this.#standing = { chain, hlc, reading };
    return true;
  }

  /** Number and hash of the last recorded operation. */
  async chain(): Promise<Chain> {
    const chain = await this.#db.fact<Chain>("chain");
    if (!chain) throw new Error("this tablet has no chain");
    return chain;
  }

  /** The hash after operation `seq`; of 0, the genesis. Undefined if this tablet never recorded it. */
  async hashAt(seq: number, genesis: string): Promise<string | undefined> {
    return seq === 0 ? genesis : (await this.#db.ops.get(seq))?.hash;
  }

  /** The first operations without an outcome behind `after`, at most `limit` of them and about `bytes` of text. */
  async waiting(limit: number, bytes: number, after = 0): Promise<Waiting[]> {
    const all = this.#db.ops.where("waiting").equals(1);
    const rows = await all
      .and((row) => row.seq > after)
      .limit(limit)
      .toArray();
    rows.sort((a, b) => a.seq - b.seq);
    const batch: Waiting[] = [];
    let size = 0;
    for (const row of rows) {
      const text = await this.#wireText(row);
      size += text.length;
      if (batch.length > 0 && (size > bytes || row.seq !== (batch.at(-1)?.seq ?? 0) + 1)) break;
      batch.push({ seq: row.seq, hash: row.hash, opId: row.opId, text });
    }
    return batch;
  }

  /** The operations that are picked and still here, in runs without a hole, each as long as a batch may be. */
  async runs(pick: (row: OpRow) => boolean, limit: number, bytes: number): Promise<Waiting[][]> {
    const runs: Waiting[][] = [];
    let size = 0;
    for (const row of await this.#db.ops.orderBy("seq").toArray()) {
      if (!row.sealed || !pick(row)) continue;
      const text = await this.#wireText(row);
      const run = runs.at(-1);
      size += text.length;
      const one = { seq: row.seq, hash: row.hash, opId: row.opId, text };
      if (run && run.at(-1)?.seq === row.seq - 1 && run.length < limit && size <= bytes) run.push(one);
      else {
        runs.push([one]);
        size = text.length;
      }
    }
    return runs;
  }

  async #wireText(row: OpRow): Promise<string> {
    const text = await this.#opened(row);
    if (!row.withheld) return text;
    const operation = JSON.parse(text) as Operation;
    return JSON.stringify({ ...operation, body: null, body_sha256: await sha256(operation.body ?? "") });
  }

  async #opened(row: { opId: string; sealed: Sealed | null }): Promise<string> {
    if (!row.sealed) throw new Error(`operation ${row.opId} was purged`);
    return this.#vault.open(`ops/${row.opId}`, row.sealed);
  }

  /** Outcomes and the receipt that covers them are kept together. */
  async acknowledge(outcomes: ReadonlyMap<string, Outcome>, receipt: ReceiptRow | null): Promise<void> {
    const db = this.#db;
    await db.transaction("rw", db.ops, db.proofs, async () => {
      const told = [...outcomes.keys()];
      const rows = await db.ops.where("opId").anyOf(told).toArray();
      await db.ops.bulkPut(
        rows.map((row) => ({ ...row, outcome: outcomes.get(row.opId) ?? null, waiting: 0 })),
      );
      if (receipt) await db.proofs.put(receipt);
    });
  }

  /** The last number that the server has confirmed of what is still here; 0 if none. */
  async confirmedSeq(): Promise<number> {
    const confirmed = this.#db.ops.where("waiting").equals(0);
    return (await confirmed.filter((row) => row.sealed !== null).last())?.seq ?? 0;
  }

  /** The header travels alone from now on; the body stays here. */
  async withhold(seq: number): Promise<void> {
    await this.#db.ops.update(seq, { withheld: 1 });
  }

  /** Everything after `seq` travels again: the server does not have it any more. */
  async sendAgainAfter(seq: number): Promise<void> {
    await this.#db.ops
      .where("seq")
      .above(seq)
      .modify((row) => {
        if (row.sealed) row.waiting = 1;
      });
  }

  /** The operation in the row as an entry without a position; what the server said of it is left out. */
  async entryIn(row: Pick<OpRow, "opId" | "sealed">): Promise<Entry> {
    return entryOf(JSON.parse(await this.#opened(row)) as Operation, this.#device);
  }
}

/** An entry that the server has not placed yet. */
export function entryOf(operation: Operation, device: string): Entry {
  return {
    operation,
    device,
    effect: "applied",
    code: null,
    pos: null,
    receivedAt: null,
    detail: null,
  };
}

/** The entry with what the server said to it. */
export function withOutcome(entry: Entry, outcome: Outcome | null): Entry {
  if (!outcome) return entry;
  return { ...entry, effect: outcome.status, code: outcome.code, pos: outcome.pos };
}

function onSuccess<T>(request: IDBRequest<T>, then: (result: T) => void): void {
  request.onsuccess = () => then(request.result);
}

/** What is here already is not kept twice, but the server is asked whether it has it for this inspection too. */
function keep(transaction: IDBTransaction, { row, content }: File): void {
  const blobs = transaction.objectStore("blobs");
  onSuccess(blobs.get(row.sha256), (known: BlobRow | undefined) => {
    if (!known) {
      blobs.add(row);
      transaction.objectStore("contents").put(content);
    } else if (known.waiting === 0) {
      blobs.put({ ...known, waiting: 1, inspection: row.inspection });
    }
  });
}

/** Whether the browser refused for want of room. */
export function isQuota(fault: unknown): boolean {
  const names = [fault, (fault as { inner?: unknown })?.inner].map((one) => (one as Error | undefined)?.name);
  return names.some((name) => name === "QuotaExceededError" || name === "QuotaExceeded");
}
