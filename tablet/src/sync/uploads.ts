/**
 * Photos go to the server in pieces, small files first; after a cut they go on where the server's copy ends.
 *
 * What the server has is not sent again, and no file is marked as sent before the server has its whole hash.
 */
import type { HttpRequest, HttpResponse, HttpStack } from "tus-js-client";
import type { BlobRow } from "../store/database.ts";
import type { Files } from "../store/files.ts";
import { type Line, Lost, Refused } from "./line.ts";

const CHUNK_BYTES = 512 * 1024;
/** Below this one request is cheaper than a resumable upload. */
const AT_ONCE_BYTES = 128 * 1024;

export type Progress = (sha256: string, sent: number, size: number) => void;

/** Files that are waiting have been offered to the server. Throws Lost; what is refused waits with its reason. */
export async function sendFiles(files: Files, line: Line, told: Progress): Promise<void> {
  const waiting = await files.waiting();
  for (const inspection of new Set(waiting.map((row) => row.inspection))) {
    const own = waiting.filter((row) => row.inspection === inspection);
    const missing = new Set(await missingOf(line, inspection, own));
    for (const row of own) {
      if (missing.has(`sha256:${row.sha256}`)) await sendOne(files, line, row, told);
      else await files.isOnServer(row.sha256);
    }
  }
}

async function missingOf(line: Line, inspection: string, rows: readonly BlobRow[]): Promise<string[]> {
  const body = JSON.stringify({
    inspection,
    hashes: rows.slice(0, 1000).map((row) => `sha256:${row.sha256}`),
  });
  return (await line.json<{ missing: string[] }>("/sync/v1/blobs/missing", { body })).missing;
}

async function sendOne(files: Files, line: Line, row: BlobRow, told: Progress): Promise<void> {
  const bytes = await files.bytes(row.sha256);
  if (!bytes) return;
  try {
    if (row.size <= AT_ONCE_BYTES) await sendAtOnce(line, row, bytes);
    else await sendInPieces(files, line, row, bytes, told);
    await files.isOnServer(row.sha256);
  } catch (fault) {
    // A refusal of one file stops no other; a broken line, a used-up token or a full server stops them all.
    if (!(fault instanceof Refused) || STOPPING.has(fault.status)) throw fault;
    await files.remember(row.sha256, { uploadUrl: null, reason: fault.code });
  }
}

const STOPPING = new Set([401, 403, 426, 429, 503, 507]);

async function sendAtOnce(line: Line, row: BlobRow, body: ArrayBuffer): Promise<void> {
  const path = `/sync/v1/blobs/sha256:${row.sha256}?inspection=${row.inspection}`;
  await line.send(path, { method: "PUT", body, kind: row.mime });
}

async function sendInPieces(
  files: Files,
  line: Line,
  row: BlobRow,
  bytes: ArrayBuffer,
  told: Progress,
): Promise<void> {
  // Loaded when the first photo travels: no screen waits for it.
  const { Upload } = await import("tus-js-client");
  await new Promise<void>((resolve, reject) => {
    const upload = new Upload(bytes as unknown as Blob, {
      endpoint: `${line.origin}/sync/v1/blobs/`,
      uploadUrl: row.uploadUrl,
      uploadSize: row.size,
      chunkSize: CHUNK_BYTES,
      retryDelays: null,
      storeFingerprintForResuming: false,
      metadata: { sha256: row.sha256, inspection: row.inspection, filetype: row.mime },
      headers: { Authorization: `Bearer ${line.bearer ?? ""}` },
      httpStack: new FetchStack(),
      fileReader: { openFile: async (input) => piecesOf(input as unknown as ArrayBuffer) },
      onUploadUrlAvailable: () => void files.remember(row.sha256, { uploadUrl: upload.url, reason: null }),
      onProgress: (sent) => told(row.sha256, sent, row.size),
      onChunkComplete: (_size, sent) => told(row.sha256, sent, row.size),
      onSuccess: () => resolve(),
      onError: (fault) => reject(asOurs(fault)),
    });
    upload.start();
  });
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

/** tus over fetch, which the page and its tests share. */
class FetchStack implements HttpStack {
  createRequest(method: string, url: string): HttpRequest {
    return new FetchRequest(method, url);
  }

  getName(): string {
    return "fetch";
  }
}

class FetchRequest implements HttpRequest {
  readonly #method: string;
  readonly #url: string;
  readonly #headers: Record<string, string> = {};
  readonly #abort = new AbortController();
  #progress: (sent: number) => void = () => undefined;

  constructor(method: string, url: string) {
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
    const response = await fetch(this.#url, {
      method: this.#method,
      headers: this.#headers,
      body: content,
      credentials: "omit",
      cache: "no-store",
      signal: this.#abort.signal,
    });
    const text = await response.text();
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
