/** One round with the server: token, team mates' batches, our own, files, logs. Nothing here decides when. */
import { type Archive, RECOLLECTIONS } from "../store/archive.ts";
import type { Database } from "../store/database.ts";
import type { Device } from "../store/device.ts";
import type { Files } from "../store/files.ts";
import type { Ledger } from "../store/ledger.ts";
import type { Vault } from "../store/vault.ts";
import type { Entrance } from "./entrance.ts";
import { passOn } from "./exchange_file.ts";
import { type Line, Refused } from "./line.ts";
import { look, pull, type Reader, renew } from "./pull.ts";
import { beginEpoch, type Parties, push } from "./push.ts";
import { type Progress, sendFiles } from "./uploads.ts";

export interface Crew {
  db: Database;
  vault: Vault;
  ledger: Ledger;
  archive: Archive;
  files: Files;
  device: Device;
  genesis: string;
  line: Line;
  entrance: Entrance;
  person: string;
}

export interface RoundOptions {
  withFiles: boolean;
  progress: Progress;
  /** Called after something that people wait to see has changed. */
  changed(inspections: Iterable<string>): Promise<void>;
}

/** The server has everything of this tablet, and the tablet everything of its inspections. Throws; call it again. */
export async function round(crew: Crew, options: RoundOptions): Promise<void> {
  await withToken(crew, async () => {
    await relay(crew);
    if ((await push(crew)) > 0) await options.changed([]);
    if (options.withFiles) await sendFilesAsFarAsPossible(crew, options);
    // Whoever has just sent something reads at once; otherwise one cheap question tells whether there is anything.
    await options.changed(await inThisEpoch(crew, () => pull(readerOf(crew))));
  });
}

/** Only what is new is fetched; for the quiet hours. */
export async function glance(crew: Crew, options: RoundOptions): Promise<void> {
  await withToken(crew, async () => {
    const reader = readerOf(crew);
    await relay(crew);
    const seen = await look(reader);
    // Asked of what is held, not of what has just changed: an answer may have been lost in between.
    const touched = new Set(await renew(reader));
    if (seen.hasNews) for (const one of await inThisEpoch(crew, () => pull(reader))) touched.add(one);
    if (seen.isListChanged || touched.size > 0) await options.changed(touched);
  });
}

export function readerOf(crew: Crew): Reader {
  const { db, archive, device, line, person } = crew;
  return { db, archive, device, line, person };
}

/** The work is done with a token; one that ran out half-way is replaced once. */
export async function withToken<T>(crew: Crew, work: () => Promise<T>): Promise<T> {
  await crew.entrance.authorise(crew.device, crew.person);
  try {
    return await work();
  } catch (fault) {
    if (!(fault instanceof Refused) || fault.status !== 401) throw fault;
  }
  crew.entrance.forgetToken();
  await crew.entrance.authorise(crew.device, crew.person);
  return work();
}

async function relay(crew: Crew): Promise<void> {
  const epoch = await crew.db.fact<string>("epoch");
  for (const row of await crew.db.relays.where("isSent").equals(0).toArray()) {
    const text = await crew.vault.open(`relays/${row.id}`, row.sealed);
    const isGone =
      row.device === RECOLLECTIONS ? await recollect(crew.line, text) : await passOn(crew.line, text, epoch);
    if (isGone) await crew.db.relays.update(row.id, { isSent: 1 });
  }
}

/** What the server had written before a restore is told to it; the office decides what to do again. */
async function recollect(line: Line, body: string): Promise<boolean> {
  try {
    await line.json("/sync/v1/recollections", { body });
  } catch (fault) {
    if (!(fault instanceof Refused) || ![400, 404, 422].includes(fault.status)) throw fault;
  }
  return true;
}

async function sendFilesAsFarAsPossible(crew: Crew, options: RoundOptions): Promise<void> {
  try {
    await sendFiles(crew.files, crew.line, options.progress);
  } catch (fault) {
    // A server without room for photos still takes and gives operations.
    if (!(fault instanceof Refused) || fault.status !== 507) throw fault;
    for (const row of await crew.files.waiting())
      await crew.files.remember(row.sha256, { reason: fault.code });
  }
}

async function inThisEpoch<T>(crew: Crew, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (fault) {
    if (!(fault instanceof Refused) || fault.code !== "epoch_mismatch") throw fault;
    const parties: Parties = crew;
    await beginEpoch(parties, fault.problem);
    await push(parties);
    return work();
  }
}
