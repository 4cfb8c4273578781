/** Everything that lies on the flash of one inspection: read in one transaction, and each seal opened once. */
import type { Definition } from "../rules/definition.ts";
import type { Entry } from "../rules/fold.ts";
import type { Archive } from "../store/archive.ts";
import type { BlobRow, ChecklistRow, Database, OpRow, PackageRow } from "../store/database.ts";
import { type Ledger, withOutcome } from "../store/ledger.ts";
import type { Opened } from "../store/opened.ts";
import type { State } from "../store/views.ts";
import { type PackageFacts, Refusal } from "./facade.ts";

export interface Shelf {
  db: Database;
  ledger: Ledger;
  archive: Archive;
  person: string;
}

export interface Held {
  package: PackageFacts;
  definition: Definition;
  entries: Entry[];
  /** The state as the server told it last. */
  told: State;
  /** The log is here as far as the server has told of it. */
  isWhole: boolean;
  files: BlobRow[];
  waitingOps: number;
  hasNewPackage: boolean;
}

/** Throws Refusal not_downloaded. */
export async function held(shelf: Shelf, inspection: string, opened: Opened): Promise<Held> {
  const rows = await rowsOf(shelf, inspection);
  const { kept, checklist, stream, files, listed } = rows;
  if (!kept || !checklist) throw new Refusal("not_downloaded");
  const [facts, definition, entries] = await Promise.all([
    opened.once(kept.sealed, async () => JSON.parse(await shelf.archive.packageText(kept)) as PackageFacts),
    opened.named(checklist.sha256, async () => JSON.parse(checklist.text) as Definition),
    entriesOf(shelf, rows, opened),
  ]);
  return {
    package: facts,
    definition,
    entries,
    told: (stream?.status as State | undefined) ?? "decided",
    isWhole: stream !== undefined && stream.pos >= stream.head,
    files,
    waitingOps: rows.own.filter((row) => row.waiting === 1).length,
    hasNewPackage: listed !== undefined && listed.etag !== kept.etag,
  };
}

async function rowsOf({ db, archive, person }: Shelf, inspection: string) {
  const tables = [
    db.packages, db.checklists, db.entries, db.ops, db.provisional, db.streams, db.blobs, db.listings,
  ]; // biome-ignore format: a list of names reads as one
  return db.transaction("r", tables, async () => {
    const [kept, placed, own, provisional, stream, files, listed] = await Promise.all([
      db.packages.get(inspection),
      archive.entryRows(inspection),
      db.ops.where("inspection").equals(inspection).toArray(),
      db.provisional.where("inspection").equals(inspection).toArray(),
      db.streams.get(inspection),
      db.blobs.where("inspection").equals(inspection).toArray(),
      db.listings.get([person, inspection]),
    ]);
    const checklist = await checklistOf(db, kept);
    return { kept, checklist, placed, own, provisional, stream, files, listed };
  });
}

async function checklistOf(db: Database, kept: PackageRow | undefined): Promise<ChecklistRow | undefined> {
  return kept && db.checklists.get(kept.checklist);
}

/** What has come back from the server need not be opened a second time. */
async function entriesOf(
  { archive, ledger }: Shelf,
  { placed, own, provisional }: Awaited<ReturnType<typeof rowsOf>>,
  opened: Opened,
): Promise<Entry[]> {
  const known = new Set(placed.map((row) => row.opId));
  const isNew = (row: { opId: string }) => !known.has(row.opId);
  const ownEntry = ({ sealed, ...row }: OpRow): Promise<Entry>[] =>
    sealed ? [opened.once(sealed, () => ledger.entryIn({ ...row, sealed }))] : [];
  const withheld = own.filter((row) => row.withheld && known.has(row.opId)).flatMap(ownEntry);
  const bodies = new Map(
    (await Promise.all(withheld)).map(({ operation: { op_id, body } }) => [op_id, body]),
  );
  return Promise.all([
    ...placed.map(async (row) => withBody(await opened.once(row.sealed, () => archive.entryIn(row)), bodies)),
    ...own
      .filter(isNew)
      .flatMap((row) => ownEntry(row).map(async (one) => withOutcome(await one, row.outcome))),
    ...provisional.filter(isNew).map((row) => opened.once(row.sealed, () => archive.provisionalIn(row))),
  ]);
}

/** What the server was not given is read from this tablet, where it was recorded. */
function withBody(entry: Entry, bodies: ReadonlyMap<string, string | null>): Entry {
  const body = bodies.get(entry.operation.op_id) ?? null;
  const isWithheld = (entry.operation.body ?? null) === null;
  return isWithheld && body !== null ? { ...entry, operation: { ...entry.operation, body } } : entry;
}
