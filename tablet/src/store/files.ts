/** Photos, documents and drawn signatures: sealed on the tablet until the server has them, and kept after that. */
import type { BlobRow, Database, PieceRow } from "./database.ts";
import { isQuota, StorageFull } from "./ledger.ts";
import { BrokenSeal, type Vault } from "./vault.ts";

export class Files {
  readonly #db: Database;
  readonly #vault: Vault;

  constructor(db: Database, vault: Vault) {
    this.#db = db;
    this.#vault = vault;
  }

  /** What the server has not confirmed, small ones first. */
  async waiting(): Promise<BlobRow[]> {
    return (await this.#db.blobs.where("waiting").equals(1).toArray()).sort(
      (a, b) => a.size - b.size || a.at - b.at,
    );
  }

  /** What is not confirmed, and of one inspection everything that is here. */
  async toHandOver(inspection?: string): Promise<BlobRow[]> {
    const waiting = await this.waiting();
    if (inspection === undefined) return waiting;
    const whole = await this.#db.blobs.where("inspection").equals(inspection).toArray();
    return [...waiting.filter((row) => row.inspection !== inspection), ...whole];
  }

  async bytes(sha256: string): Promise<ArrayBuffer | null> {
    const content = await this.#db.contents.get(sha256);
    return content ? this.#vault.openBytes(`blobs/${sha256}`, content.sealed) : null;
  }

  async mime(sha256: string): Promise<string | null> {
    return (await this.#db.blobs.get(sha256))?.mime ?? null;
  }

  async here(hashes: readonly string[]): Promise<Map<string, BlobRow>> {
    const rows = await this.#db.blobs.bulkGet([...hashes]);
    return new Map(rows.flatMap((row) => (row ? [[row.sha256, row] as const] : [])));
  }

  /** A file of somebody else's, brought by the server or by a team mate's export. Throws StorageFull. */
  async keep(row: BlobRow, bytes: ArrayBuffer): Promise<void> {
    const { blobs, contents, pieces } = this.#db;
    const sealed = await this.#vault.sealBytes(`blobs/${row.sha256}`, bytes);
    try {
      await this.#db.transaction("rw", blobs, contents, pieces, async () => {
        await pieces.where("sha256").equals(row.sha256).delete();
        if (await contents.get(row.sha256)) return;
        await blobs.put(row);
        await contents.put({ sha256: row.sha256, sealed });
      });
    } catch (fault) {
      throw isQuota(fault) ? new StorageFull() : fault;
    }
  }

  /** What has come of a file that is on its way, without a gap from its beginning; null if nothing has. */
  async begun(sha256: string): Promise<{ parts: ArrayBuffer[]; mime: string; size: number } | null> {
    const rows = await this.#db.pieces.where("sha256").equals(sha256).sortBy("start");
    const [first] = rows;
    if (!first) return null;
    try {
      return { parts: await this.#opened(rows), mime: first.mime, size: first.size };
    } catch (fault) {
      if (!(fault instanceof BrokenSeal)) throw fault;
      await this.forgetPieces(sha256);
      return null;
    }
  }

  async #opened(rows: readonly PieceRow[]): Promise<ArrayBuffer[]> {
    const parts: ArrayBuffer[] = [];
    let have = 0;
    for (const { sha256, start, sealed } of rows) {
      if (start !== have) break;
      const part = await this.#vault.openBytes(placeOf(sha256, start), sealed);
      parts.push(part);
      have += part.byteLength;
    }
    return parts;
  }

  /** Throws StorageFull. */
  async keepPiece(row: Omit<PieceRow, "sealed">, bytes: ArrayBuffer): Promise<void> {
    const sealed = await this.#vault.sealBytes(placeOf(row.sha256, row.start), bytes);
    try {
      await this.#db.pieces.put({ ...row, sealed });
    } catch (fault) {
      throw isQuota(fault) ? new StorageFull() : fault;
    }
  }

  async forgetPieces(sha256: string): Promise<void> {
    await this.#db.pieces.where("sha256").equals(sha256).delete();
  }

  async isOnServer(sha256: string): Promise<void> {
    await this.#db.blobs.update(sha256, { waiting: 0, uploadUrl: null, reason: null });
  }

  async remember(sha256: string, changed: Pick<Partial<BlobRow>, "uploadUrl" | "reason">): Promise<void> {
    await this.#db.blobs.update(sha256, changed);
  }

  /** Nobody knows what the server still has: every file is asked about again. */
  async askAgain(): Promise<void> {
    await this.#db.blobs.toCollection().modify({ waiting: 1 });
  }
}

function placeOf(sha256: string, start: number): string {
  return `pieces/${sha256}/${start}`;
}

/** Whether the browser says that so much more does not fit; one that says nothing is believed to have room. */
export async function lacksRoom(bytes: number): Promise<boolean> {
  const { usage = 0, quota = 0 } = (await globalThis.navigator?.storage?.estimate?.()) ?? {};
  return quota > 0 && usage + bytes > quota;
}
