// Verifies an exported log with WebCrypto and nothing of ours: node verify_log.mjs FILE. Exits 1 at the first fault.
// It trusts the server's keys that the file names; their thumbprints are printed, to be compared with /sync/v1/info.
import { readFileSync } from "node:fs";

const utf8 = new TextEncoder();
const sha = async (text) => Buffer.from(await crypto.subtle.digest("SHA-256", utf8.encode(text))).toString("hex");
const h = (...lines) => sha(lines.join("\n"));
const fail = (what) => { console.log(`WRONG ${what}`); process.exit(1); };
const P256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const importKey = (jwk) => crypto.subtle.importKey("jwk", jwk, P256, true, ["verify"]);
const isSigned = async (jwk, text, sig) =>
  crypto.subtle.verify(P256, await importKey(jwk), Buffer.from(sig, "base64url"), utf8.encode(text));
const thumbprint = async ({ crv, kty, x, y }) =>
  Buffer.from(await sha(JSON.stringify({ crv, kty, x, y })), "hex").toString("base64url");
const digestOf = async (op) => h("td1-op", op.op_id, op.type, op.inspection, op.entity, [...op.parents].sort().join(","),
  op.checklist, op.actor, op.hlc, op.wall, op.clk, op.body === null ? op.body_sha256 : await sha(op.body));

const packed = new Blob([readFileSync(process.argv[2])]).stream().pipeThrough(new DecompressionStream("gzip"));
const text = await new Response(packed).text().catch(() => fail("the file is cut"));
const [opening, ...lines] = text.trimEnd().split("\n").map((line) => JSON.parse(line));
const keys = Object.fromEntries(opening.server_keys.map((key) => [key.kid, key.jwk]));
const devices = {};
let pos = 0, root = await h("td1-log-genesis", opening.inspection), end = null;
for (const { device, entry, links, signature, receipt, end: last } of lines) {
  if (device) devices[device.id] = { ...device, digests: {}, hashes: {}, signatures: {}, receipts: {} };
  else if (links) for (const [seq, digest] of links.links) devices[links.device].digests[seq] = digest;
  else if (signature) devices[signature.device].signatures[signature.seq] = signature;
  else if (receipt) devices[receipt.device].receipts[receipt.seq] = receipt;
  else if (last) end = last;
  else {
    const from = devices[entry.device], { seq, inspection } = entry.op;
    if (entry.pos !== ++pos) fail(`position ${pos}: missing or moved`);
    if (inspection !== opening.inspection || seq in from.digests) fail(`position ${pos}: does not belong here`);
    [from.digests[seq], from.hashes[seq]] = [await digestOf(entry.op), entry.hash];
    root = await h("td1-log", root, pos, entry.hash, entry.effect, entry.code ?? "");
  }
}
if (end?.entries !== pos || opening.head_pos !== pos) fail("entries are missing at the end");
if (opening.root !== root) fail("the root");
const told = `td1-root\n${opening.inspection}\n${pos}\n${root}\n${opening.made_at}`;
if (!(await isSigned(keys[opening.kid], told, opening.sig))) fail("the server did not sign the root");
for (const d of Object.values(devices)) {
  const server = d.kind === "server";
  if (server && !opening.server_keys.some(({ jwk }) => jwk.x === d.jwk.x && jwk.y === d.jwk.y)) fail(`${d.id}: key`);
  let hash = await h("td1-genesis", d.id, await thumbprint(d.jwk)), signed = 0, receipted = 0;
  for (let seq = 1; seq <= d.seq; seq++) {
    const at = `device ${d.id}, operation ${seq}`;
    if (!(seq in d.digests)) fail(`${at}: missing`);
    hash = await h("td1", d.id, seq, hash, d.digests[seq]);
    if ((d.hashes[seq] ?? hash) !== hash) fail(`${at}: not what was signed`);
    const s = d.signatures[seq], r = d.receipts[seq];
    if (s) {
      let head = hash, n = seq;
      for (const digest of s.beyond ?? []) head = await h("td1", d.id, ++n, head, digest);
      if (s.head !== head || !(await isSigned(d.jwk, `td1-head\n${d.id}\n${n}\n${head}`, s.sig))) fail(`${at}: signature`);
      signed = seq;
    }
    if (r) {
      const [tag, print, , device, number, head] = r.body.split("\n");
      const ours = keys[r.kid] && print === (await thumbprint(keys[r.kid])) && (await isSigned(keys[r.kid], r.body, r.sig));
      if (!ours || tag !== "td1-receipt" || device !== d.id || number !== `${seq}` || head !== hash) fail(`${at}: receipt`);
      receipted = seq;
    }
  }
  if ((!server && signed < d.seq) || receipted < d.seq) fail(`device ${d.id}: its end is not signed for`);
}
for (const jwk of Object.values(keys)) console.log(`server key ${await thumbprint(jwk)}`);
console.log(`RIGHT ${pos} entries, ${Object.keys(devices).length} devices`);
