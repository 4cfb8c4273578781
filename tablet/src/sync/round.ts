/** What a tablet does with the server once it may speak to it. Nothing here decides when. */
import type { Archive } from "../store/archive.ts";
import type { Database } from "../store/database.ts";
import type { Device } from "../store/device.ts";
import type { Files } from "../store/files.ts";
import type { Ledger } from "../store/ledger.ts";
import type { Vault } from "../store/vault.ts";
import type { Entrance } from "./entrance.ts";
import { inThisEpoch } from "./epochs.ts";
import { type Line, Refused } from "./line.ts";
import { type LogMismatch, look, pull, type Reader, renew } from "./pull.ts";
import { push } from "./push.ts";
import { relay } from "./relaying.ts";
import { type Progress, sendFiles } from "./uploads.ts";

/** While files travel the server is asked this often whether there is news. */
const NEWS_MS = 25_000;

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
  progress: Progress;
  /** Called after something that people wait to see has changed. */
  changed(inspections: Iterable<string>): Promise<void>;
  /** Whether the connection counts by the megabyte now, so that large files had better wait. */
  isMetered(): boolean;
}

/** A log that does not hold, or words that are refused: it keeps nobody from the rest, and a person has to know. */
export type Doubt = LogMismatch | Refused | null;

/** The server has every operation of this tablet, and the tablet all logs of its inspections. Throws; call it again. */
export async function exchange(crew: Crew, options: RoundOptions): Promise<Doubt> {
  return authorised(crew, async () => {
    await relay(crew);
    if ((await push(crew)) > 0) await options.changed([]);
    return read(crew, options);
  });
}

/** Only what is new is fetched; for the quiet hours. */
export async function glance(crew: Crew, options: RoundOptions): Promise<Doubt> {
  return authorised(crew, async () => {
    const reader = readerOf(crew);
    await relay(crew);
    // Nothing waits in quiet hours, unless the server has just begun another epoch.
    await push(crew);
    const seen = await look(reader);
    const isBehind = seen.ackedSeq < (await crew.ledger.confirmedSeq());
    if (isBehind) await offerAgain(crew, seen.ackedSeq);
    const isToRead = seen.hasNews || isBehind;
    const doubt = isToRead ? await read(crew, options) : null;
    if (seen.isListChanged && !isToRead) await options.changed([]);
    // Last, since packages may bring large files, and a line that breaks under them keeps nobody from the news. Asked
    // of what is held, not of what has just changed: an answer may have been lost in between.
    const renewed = await renew(reader, { withFiles: !options.isMetered() });
    if (renewed.length > 0) await options.changed(renewed);
    return doubt;
  });
}

/** Files travel after the words about them, and whatever is recorded meanwhile goes between two pieces. */
export async function carry(crew: Crew, options: RoundOptions): Promise<Doubt> {
  let doubt: Doubt = null;
  let readAt = Date.now();
  let isHeard = true;
  const between = async () => {
    await crew.entrance.authorise(crew.device, crew.person);
    const hasWords = isHeard && (await crew.db.ops.where("waiting").equals(1).count()) > 0;
    if (!hasWords && Date.now() - readAt < NEWS_MS) return;
    readAt = Date.now();
    try {
      doubt = (await (hasWords ? exchange : glance)(crew, options)) ?? doubt;
    } catch (fault) {
      if (!(fault instanceof Refused) || fault.isForAll) throw fault;
      // Words that are refused wait for the next round; the files go on.
      isHeard = false;
      doubt = fault;
    }
  };
  const { files, line } = crew;
  const sent = await withToken(crew, () => sendFiles({ files, line, told: options.progress, between }));
  if (sent === 0) return doubt;
  await options.changed([]);
  // A sign-off may have waited for the last of them.
  return (await glance(crew, options)) ?? doubt;
}

/** Everything new is here. A server that holds less than it confirmed is offered everything once more. */
async function read(crew: Crew, options: RoundOptions): Promise<Doubt> {
  const first = await pull(readerOf(crew));
  let doubt = first.mismatch;
  const touched = new Set(first.grown);
  if (first.isServerBehind) {
    await offerAgain(crew, 0);
    const second = await pull(readerOf(crew));
    doubt = second.mismatch;
    for (const one of second.grown) touched.add(one);
  }
  await options.changed(touched);
  return doubt;
}

/** What the server once confirmed and has lost without beginning a new epoch goes there once more, files too. */
async function offerAgain(crew: Crew, after: number): Promise<void> {
  await crew.ledger.sendAgainAfter(after);
  await crew.files.askAgain();
  await push(crew);
}

export function readerOf(crew: Crew): Reader {
  const { db, archive, files, device, line, person } = crew;
  return { db, archive, files, device, line, person };
}

/** The work is done with a token, in the epoch that the server is in. */
export function authorised<T>(crew: Crew, work: () => Promise<T>): Promise<T> {
  return withToken(crew, () => inThisEpoch(crew, work));
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
