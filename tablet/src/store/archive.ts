/**
 * What came from the server or from team mates: logs, packages, checklists. It is never edited, and a cursor moves
 * only in the transaction that holds what it passes.
 */
import { type Operation, sha256 } from "../rules/digest.ts";
import type { Entry } from "../rules/fold.ts";
import {
  type Database,
  type EntryRow,
  KEPT_DAYS,
  type ListingRow,
  type PackageRow,
  type ProvisionalRow,
  type RelayRow,
  type StreamRow,
} from "./database.ts";
import { newId } from "./ids.ts";
import { entryOf } from "./ledger.ts";
import type { Vault } from "./vault.ts";

/** Stands in a relay's `device` where what it holds is no batch but what the server itself once wrote. */
export const RECOLLECTIONS = "recollections";
const RECOLLECTIONS_AT_ONCE = 500;
const RECOLLECTED_LENGTH = 1024 * 1024;

/** An entry as the server sends it. */
export interface SentEntry {
  pos: number;
  device: string;
  prev: string;
  hash: string;
  effect: string;
  code: string | null;
  detail: Record<string, unknown> | null;
  received_at: string;
  op: Operation;
}

/** One line of the server's list of packages. */
export interface Listed {
  inspection: string;
  state: string;
  etag: string;
  unit_name: string;
  form: "on_site" | "desk";
  planned_on: string | null;
}

export interface TakenPackage {
  inspection: string;
  etag: string;
  plannedOn: string;
  checklistSha256: string;
  text: string;
  checklistText: string;
  /** The hashes of the files that the package speaks of; they have been kept before. */
  files: readonly string[];
}

export class Archive {
  readonly #db: Database;
  readonly #vault: Vault;

  constructor(db: Database, vault: Vault) {
    this.#db = db;
    this.#vault = vault;
  }

  async stream(inspection: string): Promise<StreamRow | undefined> {
    return this.#db.streams.get(inspection);
  }

  /** The entries, the cursor and the root it stands for are kept in one transaction. */
  async take(stream: StreamRow, sent: readonly SentEntry[]): Promise<void> {
    const rows = await Promise.all(sent.map((one) => this.#sealedEntry(stream.inspection, one)));
    const db = this.#db;
    await db.transaction("rw", db.entries, db.streams, db.provisional, async () => {
      await db.entries.bulkPut(rows);
      await db.streams.put(stream);
      await db.provisional.bulkDelete(rows.map((row) => row.opId));
    });
  }

  async #sealedEntry(inspection: string, sent: SentEntry): Promise<EntryRow> {
    const sealed = await this.#vault.seal(`entries/${inspection}/${sent.pos}`, JSON.stringify(sent));
    return { inspection, pos: sent.pos, opId: sent.op.op_id, device: sent.device, seq: sent.op.seq, sealed };
  }

  /** The log is read again from its beginning: the server's history changed, or what we held does not add up. */
  async forgetStream(inspection: string): Promise<void> {
    const db = this.#db;
    await db.transaction("rw", db.entries, db.streams, async () => {
      await db.entries.where("[inspection+pos]").between([inspection, 0], [inspection, Infinity]).delete();
      await db.streams.delete(inspection);
    });
  }

  /**
   * The server has begun a new epoch: logs are read from their beginning, all files are offered again. What team mates
   * had sent goes on being shown without a position; what the server itself had written is told to it once.
   */
  async putAside(device: string, epoch: string): Promise<void> {
    const db = this.#db;
    const provisional: ProvisionalRow[] = [];
    const remembered: SentEntry[] = [];
    for (const row of await db.entries.toArray()) {
      if (row.device === device) continue;
      const sent = await this.#opened(row);
      if (row.device.startsWith("server:")) remembered.push(sent);
      else provisional.push(await this.#provisionalRow(row.device, { operation: sent.op, hash: sent.hash }));
    }
    const relays = await this.#recollections(remembered);
    await db.transaction(
      "rw",
      [db.entries, db.streams, db.facts, db.blobs, db.relays, db.provisional],
      async () => {
        await db.entries.clear();
        await db.streams.clear();
        await db.provisional.bulkPut(provisional);
        await db.blobs.toCollection().modify({ waiting: 1 });
        await db.relays.toCollection().modify({ isSent: 0, refused: null });
        await db.relays.bulkPut(relays);
        await db.setFacts({ epoch });
      },
    );
  }

  async #recollections(entries: readonly SentEntry[]): Promise<RelayRow[]> {
    const told = entries.map(({ device, prev, hash, received_at, op }) =>
      JSON.stringify({ device, prev, hash, received_at, op }),
    );
    return Promise.all(
      portions(told).map(async (portion): Promise<RelayRow> => {
        const id = newId();
        const sealed = await this.#vault.seal(`relays/${id}`, `{"entries":[${portion.join(",")}]}`);
        const inspections = [...new Set(entries.map((one) => one.op.inspection))];
        return { id, device: RECOLLECTIONS, head: "", inspections, isSent: 0, refused: null, sealed };
      }),
    );
  }

  async #provisionalRow(
    device: string,
    link: { operation: Operation; hash: string },
  ): Promise<ProvisionalRow> {
    const { op_id: opId, inspection, seq } = link.operation;
    const sealed = await this.#vault.seal(`provisional/${opId}`, JSON.stringify(link.operation));
    return { opId, inspection, device, seq, hash: link.hash, sealed };
  }

  /** The server's entries of the inspection, in order of position. */
  async entryRows(inspection: string): Promise<EntryRow[]> {
    return this.#db.entries
      .where("[inspection+pos]")
      .between([inspection, 0], [inspection, Infinity])
      .toArray();
  }

  async #opened(row: EntryRow): Promise<SentEntry> {
    const text = await this.#vault.open(`entries/${row.inspection}/${row.pos}`, row.sealed);
    return JSON.parse(text) as SentEntry;
  }

  async entryIn(row: EntryRow): Promise<Entry> {
    const sent = await this.#opened(row);
    return {
      operation: sent.op,
      device: sent.device,
      effect: sent.effect,
      code: sent.code,
      pos: sent.pos,
      receivedAt: sent.received_at,
      detail: sent.detail,
    };
  }

  /** A team mate's operations are kept until the server shows them; how many of them were not here before. */
  async takeProvisional(
    device: string,
    links: readonly { operation: Operation; hash: string }[],
  ): Promise<number> {
    const rows = await Promise.all(links.map((link) => this.#provisionalRow(device, link)));
    const db = this.#db;
    return db.transaction("rw", db.provisional, db.entries, async () => {
      const ids = rows.map((row) => row.opId);
      const held = new Set(await db.provisional.where("opId").anyOf(ids).primaryKeys());
      const known = new Set((await db.entries.where("opId").anyOf(ids).toArray()).map((row) => row.opId));
      const fresh = rows.filter((row) => !known.has(row.opId));
      await db.provisional.bulkPut(fresh);
      return fresh.filter((row) => !held.has(row.opId)).length;
    });
  }

  /** A team mate's operation that no entry of the server's has brought yet. */
  async provisionalIn(row: ProvisionalRow): Promise<Entry> {
    const text = await this.#vault.open(`provisional/${row.opId}`, row.sealed);
    return entryOf(JSON.parse(text) as Operation, row.device);
  }

  /**
   * Package and checklist are on the tablet together, with the package's files, or not at all. Throws if the checklist
   * is not the one named, or a file is not there.
   */
  async takePackage(taken: TakenPackage, now: number): Promise<void> {
    if ((await sha256(taken.checklistText)) !== taken.checklistSha256)
      throw new Error("another checklist came");
    const row: PackageRow = {
      inspection: taken.inspection,
      etag: taken.etag,
      plannedOn: taken.plannedOn,
      checklist: taken.checklistSha256,
      takenAt: now,
      keepDays: keepDaysIn(taken.text),
      sealed: await this.#vault.seal(`packages/${taken.inspection}`, taken.text),
    };
    const db = this.#db;
    await db.transaction("rw", db.packages, db.checklists, db.contents, async () => {
      const files = new Set(taken.files);
      const here = await db.contents
        .where("sha256")
        .anyOf([...files])
        .count();
      if (here < files.size) throw new Error("a file of the package is not here");
      await db.packages.put(row);
      await db.checklists.put({ sha256: taken.checklistSha256, text: taken.checklistText });
    });
  }

  packageText(row: PackageRow): Promise<string> {
    return this.#vault.open(`packages/${row.inspection}`, row.sealed);
  }

  /** What the server listed for the person last. */
  async listing(person: string): Promise<Listed[]> {
    const rows = await this.#db.listings
      .where("[person+inspection]")
      .between([person, ""], [person, "\uffff"])
      .toArray();
    return Promise.all(
      rows.map(
        async (row) => JSON.parse(await this.#vault.open(`listings/${row.inspection}`, row.sealed)) as Listed,
      ),
    );
  }

  /** What the server lists for the person now, in place of what it listed before. */
  async takeListing(person: string, listed: readonly Listed[]): Promise<void> {
    const rows = await Promise.all(
      listed.map(async (one): Promise<ListingRow> => {
        const sealed = await this.#vault.seal(`listings/${one.inspection}`, JSON.stringify(one));
        return { person, inspection: one.inspection, etag: one.etag, sealed };
      }),
    );
    const db = this.#db;
    await db.transaction("rw", db.listings, async () => {
      await db.listings.where("[person+inspection]").between([person, ""], [person, "\uffff"]).delete();
      await db.listings.bulkPut(rows);
    });
  }
}

/** The texts in their order, as many together as one request may carry. */
function portions(texts: readonly string[]): string[][] {
  const made: string[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const text of texts) {
    const last = made.at(-1);
    if (last && last.length < RECOLLECTIONS_AT_ONCE && length + text.length <= RECOLLECTED_LENGTH) {
      last.push(text);
      length += text.length;
    } else {
      made.push([text]);
      length = text.length;
    }
  }
  return made;
}

function keepDaysIn(packageText: string): number {
  const { limits } = JSON.parse(packageText) as { limits?: { tablet_keep_days?: number } };
  return limits?.tablet_keep_days ?? KEPT_DAYS;
}
