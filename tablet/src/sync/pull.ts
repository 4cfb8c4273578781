/**
 * The logs of this person's inspections come to the tablet, and nothing the server says is taken on trust: positions
 * must follow each other, every hash is computed anew, and the root must be the one that is announced.
 */
import { digestOf, linkOf, logGenesisOf, logLinkOf } from "../rules/digest.ts";
import type { Archive, Listed, SentEntry } from "../store/archive.ts";
import type { Database, StreamRow } from "../store/database.ts";
import type { Device } from "../store/device.ts";
import { type Files, lacksRoom } from "../store/files.ts";
import { StorageFull } from "../store/ledger.ts";
import { fetchInPieces } from "./downloads.ts";
import { EpochOver } from "./epochs.ts";
import { type Line, Refused } from "./line.ts";
import { readClock } from "./push.ts";

const PREFIX = "inspection:";

interface Stretch {
  from: number;
  to: number;
  head: number;
  status: string;
  state: string;
  root: string;
  entries: SentEntry[];
}

interface Told {
  epoch: string;
  server_time: string;
  more: boolean;
  streams: Record<string, Stretch>;
  gone: { stream: string; code: string }[];
}

interface Heads {
  epoch: string;
  acked_seq: number;
  streams: Record<string, { head: number; state: string; package: string }>;
}

/** The log does not hash to what the server claims, even read from its beginning: a gap, another order, an edit. */
export class LogMismatch extends Error {}

/** A log was set back to its beginning while we were reading. */
class ReadAnew extends Error {}

export interface Reader {
  db: Database;
  archive: Archive;
  files: Files;
  device: Device;
  line: Line;
  person: string;
}

/** What a reading brought. */
export interface Pulled {
  /** The inspections whose logs have grown. */
  grown: Set<string>;
  /** A log that does not hold, if any; the others were read all the same. */
  mismatch: LogMismatch | null;
  /** The server's log ended before ours did: it has lost what it once confirmed. */
  isServerBehind: boolean;
}

/** Everything new is on the tablet, checked. Throws Lost, Refused. */
export async function pull(reader: Reader): Promise<Pulled> {
  const pulled: Pulled = { grown: new Set(), mismatch: null, isServerBehind: false };
  const doubts: Doubts = { once: new Set(), twice: new Set() };
  for (let more = true; more; ) {
    const cursors = await cursorsOf(reader, doubts.twice);
    if (Object.keys(cursors).length === 0) break;
    const told = await ask(reader, cursors, pulled);
    await readClock(reader.db, told.server_time);
    await forget(reader, told.gone);
    more = told.more;
    for (const [name, stretch] of Object.entries(told.streams)) {
      const inspection = name.slice(PREFIX.length);
      const outcome = await take(reader, inspection, stretch, doubts);
      if (outcome === "grown") pulled.grown.add(inspection);
      if (outcome === "again") more = true;
      if (outcome instanceof LogMismatch) pulled.mismatch = outcome;
    }
  }
  return pulled;
}

/** Logs that did not hold when they were read, and those that did not from their beginning either. */
interface Doubts {
  once: Set<string>;
  twice: Set<string>;
}

async function ask(reader: Reader, streams: Record<string, number>, pulled: Pulled): Promise<Told> {
  const epoch = await reader.db.fact<string>("epoch");
  const asked = { device: reader.device.id, epoch, streams, wait: 0 };
  try {
    return await reader.line.inPortions((limit) =>
      reader.line.json<Told>("/sync/v1/pull", { body: JSON.stringify({ ...asked, limit }) }),
    );
  } catch (fault) {
    if (!(fault instanceof Refused) || fault.code !== "cursor_ahead") throw fault;
    const stream = String(fault.problem.stream);
    // No log ends before its beginning.
    if (!streams[stream]) throw fault;
    pulled.isServerBehind = true;
    await reader.archive.forgetStream(stream.slice(PREFIX.length));
    return ask(reader, { ...streams, [stream]: 0 }, pulled);
  }
}

async function cursorsOf(
  reader: Reader,
  without: ReadonlySet<string> = new Set(),
): Promise<Record<string, number>> {
  const listed = (await reader.archive.listing(reader.person)).map((row) => row.inspection);
  const held = new Set((await reader.db.packages.toCollection().primaryKeys()) as string[]);
  const cursors: Record<string, number> = {};
  for (const inspection of listed.filter((one) => held.has(one) && !without.has(one))) {
    cursors[PREFIX + inspection] = (await reader.archive.stream(inspection))?.pos ?? 0;
  }
  return cursors;
}

async function take(
  reader: Reader,
  inspection: string,
  stretch: Stretch,
  doubts: Doubts,
): Promise<"grown" | "same" | "again" | LogMismatch> {
  const held = await reader.archive.stream(inspection);
  try {
    const stream = await checked(inspection, held, stretch);
    const isSame = held?.status === stretch.state && held.head === stretch.head;
    if (stretch.entries.length === 0 && isSame) return "same";
    await reader.archive.take(stream, stretch.entries);
    return "grown";
  } catch (fault) {
    if (!(fault instanceof ReadAnew)) throw fault;
    if (doubts.once.has(inspection)) {
      doubts.twice.add(inspection);
      return new LogMismatch(`${inspection}: ${fault.message}`);
    }
    doubts.once.add(inspection);
    await reader.archive.forgetStream(inspection);
    return "again";
  }
}

async function checked(
  inspection: string,
  held: StreamRow | undefined,
  stretch: Stretch,
): Promise<StreamRow> {
  let pos = held?.pos ?? 0;
  let root = held?.root ?? (await logGenesisOf(inspection));
  if (stretch.from !== pos) throw new ReadAnew(`asked after ${pos}, told after ${stretch.from}`);
  for (const entry of stretch.entries) {
    pos += 1;
    const hash = await linkOf(entry.device, entry.op.seq, entry.prev, await digestOf(entry.op));
    if (entry.pos !== pos || entry.hash !== hash) throw new ReadAnew(`position ${pos} does not hold`);
    root = await logLinkOf(root, { pos, hash, effect: entry.effect, code: entry.code });
  }
  if (root !== stretch.root) throw new ReadAnew(`root ${stretch.root} claimed, ${root} computed`);
  return { inspection, pos, root, status: stretch.state, head: stretch.head };
}

async function forget(reader: Reader, gone: Told["gone"]): Promise<void> {
  for (const { stream } of gone) {
    await reader.db.listings.delete([reader.person, stream.slice(PREFIX.length)]);
  }
}

/** What one cheap question told. */
export interface Seen {
  isListChanged: boolean;
  hasNews: boolean;
  /** The last number of this tablet's chain that the server has. */
  ackedSeq: number;
}

/** What the server has for this person, and of this tablet. Throws EpochOver too. */
export async function look(reader: Reader): Promise<Seen> {
  const heads = await reader.line.json<Heads>("/sync/v1/heads");
  if (heads.epoch !== (await reader.db.fact<string>("epoch"))) throw new EpochOver();
  const known = new Map(
    (await reader.archive.listing(reader.person)).map((one) => [one.inspection, one] as const),
  );
  const told = Object.entries(heads.streams).filter(([, one]) => one.package !== "");
  const isListChanged =
    told.length !== known.size ||
    told.some(([name, one]) => {
      const before = known.get(name.slice(PREFIX.length));
      return before?.etag !== one.package || before.state !== one.state;
    });
  if (isListChanged) await list(reader);
  const cursors = await cursorsOf(reader);
  // A log that ends before ours is news too: the server has lost what it once confirmed.
  const hasNews = Object.entries(cursors).some(([name, pos]) => (heads.streams[name]?.head ?? pos) !== pos);
  return { isListChanged, hasNews, ackedSeq: heads.acked_seq };
}

/** What the server has for this person is known here. Throws Lost, Refused. */
export async function list(reader: Reader): Promise<Listed[]> {
  const listed = await reader.line.json<Listed[]>("/sync/v1/packages");
  await reader.archive.takeListing(reader.person, listed);
  return listed;
}

/** Package, files, checklist and log so far are on the tablet. Throws Lost, Refused, LogMismatch, StorageFull. */
export async function download(reader: Reader, inspection: string): Promise<void> {
  await takePackage(reader, inspection);
  const { mismatch } = await pull(reader);
  if (mismatch) throw mismatch;
}

/**
 * What the tablet holds and the office has changed since is fetched again; the inspections concerned. A package whose
 * files would have to come is left for later where files wait.
 */
export async function renew(reader: Reader, options: { withFiles: boolean }): Promise<string[]> {
  const renewed: string[] = [];
  for (const { inspection, etag } of await reader.archive.listing(reader.person)) {
    const held = await reader.db.packages.get(inspection);
    if (!held || held.etag === etag) continue;
    try {
      if (await takePackage(reader, inspection, options)) renewed.push(inspection);
    } catch (fault) {
      // The card says that there is a newer package, and whoever asks for it learns why it does not come.
      if (!(fault instanceof StorageFull)) throw fault;
    }
  }
  return renewed;
}

interface PackageTold {
  inspection: { planned_on: string | null };
  checklist: { sha256: string; url: string };
  self_reports?: { sha256: string; size: number; media_type: string }[];
}

async function takePackage(
  reader: Reader,
  inspection: string,
  { withFiles }: { withFiles: boolean } = { withFiles: true },
): Promise<boolean> {
  const answer = await reader.line.send(`/sync/v1/packages/${inspection}`);
  const text = await answer.text();
  const told = JSON.parse(text) as PackageTold;
  const reports = told.self_reports ?? [];
  const absent = await notHere(reader, reports);
  if (absent.length > 0 && !withFiles) return false;
  if (absent.length > 0 && (await lacksRoom(absent.reduce((sum, one) => sum + one.size, 0))))
    throw new StorageFull();
  const { sha256, url } = told.checklist;
  const known = await reader.db.checklists.get(sha256);
  const checklistText = known?.text ?? (await (await reader.line.send(url)).text());
  for (const report of absent) await fetchReport(reader, inspection, report);
  const etag = (answer.headers.get("ETag") ?? "").replaceAll('"', "").replace(/^W\//, "");
  const plannedOn = told.inspection.planned_on ?? "";
  const files = reports.map((one) => one.sha256);
  const taken = { inspection, etag, plannedOn, checklistSha256: sha256, text, checklistText, files };
  await reader.archive.takePackage(taken, Date.now());
  return true;
}

type ReportTold = NonNullable<PackageTold["self_reports"]>[number];

async function notHere(reader: Reader, reports: readonly ReportTold[]): Promise<ReportTold[]> {
  const here = await reader.files.here(reports.map((one) => one.sha256));
  return reports.filter((one) => !here.has(one.sha256));
}

/** Each file that has come whole stays, so that a network that breaks need not bring it twice. */
async function fetchReport(reader: Reader, inspection: string, report: ReportTold): Promise<void> {
  const { bytes } = await fetchInPieces(reader.line, reader.files, { sha256: report.sha256, inspection });
  const row = { sha256: report.sha256, inspection, mime: report.media_type, size: bytes.byteLength };
  await reader.files.keep({ ...row, waiting: 0, uploadUrl: null, reason: null, at: Date.now() }, bytes);
}
