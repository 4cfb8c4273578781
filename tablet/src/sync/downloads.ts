/** Large files on their way to the tablet, piece by piece: a broken line costs one piece, not the whole. */
import { type Line, Lost } from "./line.ts";

const PIECE_BYTES = 512 * 1024;
const TRIES = 3;

export interface Wanted {
  sha256: string;
  size: number;
}

/** The bytes as the server gave them; whoever asked for them compares the hash. Throws Lost, Refused. */
export async function fetchInPieces(line: Line, { sha256, size }: Wanted): Promise<ArrayBuffer> {
  const whole = new Uint8Array(size);
  for (let start = 0; start < size; start += PIECE_BYTES) {
    const end = Math.min(start + PIECE_BYTES, size);
    const piece = await tried(() => fetchPiece(line, sha256, start, end));
    if (piece.byteLength !== end - start) throw new Lost(`${sha256}: a piece of another length came`);
    whole.set(new Uint8Array(piece), start);
  }
  return whole.buffer;
}

async function fetchPiece(line: Line, sha256: string, start: number, end: number): Promise<ArrayBuffer> {
  const headers = { Range: `bytes=${start}-${end - 1}` };
  return (await line.send(`/sync/v1/blobs/sha256:${sha256}`, { headers })).bytes();
}

async function tried<T>(work: () => Promise<T>, left = TRIES): Promise<T> {
  try {
    return await work();
  } catch (fault) {
    if (!(fault instanceof Lost) || left === 1) throw fault;
    return tried(work, left - 1);
  }
}
