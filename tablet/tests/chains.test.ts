/** Digest, device chain and log chain give what the shared vectors say. */
import { expect, test } from "vitest";
import * as digest from "../src/rules/digest.ts";
import { vectors } from "./vectors.ts";

test("an operation's digest", async () => {
  const { cases } = vectors<{ cases: { operation: digest.Operation; digest: string }[] }>("digest");
  expect(cases.length).toBeGreaterThan(2);
  for (const one of cases) expect(await digest.digestOf(one.operation)).toBe(one.digest);
});

test("a device's chain, from its key to the text that it signs", async () => {
  const told = vectors<{
    device: string;
    jwk: JsonWebKey;
    thumbprint: string;
    genesis: string;
    operations: digest.Operation[];
    hashes: string[];
    head_message: string;
  }>("chain");
  expect(await digest.thumbprintOf(told.jwk)).toBe(told.thumbprint);
  let hash = await digest.genesisOf(told.device, told.thumbprint);
  expect(hash).toBe(told.genesis);
  const hashes: string[] = [];
  for (const operation of told.operations) {
    hash = await digest.linkOf(told.device, operation.seq, hash, await digest.digestOf(operation));
    hashes.push(hash);
  }
  expect(hashes).toEqual(told.hashes);
  const last = told.operations.at(-1)?.seq ?? 0;
  expect(digest.headMessage(told.device, last, hash)).toBe(told.head_message);
});

test("the chain of a log, which binds the server to its effects", async () => {
  const told = vectors<{
    inspection: string;
    genesis: string;
    entries: { pos: number; hash: string; effect: string; code: string | null }[];
    roots: string[];
  }>("log_chain");
  let root = await digest.logGenesisOf(told.inspection);
  expect(root).toBe(told.genesis);
  const roots: string[] = [];
  for (const entry of told.entries) {
    root = await digest.logLinkOf(root, entry);
    roots.push(root);
  }
  expect(roots).toEqual(told.roots);
});

test("texts are sorted by code point, not by UTF-16 unit", () => {
  const beyond = String.fromCodePoint(0x1f600);
  expect([beyond, "\uffee", "b", "ba"].sort(digest.byCodePoint)).toEqual(["b", "ba", "\uffee", beyond]);
});

test("base64url goes there and back", () => {
  const bytes = Uint8Array.from([0, 255, 62, 63, 250, 251]);
  expect(digest.fromBase64url(digest.base64url(bytes))).toEqual(bytes);
  expect(digest.base64url(bytes)).not.toMatch(/[+/=]/);
});
