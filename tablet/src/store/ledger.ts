/**
 * What this tablet recorded: each operation linked by hash to the one before, durable before anybody sees it as saved.
 *
 * Nothing here is deleted before the server's signed receipt is on the tablet, and nothing waits in memory alone.
 */
import { digestOf, linkOf, type Operation, sha256 } from "../rules/digest.ts";
import type { Entry } from "../rules/fold.ts";
import { type ClockReading, clkText, type Hlc, hlcText, nextHlc, wallText } from "./clock.ts";
import type { BlobRow, Database, OpRow, Outcome, ReceiptRow } from "./database.ts";
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

const LOCK = "thucdia-chain";

export class Ledger {
  readonly #db: Database;
  readonly #vault: Vault;
  readonly #device: string;
  readonly #now: () => number;

  constructor(db: Database, vault: Vault, device: string, now: () => number = Date.now) {
    this.#db = db;
    this.#vault = vault;
    this.#device = device;
    this.#now = now;
  }

  /** The operations are on the flash, all or none, with their files; as entries without a position. */
  async record(context: Context, drafts: readonly Draft[], blobs: readonly NewBlob[] = []): Promise<Entry[]> {
    return navigator.locks.request(LOCK, async () => {
      const linked = await this.#linked(context, drafts);
      const files = await Promise.all(blobs.map((blob) => this.#sealedBlob(context.inspection, blob)));
      const rows = await Promise.all(
        linked.entries.map((entry, place) => this.#sealedOp(entry, linked.hashes[place] ?? "")),
      );
      await this.#write(linked, rows, files);
      return linked.entries;
    });
  }

  async #linked(context: Context, drafts: readonly Draft[]) {
    const [chain, clock, reading] = await this.#db.facts.bulkGet(["chain", "hlc", "clock"]);
    const before = chain?.value as Chain | undefined;
    if (!before) throw new Error("this tablet has no chain");
    let { seq, hash } = before;
    let hlc = (clock?.value as Hlc | undefined) ?? { ms: 0, count: 0 };
    const measured = reading?.value as ClockReading | undefined;
    const entries: Entry[] = [];
    const hashes: string[] = [];
    for (const draft of drafts) {
      const now = this.#now();
      hlc = nextHlc(hlc, now);
      seq += 1;
      const operation: Operation = {
        op_id: newId(now), seq, type: draft.type, inspection: context.inspection, entity: draft.entity,
        parents: [...draft.parents].sort(), checklist: context.checklist, actor: context.actor,
        hlc: hlcText(hlc), wall: wallText(new Date(now)), clk: clkText(measured, now),
        body: JSON.stringify(draft.body),
      }; // biome-ignore format: one member a line would hide the shape
      const digest = await digestOf(operation);
      hash = await linkOf(this.#device, seq, hash, digest);
      hashes.push(hash);
      entries.push(entryOf(operation, this.#device, digest));
    }
    return { before, entries, hashes, chain: { seq, hash }, hlc };
  }

  async #sealedOp(entry: Entry, hash: string): Promise<OpRow> {
    const { operation } = entry;
    const sealed = await this.#vault.seal(`ops/${operation.op_id}`, JSON.stringify(operation));
    return {
      seq: operation.seq, opId: operation.op_id, inspection: operation.inspection, hash, waiting: 1, withheld: 0,
      at: this.#now(), sealed, outcome: null,
    }; // biome-ignore format: as above
  }

  async #sealedBlob(inspection: string, blob: NewBlob): Promise<BlobRow> {
    const sealed = await this.#vault.sealBytes(`blobs/${blob.sha256}`, blob.bytes);
    return {
      sha256: blob.sha256, inspection, mime: blob.mime, size: blob.bytes.byteLength, waiting: 1, uploadUrl: null,
      reason: null, at: this.#now(), sealed,
    }; // biome-ignore format: as above
  }

  /** What is here already is not kept twice, but the server is asked whether it has it for this inspection too. */
  async #keep(file: BlobRow): Promise<void> {
    const { blobs } = this.#db;
    const known = await blobs.get(file.sha256);
    if (!known) await blobs.add(file);
    else if (known.waiting === 0)
      await blobs.update(file.sha256, { waiting: 1, inspection: file.inspection });
  }

  async #write(
    linked: { before: Chain; chain: Chain; hlc: Hlc },
    rows: OpRow[],
    files: BlobRow[],
  ): Promise<void> {
    const db = this.#db;
    try {
      await db.transaction("rw", db.ops, db.facts, db.blobs, async () => {
        const chain = await db.fact<Chain>("chain");
        if (chain?.hash !== linked.before.hash) throw new Error("another writer moved the chain");
        await db.ops.bulkAdd(rows);
        for (const file of files) await this.#keep(file);
        await db.setFacts({ chain: linked.chain, hlc: linked.hlc });
      });
    } catch (fault) {
      throw isQuota(fault) ? new StorageFull() : fault;
    }
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
      for (const [opId, outcome] of outcomes) {
        await db.ops.where("opId").equals(opId).modify({ outcome, waiting: 0 });
      }
      if (receipt) await db.proofs.put(receipt);
    });
  }

  /** The header travels alone from now on; the body stays here. */
  async withhold(seq: number): Promise<void> {
    await this.#db.ops.update(seq, { withheld: 1 });
  }

  /** The bodies of this inspection's operations that travelled as headers alone, by operation. */
  async withheldBodies(inspection: string): Promise<Map<string, string>> {
    const rows = await this.#db.ops.where("inspection").equals(inspection).toArray();
    const bodies = new Map<string, string>();
    for (const row of rows.filter((one) => one.withheld && one.sealed)) {
      const { body } = JSON.parse(await this.#opened(row)) as Operation;
      if (body !== null) bodies.set(row.opId, body);
    }
    return bodies;
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

  /** This tablet's own operations of the inspection but for those known already, as entries without a position. */
  async own(inspection: string, known: ReadonlySet<string> = new Set()): Promise<Entry[]> {
    const rows = await this.#db.ops.where("inspection").equals(inspection).sortBy("seq");
    const kept = rows.filter((row) => row.sealed && !known.has(row.opId));
    return Promise.all(
      kept.map(async (row) => {
        const operation = JSON.parse(await this.#opened(row)) as Operation;
        return withOutcome(entryOf(operation, this.#device, await digestOf(operation)), row.outcome);
      }),
    );
  }
}

/** An entry that the server has not placed yet. */
export function entryOf(operation: Operation, device: string, digest: string): Entry {
  return {
    operation,
    device,
    digest,
    effect: "applied",
    code: null,
    pos: null,
    receivedAt: null,
    detail: null,
  };
}

function withOutcome(entry: Entry, outcome: Outcome | null): Entry {
  if (!outcome) return entry;
  return { ...entry, effect: outcome.status, code: outcome.code, pos: outcome.pos };
}

/** Whether the browser refused for want of room. */
export function isQuota(fault: unknown): boolean {
  const names = [fault, (fault as { inner?: unknown })?.inner].map((one) => (one as Error | undefined)?.name);
  return names.some((name) => name === "QuotaExceededError" || name === "QuotaExceeded");
}
