/**
 * Hash chains of devices and inspections, exactly as the protocol writes them; it signs and stores nothing.
 * All hashes are lower-case hexadecimal of SHA-256 over UTF-8.
 */

/** One operation as it travels; `body` is a JSON text, so that the bytes hashed are the bytes sent. */
export interface Operation {
  op_id: string;
  seq: number;
  type: string;
  inspection: string;
  entity: string;
  parents: string[];
  checklist: string;
  actor: string;
  hlc: string;
  wall: string;
  clk: string;
  body: string | null;
  body_sha256?: string | null;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const encoder = new TextEncoder();

/** The bytes in lower-case hexadecimal. */
export function hexOf(bytes: ArrayBuffer | Uint8Array): string {
  let text = "";
  for (const byte of new Uint8Array(bytes)) text += HEX[byte];
  return text;
}

/** SHA-256 of the text's UTF-8 bytes. */
export async function sha256(text: string): Promise<string> {
  return hexOf(await crypto.subtle.digest("SHA-256", encoder.encode(text)));
}

/** SHA-256 of the bytes. */
export async function sha256OfBytes(bytes: BufferSource): Promise<string> {
  return hexOf(await crypto.subtle.digest("SHA-256", bytes));
}

/** What the operation is, wherever it stands: everything but its device and number. */
export async function digestOf(operation: Operation): Promise<string> {
  const bodyHash = operation.body === null ? (operation.body_sha256 ?? "") : await sha256(operation.body);
  return sha256(
    [
      "td1-op",
      operation.op_id,
      operation.type,
      operation.inspection,
      operation.entity,
      [...operation.parents].sort(byCodePoint).join(","),
      operation.checklist,
      operation.actor,
      operation.hlc,
      operation.wall,
      operation.clk,
      bodyHash,
    ].join("\n"),
  );
}

/** The public key's name derived from itself, base64url. Source: RFC 7638 §3. */
export async function thumbprintOf(jwk: JsonWebKey): Promise<string> {
  const canonical = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y });
  return base64url(await crypto.subtle.digest("SHA-256", encoder.encode(canonical)));
}

/** The hash before a device's first operation; it binds the chain to the device's key. */
export function genesisOf(device: string, thumbprint: string): Promise<string> {
  return sha256(`td1-genesis\n${device}\n${thumbprint}`);
}

/** The hash after operation `seq` of the device. */
export function linkOf(device: string, seq: number, prev: string, digest: string): Promise<string> {
  return sha256(`td1\n${device}\n${seq}\n${prev}\n${digest}`);
}

/** The root of an inspection's log before its first entry. */
export function logGenesisOf(inspection: string): Promise<string> {
  return sha256(`td1-log-genesis\n${inspection}`);
}

/** The root after the entry at `pos`; it binds the server to the effect it announced. */
export function logLinkOf(
  prev: string,
  entry: { pos: number; hash: string; effect: string; code: string | null },
): Promise<string> {
  return sha256(`td1-log\n${prev}\n${entry.pos}\n${entry.hash}\n${entry.effect}\n${entry.code ?? ""}`);
}

/** What a device signs for a batch: its chain up to here. */
export function headMessage(device: string, seq: number, hash: string): string {
  return `td1-head\n${device}\n${seq}\n${hash}`;
}

/** Bytes in base64url without padding. */
export function base64url(bytes: ArrayBuffer | Uint8Array): string {
  let binary = "";
  for (const byte of new Uint8Array(bytes)) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The bytes that the base64url text stands for. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** Order by code point, as every other implementation sorts; JavaScript alone would sort by UTF-16 unit. */
export function byCodePoint(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let place = 0; place < shorter; place += 1) {
    const [left, right] = [a.charCodeAt(place), b.charCodeAt(place)];
    if (left !== right) return rankOf(left) - rankOf(right);
  }
  return a.length - b.length;
}

/** A surrogate is half of a code point that lies behind all those of one unit. */
function rankOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
