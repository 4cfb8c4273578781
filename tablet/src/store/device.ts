/** This tablet's own identity: a key that no script can read, and the chain that it signs. */
import { base64url, genesisOf, thumbprintOf } from "../rules/digest.ts";
import type { Database } from "./database.ts";
import { newId } from "./ids.ts";

const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNING = { name: "ECDSA", hash: "SHA-256" } as const;

export interface Device {
  id: string;
  jwk: JsonWebKey;
  thumbprint: string;
  sign(message: string): Promise<string>;
}

/** An identity that is nowhere kept yet. */
export interface NewDevice {
  device: Device;
  pair: CryptoKeyPair;
}

export async function newDevice(): Promise<NewDevice> {
  const pair = await crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
  return { device: await deviceFrom(newId(), pair), pair };
}

/** The tablet's identity, made on first use. */
export async function deviceOf(db: Database): Promise<Device> {
  const id = await db.fact<string>("device");
  const kept = await db.keys.get("device");
  if (id && kept) return deviceFrom(id, kept.pair);
  const { device, pair } = await newDevice();
  const hash = await genesisOf(device.id, device.thumbprint);
  await db.transaction("rw", db.keys, db.facts, async () => {
    await db.keys.put({ name: "device", pair });
    await db.setFacts({ device: device.id, chain: { seq: 0, hash } });
  });
  return device;
}

async function deviceFrom(id: string, pair: CryptoKeyPair): Promise<Device> {
  const { crv, kty, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const jwk = { crv, kty, x, y } as JsonWebKey;
  const sign = async (message: string) =>
    base64url(await crypto.subtle.sign(SIGNING, pair.privateKey, new TextEncoder().encode(message)));
  return { id, jwk, thumbprint: await thumbprintOf(jwk), sign };
}

/** Whether the key of the JWK signed the message. */
export async function isSigned(
  jwk: JsonWebKey,
  message: string,
  signature: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const { crv, kty, x, y } = jwk;
  const key = await crypto.subtle.importKey("jwk", { crv, kty, x, y } as JsonWebKey, CURVE, false, [
    "verify",
  ]);
  return crypto.subtle.verify(SIGNING, key, signature, new TextEncoder().encode(message));
}
