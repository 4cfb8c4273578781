/** Photos, documents and drawn signatures: sealed on the tablet until the server has them, and kept after that. */
import type { BlobRow, Database } from "./database.ts";
import { isQuota, StorageFull } from "./ledger.ts";
import type { Vault } from "./vault.ts";

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
    const { blobs, contents } = this.#db;
    const sealed = await this.#vault.sealBytes(`blobs/${row.sha256}`, bytes);
    try {
      await this.#db.transaction("rw", blobs, contents, async () => {
        if (await contents.get(row.sha256)) return;
        await blobs.put(row);
        await contents.put({ sha256: row.sha256, sealed });
      });
    } catch (fault) {
      throw isQuota(fault) ? new StorageFull() : fault;
    }
  }

  async isOnServer(sha256: string): Promise<void> {
    await this.#db.blobs.update(sha256, { waiting: 0, uploadUrl: null, reason: null });
  }

  async remember(sha256: string, changed: Pick<Partial<BlobRow>, "uploadUrl" | "reason">): Promise<void> {
    await this.#db.blobs.update(sha256, changed);
  }

  /** After a restore nobody knows what the server still has: every file is asked about again. */
  async askAgain(): Promise<void> {
    await this.#db.blobs.toCollection().modify({ waiting: 1 });
  }
}

/** Whether the browser says that so much more does not fit; one that says nothing is believed to have room. */
export async function lacksRoom(bytes: number): Promise<boolean> {
  const { usage = 0, quota = 0 } = (await globalThis.navigator?.storage?.estimate?.()) ?? {};
  return quota > 0 && usage + bytes > quota;
}
