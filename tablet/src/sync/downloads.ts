/** Large files on their way to the tablet, piece by piece: whatever breaks, what has come need not come again. */
import { sha256OfBytes } from "../rules/digest.ts";
import type { Files } from "../store/files.ts";
import { type Line, Lost } from "./line.ts";

const PIECE_BYTES = 512 * 1024;
const TRIES = 3;

export interface Wanted {
  sha256: string;
  inspection: string;
}

export interface Fetched {
  bytes: ArrayBuffer;
  mime: string;
}

interface Piece extends Fetched {
  /** Of the whole file. */
  size: number;
}

/**
 * The file whose hash was given, from where an earlier attempt stopped, even one before a restart.
 * Throws Lost, Refused, StorageFull; what has come by then stays.
 */
export async function fetchInPieces(line: Line, files: Files, wanted: Wanted): Promise<Fetched> {
  const { sha256 } = wanted;
  const begun = await files.begun(sha256);
  const parts = begun?.parts ?? [];
  let [mime, size, have] = [begun?.mime ?? "", begun?.size ?? null, lengthOf(parts)];
  while (size === null || have < size) {
    const piece = await tried(() => fetchPiece(line, sha256, have, size));
    [mime, size] = [piece.mime, piece.size];
    const { bytes } = piece;
    if (size > PIECE_BYTES) await files.keepPiece({ ...wanted, start: have, size, mime }, bytes);
    parts.push(bytes);
    have += bytes.byteLength;
  }
  const bytes = await new Blob(parts).arrayBuffer();
  if ((await sha256OfBytes(bytes)) === sha256) return { bytes, mime };
  await files.forgetPieces(sha256);
  throw new Lost(`${sha256}: other bytes came`);
}

async function fetchPiece(line: Line, sha256: string, start: number, size: number | null): Promise<Piece> {
  const end = Math.min(start + PIECE_BYTES, size ?? Infinity);
  const headers = { Range: `bytes=${start}-${end - 1}` };
  const answer = await line.send(`/sync/v1/blobs/sha256:${sha256}`, { headers });
  const bytes = await answer.bytes();
  const mime = answer.headers.get("Content-Type") ?? "application/octet-stream";
  // Something between that knows no ranges gives all of it.
  if (answer.status !== 206 && start === 0) return { bytes, mime, size: bytes.byteLength };
  const told = /^bytes (\d+)-(\d+)\/(\d+)$/
    .exec(answer.headers.get("Content-Range") ?? "")
    ?.slice(1)
    .map(Number);
  const [first, last, whole] = told ?? [];
  const isAsked = bytes.byteLength > 0 && first === start && last === start + bytes.byteLength - 1;
  if (!isAsked || whole === undefined || (size !== null && whole !== size)) {
    throw new Lost(`${sha256}: another piece came than was asked for`);
  }
  return { bytes, mime, size: whole };
}

function lengthOf(parts: readonly ArrayBuffer[]): number {
  return parts.reduce((sum, part) => sum + part.byteLength, 0);
}

async function tried<T>(work: () => Promise<T>, left = TRIES): Promise<T> {
  try {
    return await work();
  } catch (fault) {
    if (!(fault instanceof Lost) || left === 1) throw fault;
    return tried(work, left - 1);
  }
}
