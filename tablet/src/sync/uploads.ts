/**
 * Photos go to the server in pieces, small files first; after a cut they go on where the server's copy ends.
 *
 * What the server has is not sent again, and no file is marked as sent before the server has its whole hash.
 */
import type { HttpRequest, HttpResponse, HttpStack } from "tus-js-client";
import type { BlobRow } from "../store/database.ts";
import type { Files } from "../store/files.ts";
import { BrokenSeal } from "../store/vault.ts";
import { type Line, Lost, Refused } from "./line.ts";

const CHUNK_BYTES = 512 * 1024;
/** Below this one request is cheaper than a resumable upload. */
const AT_ONCE_BYTES = 128 * 1024;

/** As many as one question may name. */
const ASKED_AT_ONCE = 1000;

export type Progress = (sha256: string, sent: number, size: number) => void;

export interface Sending {
  files: Files;
  line: Line;
  told: Progress;
  /** Called whenever something else may go first: between files, and between the pieces of one. */
  between(): Promise<void>;
}

/** A piece that came twice, came damaged, or still comes by another way: what the server has of the file holds. */
const GOING_ON = new Set([409, 423, 460]);
const TRIES = 2;
/** No room for files on the server, which takes and gives operations all the same. */
const FULL = 507;

/**
 * Files that are waiting have been offered to the server; how many it has now. What is refused, or cannot be opened,
 * waits with its reason and keeps no other from travelling. Throws Lost, and Refused where all of it would be.
 */
export async function sendFiles(sending: Sending): Promise<number> {
  const waiting = await sending.files.waiting();
  let sent = 0;
  for (const rows of questions(waiting)) {
    const missing = await missingOf(sending, rows);
    for (const row of missing ? rows : []) {
      await sending.between();
      const isThere = missing?.has(`sha256:${row.sha256}`)
        ? await sendOne(sending, row)
        : await known(sending, row);
      if (isThere === "full") return sent;
      if (isThere) sent += 1;
    }
  }
  return sent;
}

/** The files of each inspection by themselves, and no more than may be asked about at once. */
function questions(waiting: readonly BlobRow[]): BlobRow[][] {
  const asked: BlobRow[][] = [];
  for (const inspection of new Set(waiting.map((row) => row.inspection))) {
    const own = waiting.filter((row) => row.inspection === inspection);
    for (let start = 0; start < own.length; start += ASKED_AT_ONCE) {
      asked.push(own.slice(start, start + ASKED_AT_ONCE));
    }
  }
  return asked;
}

/** Which of the files the server has not; null if it does not answer for this inspection. */
async function missingOf(sending: Sending, rows: readonly BlobRow[]): Promise<Set<string> | null> {
  const hashes = rows.map((row) => `sha256:${row.sha256}`);
  const body = JSON.stringify({ inspection: rows[0]?.inspection, hashes });
  try {
    const told = await sending.line.json<{ missing: string[] }>("/sync/v1/blobs/missing", { body });
    return new Set(told.missing);
  } catch (fault) {
    await giveReason(sending, rows, fault);
    return null;
  }
}

async function known(sending: Sending, row: BlobRow): Promise<true> {
  await sending.files.isOnServer(row.sha256);
  return true;
}

async function sendOne(sending: Sending, row: BlobRow, triesLeft = TRIES): Promise<boolean | "full"> {
  try {
    const bytes = await sending.files.bytes(row.sha256);
    if (!bytes) return false;
    if (row.size <= AT_ONCE_BYTES) await sendAtOnce(sending.line, row, bytes);
    else await sendInPieces(sending, row, bytes);
    return await known(sending, row);
  } catch (fault) {
    const goesOn = fault instanceof Refused && GOING_ON.has(fault.status);
    const uploadUrl = goesOn ? await addressOf(sending.files, row) : null;
    if (uploadUrl && triesLeft > 0) return sendOne(sending, { ...row, uploadUrl }, triesLeft - 1);
    const isFull = fault instanceof Refused && fault.status === FULL;
    await giveReason(sending, isFull ? await sending.files.waiting() : [row], fault);
    return isFull ? "full" : false;
  }
}

async function addressOf(files: Files, row: BlobRow): Promise<string | null> {
  return (await files.here([row.sha256])).get(row.sha256)?.uploadUrl ?? null;
}

/** Each of the files says why it waits. Throws what concerns more than them. */
async function giveReason(sending: Sending, rows: readonly BlobRow[], fault: unknown): Promise<void> {
  const reason = fault instanceof BrokenSeal || fault instanceof Refused ? fault.code : null;
  if (reason === null || (fault instanceof Refused && fault.isForAll)) throw fault;
  const isKept = fault instanceof Refused && (fault.status === FULL || GOING_ON.has(fault.status));
  const changed = isKept ? { reason } : { uploadUrl: null, reason };
  for (const row of rows) await sending.files.remember(row.sha256, changed);
}

async function sendAtOnce(line: Line, row: BlobRow, body: ArrayBuffer): Promise<void> {
  const path = `/sync/v1/blobs/sha256:${row.sha256}?inspection=${row.inspection}`;
  await line.send(path, { method: "PUT", body, kind: row.mime });
}

async function sendInPieces(sending: Sending, row: BlobRow, bytes: ArrayBuffer): Promise<void> {
  // Loaded when the first photo travels: no screen waits for it.
  const { Upload } = await import("tus-js-client");
  const { files, line, told } = sending;
  const aside = new Aside(sending.between);
  const sent = new Promise<void>((resolve, reject) => {
    const upload = new Upload(bytes as unknown as Blob, {
      endpoint: `${line.origin}/sync/v1/blobs/`,
      uploadUrl: row.uploadUrl,
      uploadSize: row.size,
      chunkSize: CHUNK_BYTES,
      retryDelays: null,
      storeFingerprintForResuming: false,
      metadata: { sha256: row.sha256, inspection: row.inspection, filetype: row.mime },
      headers: { Authorization: `Bearer ${line.bearer ?? ""}` },
      httpStack: new FetchStack(line),
      fileReader: { openFile: async (input) => piecesOf(input as unknown as ArrayBuffer) },
      onUploadUrlAvailable: () => void files.remember(row.sha256, { uploadUrl: upload.url, reason: null }),
      onProgress: (sent) => told(row.sha256, sent, row.size),
      onChunkComplete: (_size, sent) => {
        told(row.sha256, sent, row.size);
        aside.begin();
      },
      onSuccess: () => resolve(),
      onError: (fault) => reject(asOurs(fault)),
    });
    upload.start();
  });
  try {
    await sent;
  } finally {
    await aside.over();
  }
}

/** Words go beside the pieces of a large file, one exchange at a time. */
class Aside {
  readonly #work: () => Promise<void>;
  #running: Promise<void> | null = null;
  #fault: unknown = null;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  begin(): void {
    if (this.#running || this.#fault !== null) return;
    this.#running = this.#work()
      .catch((fault: unknown) => {
        this.#fault = fault;
      })
      .finally(() => {
        this.#running = null;
      });
  }

  /** Throws what the last of them threw. */
  async over(): Promise<void> {
    await this.#running;
    if (this.#fault !== null) throw this.#fault;
  }
}

function asOurs(fault: Error): Error {
  const response = (fault as { originalResponse?: HttpResponse | null }).originalResponse;
  if (!response) return new Lost(fault.message);
  let problem: Record<string, unknown> = {};
  try {
    problem = JSON.parse(response.getBody()) as Record<string, unknown>;
  } catch {
    problem = { title: fault.message };
  }
  const wait = Number(response.getHeader("Retry-After"));
  return new Refused(response.getStatus(), problem, wait > 0 ? wait : null);
}

function piecesOf(bytes: ArrayBuffer) {
  return {
    size: bytes.byteLength,
    slice: async (start: number, end: number) => ({
      value: new Blob([bytes.slice(start, end)]),
      size: Math.min(end, bytes.byteLength) - start,
      done: end >= bytes.byteLength,
    }),
    close: () => undefined,
  };
}

/** tus over the line that everything else takes. */
class FetchStack implements HttpStack {
  readonly #line: Line;

  constructor(line: Line) {
    this.#line = line;
  }

  createRequest(method: string, url: string): HttpRequest {
    return new LineRequest(this.#line, method, url);
  }

  getName(): string {
    return "fetch";
  }
}

class LineRequest implements HttpRequest {
  readonly #line: Line;
  readonly #method: string;
  readonly #url: string;
  readonly #headers: Record<string, string> = {};
  readonly #abort = new AbortController();
  #progress: (sent: number) => void = () => undefined;

  constructor(line: Line, method: string, url: string) {
    this.#line = line;
    this.#method = method;
    this.#url = url;
  }

  getMethod(): string {
    return this.#method;
  }

  getURL(): string {
    return this.#url;
  }

  setHeader(name: string, value: string): void {
    this.#headers[name] = value;
  }

  getHeader(name: string): string | undefined {
    return this.#headers[name];
  }

  setProgressHandler(handler: (sent: number) => void): void {
    this.#progress = handler;
  }

  async send(body?: unknown): Promise<HttpResponse> {
    const content = (body ?? null) as Blob | null;
    const init = { method: this.#method, headers: this.#headers, body: content };
    const { response, text } = await this.#line.raw(this.#url, init, this.#abort.signal);
    if (content) this.#progress(content.size);
    return {
      getStatus: () => response.status,
      getHeader: (name) => response.headers.get(name) ?? undefined,
      getBody: () => text,
      getUnderlyingObject: () => response,
    };
  }

  async abort(): Promise<void> {
    this.#abort.abort();
  }

  getUnderlyingObject(): unknown {
    return this.#abort;
  }
}
