/**
 * A tablet's work as one file, for when there is no network: signed push bodies and, if wanted, the bytes of photos.
 *
 * A team mate's file is believed only where its chain holds and the key that our package names for that tablet signed
 * it. What is taken in is kept apart until the server shows it, and is passed on to the server as it is.
 */
import {
  digestOf,
  fromBase64url,
  headMessage,
  linkOf,
  type Operation,
  sha256OfBytes,
} from "../rules/digest.ts";
import type { Archive } from "../store/archive.ts";
import type { OpRow } from "../store/database.ts";
import { isSigned } from "../store/device.ts";
import type { Files } from "../store/files.ts";
import type { Vault } from "../store/vault.ts";
import { type Author, pushBody } from "./push.ts";

const FORMAT = "td1-exchange/1";
const CHUNK_BYTES = 262_144;
const BATCH = 200;
const BATCH_BYTES = 512 * 1024;

/** Not a file of ours, cut, or signed by nobody we know; `code` says which. */
export class FileRefused extends Error {
  readonly code: "no_exchange_file" | "file_cut" | "device_not_known" | "bad_chain" | "bad_signature";

  constructor(code: FileRefused["code"]) {
    super(code);
    this.code = code;
  }
}

interface PushLine {
  device: string;
  epoch: string;
  prev: string;
  head: string;
  sig: string;
  ops: Operation[];
}

interface FileLine {
  blob: string;
  size: number;
  mime: string;
  inspection: string;
}

export interface TakenIn {
  device: string;
  operations: number;
  fresh: number;
  files: number;
  inspections: Set<string>;
  /** What was wrong with the rest of the file; what came before it, or beside it, was taken. */
  damage: FileRefused["code"] | null;
}

export interface Exporting {
  label: string;
  withFiles: boolean;
  madeAt: Date;
  /** All that was recorded of this inspection from its beginning, not only what the server has not confirmed. */
  inspection?: string;
  /** Team mates' signed batches, word for word. */
  batches?: readonly string[];
}

/** Everything that the server has not confirmed, and one inspection whole if that is asked for, as lines. */
export async function* exportLines(
  parties: Author,
  files: Files,
  options: Exporting,
): AsyncGenerator<string> {
  const { label, withFiles, madeAt, inspection, batches = [] } = options;
  const count = { pushes: 0, operations: 0, files: 0 };
  const opening = { format: FORMAT, device: parties.device.id, label };
  yield line({ ...opening, made_at: madeAt.toISOString() });
  for (const text of batches) {
    yield `${text}\n`;
    count.pushes += 1;
    count.operations += (JSON.parse(text) as PushLine).ops.length;
  }
  const isWanted = (row: OpRow) => row.waiting === 1 || row.inspection === inspection;
  for (const run of await parties.ledger.runs(isWanted, BATCH, BATCH_BYTES)) {
    yield `${await pushBody(parties, run)}\n`;
    count.pushes += 1;
    count.operations += run.length;
  }
  for (const row of withFiles ? await files.toHandOver(inspection) : []) {
    const bytes = await files.bytes(row.sha256);
    if (!bytes) continue;
    const { size, mime } = row;
    yield line({ file: { blob: `sha256:${row.sha256}`, size, mime, inspection: row.inspection } });
    yield* byteLines(bytes);
    count.files += 1;
  }
  yield line({ end: count });
}

function* byteLines(bytes: ArrayBuffer): Generator<string> {
  for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES) {
    yield line({ bytes: base64(new Uint8Array(bytes.slice(start, start + CHUNK_BYTES))) });
  }
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** The lines as one compressed file. */
export async function compressed(lines: AsyncGenerator<string>): Promise<Blob> {
  const encoder = new TextEncoder();
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { value, done } = await lines.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
  const bytes = await new Response(source.pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
  return new Blob([bytes], { type: "application/gzip" });
}

async function* linesOf(file: Blob): AsyncGenerator<string> {
  const reader = file.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  for (;;) {
    const { value, done } = await readOrCut(reader);
    if (done) break;
    const parts = (rest + decoder.decode(value, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
  if (rest !== "") throw new FileRefused("file_cut");
}

async function readOrCut(reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>) {
  try {
    return await reader.read();
  } catch {
    throw new FileRefused("file_cut");
  }
}

export interface Importer {
  archive: Archive;
  files: Files;
  vault: Vault;
  /** The public key that a package names for the device. */
  keyOf(device: string): JsonWebKey | null;
  keepRelay(relay: KeptRelay): Promise<void>;
}

/** A batch as it came, with what it is found by. */
export interface KeptRelay {
  device: string;
  head: string;
  inspections: string[];
  text: string;
}

/**
 * A team mate's work is folded on this tablet from now on, and waits to be passed on. A batch that is not believed, or
 * a cut, takes nothing from the others. Throws FileRefused where nothing could be taken.
 */
export async function takeIn(importer: Importer, file: Blob): Promise<TakenIn> {
  const taken: TakenIn = {
    ...{ device: "", operations: 0, fresh: 0, files: 0 },
    inspections: new Set(),
    damage: null,
  };
  try {
    await takeLines(importer, file, taken);
  } catch (fault) {
    note(taken, fault);
  }
  if (taken.damage && taken.operations + taken.files === 0) throw new FileRefused(taken.damage);
  return taken;
}

/** The first thing that is wrong with a file is what is told of it. */
function note(taken: TakenIn, fault: unknown): void {
  if (!(fault instanceof FileRefused)) throw fault;
  taken.damage ??= fault.code;
}

async function takeLines(importer: Importer, file: Blob, taken: TakenIn): Promise<void> {
  let current: { told: FileLine; parts: Uint8Array<ArrayBuffer>[]; have: number } | null = null;
  let isWhole = false;
  for await (const text of linesOf(file)) {
    const value = parsed(text);
    if (taken.device === "") taken.device = openingDevice(value);
    else if ("ops" in value)
      await takePush(importer, text, value as unknown as PushLine, taken).catch((fault: unknown) =>
        note(taken, fault),
      );
    else if ("file" in value) current = { told: value.file as FileLine, parts: [], have: 0 };
    else if ("bytes" in value && current)
      current = await takeBytes(importer, current, String(value.bytes), taken);
    else if ("end" in value) isWhole = true;
  }
  if (taken.device === "") throw new FileRefused("no_exchange_file");
  if (!isWhole) throw new FileRefused("file_cut");
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new FileRefused("no_exchange_file");
  }
}

function openingDevice(value: Record<string, unknown>): string {
  if (value.format !== FORMAT) throw new FileRefused("no_exchange_file");
  return String(value.device);
}

async function takePush(importer: Importer, text: string, batch: PushLine, taken: TakenIn): Promise<void> {
  const key = importer.keyOf(batch.device);
  if (!key) throw new FileRefused("device_not_known");
  const links: { operation: Operation; hash: string }[] = [];
  let hash = batch.prev;
  for (const operation of batch.ops) {
    hash = await linkOf(batch.device, operation.seq, hash, await digestOf(operation));
    links.push({ operation, hash });
  }
  const last = batch.ops.at(-1);
  if (!last || hash !== batch.head) throw new FileRefused("bad_chain");
  const message = headMessage(batch.device, last.seq, batch.head);
  if (!(await isSigned(key, message, fromBase64url(batch.sig)))) throw new FileRefused("bad_signature");
  taken.fresh += await importer.archive.takeProvisional(batch.device, links);
  taken.operations += links.length;
  const inspections = [...new Set(links.map(({ operation }) => operation.inspection))];
  for (const inspection of inspections) taken.inspections.add(inspection);
  await importer.keepRelay({ device: batch.device, head: batch.head, inspections, text });
}

async function takeBytes(
  importer: Importer,
  current: { told: FileLine; parts: Uint8Array<ArrayBuffer>[]; have: number },
  text: string,
  taken: TakenIn,
) {
  const part = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  current.parts.push(part);
  current.have += part.length;
  if (current.have < current.told.size) return current;
  const bytes = await new Blob(current.parts).arrayBuffer();
  const sha256 = current.told.blob.replace("sha256:", "");
  // Where something was not believed, photos come only with work that was.
  if (taken.damage && !taken.inspections.has(current.told.inspection)) return null;
  // A damaged photo is left out; its operation says that it is missing.
  if ((await sha256OfBytes(bytes)) === sha256) {
    const { mime, inspection } = current.told;
    const row = {
      sha256,
      inspection,
      mime,
      size: bytes.byteLength,
      waiting: 1,
      uploadUrl: null,
      reason: null,
    } as const;
    await importer.files.keep({ ...row, at: Date.now() }, bytes);
    taken.files += 1;
  }
  return null;
}
