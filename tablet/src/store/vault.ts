/**
 * Seals what people wrote under one key of this tablet, which each inspector's PIN opens.
 *
 * The key cannot be read by a script while it is in use, and it is forgotten when the tablet is locked. A PIN of six
 * digits slows down whoever found a tablet; it does not stop whoever can take the flash apart and has time.
 */
/** Rounds of PBKDF2 for a new PIN. Source: OWASP Password Storage Cheat Sheet (2023), PBKDF2-HMAC-SHA256. */
export const PIN_COST = 600_000;
const IV_BYTES = 12;
const SALT_BYTES = 16;
const HALF_BYTES = 32;
const ALGORITHM = { name: "AES-GCM", length: 256 } as const;

export interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  data: ArrayBuffer;
}

/** The store's key, wrapped under what a PIN derives to. */
export interface Wrapped {
  /** Rounds of PBKDF2; kept with each PIN, so that new ones can cost more. */
  cost: number;
  salt: Uint8Array<ArrayBuffer>;
  iv: Uint8Array<ArrayBuffer>;
  wrapped: ArrayBuffer;
}

/** The store's key, wrapped under what the server's half and this one derive to together. */
export interface Spare {
  half: Uint8Array<ArrayBuffer>;
  iv: Uint8Array<ArrayBuffer>;
  wrapped: ArrayBuffer;
}

/** The server's half for a person on this tablet; it is never stored here. */
export interface ServerHalf {
  person: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** The halves do not belong together. */
export class WrongHalf extends Error {}

/** The PIN does not open this. */
export class WrongPin extends Error {}

/** What was sealed cannot be opened: it was changed, or stands in another's place. */
export class BrokenSeal extends Error {
  readonly code = "seal_broken";
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function randomBytes(count: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(count));
}

async function derived(pin: string, salt: Uint8Array<ArrayBuffer>, cost: number): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", encoder.encode(pin), "PBKDF2", false, ["deriveKey"]);
  const rule = { name: "PBKDF2", hash: "SHA-256", salt, iterations: cost };
  return crypto.subtle.deriveKey(rule, material, ALGORITHM, false, ["wrapKey", "unwrapKey"]);
}

/** A new store key under the first person's PIN. */
export async function firstWrap(pin: string, cost = PIN_COST): Promise<Wrapped> {
  const key = await crypto.subtle.generateKey(ALGORITHM, true, ["encrypt", "decrypt"]);
  return wrap(key, pin, cost);
}

/** The same store key under another PIN; the old one proves that whoever asks may open it. */
export async function wrapAgain(
  old: Wrapped,
  oldPin: string,
  newPin: string,
  cost = PIN_COST,
): Promise<Wrapped> {
  return wrap(await unwrap(old, oldPin, true), newPin, cost);
}

/** What opens the store together with the server's half; the PIN proves that whoever asks may open it. */
export async function spareOf(kept: Wrapped, pin: string, server: ServerHalf): Promise<Spare> {
  const key = await unwrap(kept, pin, true);
  const [half, iv] = [randomBytes(HALF_BYTES), randomBytes(IV_BYTES)];
  const rule = { name: "AES-GCM", iv };
  return { half, iv, wrapped: await crypto.subtle.wrapKey("raw", key, await joined(half, server), rule) };
}

/** The same store key under a new PIN, by the two halves. Throws WrongHalf. */
export async function wrapBySpare(
  spare: Spare,
  server: ServerHalf,
  newPin: string,
  cost = PIN_COST,
): Promise<Wrapped> {
  const [opener, rule] = [await joined(spare.half, server), { name: "AES-GCM", iv: spare.iv }];
  const uses: KeyUsage[] = ["encrypt", "decrypt"];
  const key = await crypto.subtle
    .unwrapKey("raw", spare.wrapped, opener, rule, ALGORITHM, true, uses)
    .catch(() => {
      throw new WrongHalf();
    });
  return wrap(key, newPin, cost);
}

/** Source: RFC 5869 (HKDF). Both halves are random, so nothing needs to be slow. */
async function joined(half: Uint8Array<ArrayBuffer>, { person, bytes }: ServerHalf): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey"]);
  const info = encoder.encode(`td1-recovery\n${person}`);
  const rule = { name: "HKDF", hash: "SHA-256", salt: half, info };
  return crypto.subtle.deriveKey(rule, material, ALGORITHM, false, ["wrapKey", "unwrapKey"]);
}

async function wrap(key: CryptoKey, pin: string, cost: number): Promise<Wrapped> {
  const [salt, iv] = [randomBytes(SALT_BYTES), randomBytes(IV_BYTES)];
  const wrapped = await crypto.subtle.wrapKey("raw", key, await derived(pin, salt, cost), {
    name: "AES-GCM",
    iv,
  });
  return { cost, salt, iv, wrapped };
}

async function unwrap(kept: Wrapped, pin: string, extractable: boolean): Promise<CryptoKey> {
  const rule = { name: "AES-GCM", iv: kept.iv };
  const opener = await derived(pin, kept.salt, kept.cost);
  try {
    const uses: KeyUsage[] = ["encrypt", "decrypt"];
    return await crypto.subtle.unwrapKey("raw", kept.wrapped, opener, rule, ALGORITHM, extractable, uses);
  } catch {
    throw new WrongPin();
  }
}

/** Seals and opens with a key that nothing can read out of it. */
export class Vault {
  readonly #key: CryptoKey;

  private constructor(key: CryptoKey) {
    this.#key = key;
  }

  /** Throws WrongPin. */
  static async open(kept: Wrapped, pin: string): Promise<Vault> {
    return new Vault(await unwrap(kept, pin, false));
  }

  /** `place` is bound into the seal, so that a sealed value cannot be moved elsewhere unnoticed. */
  async seal(place: string, text: string): Promise<Sealed> {
    return this.sealBytes(place, encoder.encode(text));
  }

  async sealBytes(place: string, bytes: BufferSource): Promise<Sealed> {
    const iv = randomBytes(IV_BYTES);
    const rule = { name: "AES-GCM", iv, additionalData: encoder.encode(place) };
    return { iv, data: await crypto.subtle.encrypt(rule, this.#key, bytes) };
  }

  async open(place: string, sealed: Sealed): Promise<string> {
    return decoder.decode(await this.openBytes(place, sealed));
  }

  /** Throws BrokenSeal. */
  async openBytes(place: string, sealed: Sealed): Promise<ArrayBuffer> {
    const rule = { name: "AES-GCM", iv: sealed.iv, additionalData: encoder.encode(place) };
    try {
      return await crypto.subtle.decrypt(rule, this.#key, sealed.data);
    } catch {
      throw new BrokenSeal(place);
    }
  }
}
