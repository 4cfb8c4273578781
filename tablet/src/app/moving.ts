/** What comes to the tablet and leaves it beside the rounds: codes, packages, single files, files on a stick. */

import { typedCode } from "../rules/enrolment_code.ts";
import { type Listed, RECOLLECTIONS } from "../store/archive.ts";
import { newId } from "../store/ids.ts";
import { BrokenSeal, type Sealed } from "../store/vault.ts";
import type * as view from "../store/views.ts";
import { fetchInPieces } from "../sync/downloads.ts";
import { SignInNeeded } from "../sync/entrance.ts";
import { compressed, exportLines, FileRefused, type KeptRelay, takeIn } from "../sync/exchange_file.ts";
import { Lost, Refused } from "../sync/line.ts";
import { download, list } from "../sync/pull.ts";
import { authorised, type Crew, readerOf, withToken } from "../sync/round.ts";
import { type ImportReport, type PackageFacts, Refusal } from "./facade.ts";
import { inWords } from "./refusals.ts";

/** As many characters has the code that the QR carries. */
const LONG_CODE = 22;

/** The code in what was typed or scanned. Throws Refusal wrong_server, code_mistyped. */
export function codeIn(text: string, origin: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith("{")) return typedOrLong(trimmed);
  let scanned: { url?: unknown; code?: unknown };
  try {
    scanned = JSON.parse(trimmed) as typeof scanned;
  } catch {
    return typedOrLong(trimmed);
  }
  if (typeof scanned.url === "string" && origin && originOf(scanned.url) !== originOf(origin)) {
    throw new Refusal("wrong_server", "", { url: scanned.url });
  }
  return String(scanned.code ?? "");
}

function originOf(url: string): string | null {
  try {
    return new URL(url).origin;
  } catch {
    return null;
  }
}

/** A slip is said here, without a network; what is longer may be the code of the QR, copied out of it. */
function typedOrLong(text: string): string {
  const typed = typedCode(text);
  if (typed === null && text.length < LONG_CODE) throw new Refusal("code_mistyped");
  return typed ?? text;
}

/** What the server lists for the person now. */
export function listed(crew: Crew): Promise<Listed[]> {
  return inWords(() => authorised(crew, () => list(readerOf(crew))));
}

/** The inspection is on the tablet whole, or not at all. Throws Refusal offline, storage_full. */
export async function downloaded(crew: Crew, inspection: string): Promise<void> {
  await inWords(() => authorised(crew, () => download(readerOf(crew), inspection)));
}

/** The inspections whose day lies between today and so many days on, those without a day too. */
export function coming(listed: readonly Listed[], days: number, today: Date): string[] {
  const day = (at: Date) => at.toLocaleDateString("sv-SE", { timeZone: "Asia/Ho_Chi_Minh" });
  const [first, last] = [day(today), day(new Date(today.getTime() + days * 86_400_000))];
  return listed
    .filter(({ planned_on: on }) => on === null || (first <= on && on <= last))
    .map((one) => one.inspection);
}

/** A card for each inspection that the server listed last, nearest day first. */
export async function summaries(
  crew: Crew,
  opened: (inspection: string) => Promise<{ summary: view.InspectionSummary }>,
): Promise<view.InspectionSummary[]> {
  const listed = await crew.archive.listing(crew.person);
  const held = new Set((await crew.db.packages.toCollection().primaryKeys()) as string[]);
  const found: view.InspectionSummary[] = [];
  for (const one of listed) {
    found.push(held.has(one.inspection) ? (await opened(one.inspection)).summary : notYetHere(one));
  }
  return found.sort((a, b) => (a.plannedOn ?? "9999").localeCompare(b.plannedOn ?? "9999"));
}

/** A card for what the server lists and the tablet does not hold yet. */
export function notYetHere(listed: Listed): view.InspectionSummary {
  return {
    id: listed.inspection,
    unitName: listed.unit_name,
    unitType: "",
    form: listed.form,
    plannedOn: listed.planned_on,
    decisionNumber: null,
    role: null,
    team: [],
    state: listed.state as view.State,
    progress: null,
    conflicts: 0,
    openRemarks: 0,
    waitingOps: 0,
    waitingFiles: 0,
    isDownloaded: false,
    isWhole: false,
    hasNewPackage: true,
    awaitsConfirmation: false,
  };
}

/** A team mate's photo from the server, kept on the tablet from now on; null if the server cannot be asked. */
export async function fetchBlob(crew: Crew, sha256: string, inspection: string): Promise<Blob | null> {
  try {
    const wanted = { sha256, inspection };
    const { bytes, mime } = await withToken(crew, () => fetchInPieces(crew.line, crew.files, wanted));
    const row = {
      sha256,
      inspection,
      mime,
      size: bytes.byteLength,
      waiting: 0,
      uploadUrl: null,
      reason: null,
    } as const;
    await crew.files.keep({ ...row, at: Date.now() }, bytes);
    return new Blob([bytes], { type: mime });
  } catch (fault) {
    if (fault instanceof Lost || fault instanceof Refused || fault instanceof SignInNeeded) return null;
    throw fault;
  }
}

/** What is not confirmed, with the whole of one inspection if that is asked for, as one file to carry away. */
export async function exported(
  crew: Crew,
  label: string,
  { withFiles, inspection }: { withFiles: boolean; inspection?: string },
): Promise<{ name: string; blob: Blob }> {
  const madeAt = new Date();
  const whole = inspection ? { inspection, batches: await batchesOf(crew, inspection) } : {};
  const blob = await compressed(exportLines(crew, crew.files, { label, withFiles, madeAt, ...whole }));
  const stamp = madeAt.toISOString().slice(0, 16).replace(/[-:]/g, "").replace("T", "-");
  return { name: `thuc-dia-${crew.device.id.slice(-6)}-${stamp}.td1.gz`, blob };
}

/** Team mates' batches about the inspection, as they were brought here. */
async function batchesOf(crew: Crew, inspection: string): Promise<string[]> {
  const rows = await crew.db.relays.where("inspections").equals(inspection).sortBy("id");
  const batches = rows.filter((row) => row.device !== RECOLLECTIONS);
  return Promise.all(batches.map((row) => crew.vault.open(`relays/${row.id}`, row.sealed)));
}

async function keepRelay(crew: Crew, relay: KeptRelay): Promise<void> {
  const { device, head, inspections, text } = relay;
  const id = newId();
  const sealed = await crew.vault.seal(`relays/${id}`, text);
  const { relays } = crew.db;
  await crew.db.transaction("rw", relays, async () => {
    if ((await relays.where("head").equals(head).count()) > 0) return;
    await relays.add({ id, device, head, inspections, isSent: 0, refused: null, sealed });
  });
}

/** Throws Refusal with the reason why nothing of the file is believed. */
export async function importFile(
  crew: Crew,
  file: Blob,
): Promise<{ report: ImportReport; inspections: string[] }> {
  const owners = await devicesKnown(crew);
  const importer = {
    archive: crew.archive,
    files: crew.files,
    vault: crew.vault,
    keyOf: (device: string) => owners.get(device)?.jwk ?? null,
    keepRelay: (relay: KeptRelay) => keepRelay(crew, relay),
  };
  try {
    const taken = await takeIn(importer, file);
    const report: ImportReport = {
      device: taken.device,
      personName: owners.get(taken.device)?.name ?? null,
      operations: taken.operations,
      alreadyKnown: taken.operations - taken.fresh,
      files: taken.files,
      damage: taken.damage,
    };
    return { report, inspections: [...taken.inspections] };
  } catch (fault) {
    throw fault instanceof FileRefused ? new Refusal(fault.code) : fault;
  }
}

/** What others signed and the server has not taken yet, with its reason where it gave one. */
export async function waitingRelays(crew: Crew): Promise<view.RelayLine[]> {
  const owners = await devicesKnown(crew);
  const rows = await crew.db.relays.where("isSent").equals(0).toArray();
  return Promise.all(
    rows.map(async ({ id, device, sealed, refused }) => {
      const isOffice = device === RECOLLECTIONS;
      const personName = isOffice ? null : (owners.get(device)?.name ?? device);
      const operations = await countIn(crew, id, sealed);
      return { id, personName, operations, reason: refused?.code ?? null, said: refused?.said ?? "" };
    }),
  );
}

async function countIn(crew: Crew, id: string, sealed: Sealed): Promise<number> {
  try {
    const told = JSON.parse(await crew.vault.open(`relays/${id}`, sealed)) as Record<string, unknown[]>;
    return (told.ops ?? told.entries ?? []).length;
  } catch (fault) {
    // Its line says that it cannot be opened.
    if (!(fault instanceof BrokenSeal)) throw fault;
    return 0;
  }
}

async function devicesKnown(crew: Crew): Promise<Map<string, { jwk: JsonWebKey; name: string }>> {
  const known = new Map<string, { jwk: JsonWebKey; name: string }>();
  for (const row of await crew.db.packages.toArray()) {
    const facts = JSON.parse(await crew.archive.packageText(row)) as PackageFacts;
    for (const member of facts.team) {
      for (const { device, jwk } of member.devices) known.set(device, { jwk, name: member.full_name });
    }
  }
  return known;
}
