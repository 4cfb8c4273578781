// Reads exchange.json from the README's text alone, with WebCrypto: chains, signatures, the photo's bytes, the counts.
import { readFileSync } from "node:fs";

const vector = JSON.parse(readFileSync(new URL("exchange.json", import.meta.url), "utf8"));
const bytes = (text) => new TextEncoder().encode(text);
const hex = (buffer) => Buffer.from(buffer).toString("hex");
const sha = async (data) => hex(await crypto.subtle.digest("SHA-256", typeof data === "string" ? bytes(data) : data));
const fail = (what) => { console.error(what); process.exit(1); };
const P256 = { name: "ECDSA", namedCurve: "P-256" };
const key = await crypto.subtle.importKey("jwk", vector.jwk, P256, true, ["verify"]);
const { crv, kty, x, y } = vector.jwk;
const thumbprint = Buffer.from(await sha(JSON.stringify({ crv, kty, x, y })), "hex").toString("base64url");

const [opening, ...rest] = vector.lines.map((line) => [line, JSON.parse(line)]);
if (opening[1].format !== "td1-exchange/1") fail("format");
let hash = await sha(`td1-genesis\n${opening[1].device}\n${thumbprint}`);
const counted = { pushes: 0, operations: 0, files: 0 };
let open = null;
for (const [line, value] of rest) {
  if (line.startsWith('{"file":')) {
    open = { ...value.file, parts: [] };
    counted.files += 1;
  } else if (line.startsWith('{"bytes":')) {
    open.parts.push(Buffer.from(value.bytes, "base64"));
    const whole = Buffer.concat(open.parts);
    if (whole.length === open.size && `sha256:${await sha(whole)}` !== open.blob) fail("photo");
    if (whole.length > open.size) fail("size");
  } else if (line.startsWith('{"end":')) {
    if (JSON.stringify(value.end) !== JSON.stringify(counted)) fail("end");
  } else {
    if (value.prev !== hash) fail("prev");
    for (const op of value.ops) {
      const digest = await sha(["td1-op", op.op_id, op.type, op.inspection, op.entity, [...op.parents].sort().join(","),
        op.checklist, op.actor, op.hlc, op.wall, op.clk, await sha(op.body)].join("\n"));
      hash = await sha(`td1\n${value.device}\n${op.seq}\n${hash}\n${digest}`);
    }
    const message = bytes(`td1-head\n${value.device}\n${value.ops.at(-1).seq}\n${hash}`);
    const signature = Buffer.from(value.sig, "base64url");
    const is = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, message);
    if (hash !== value.head || !is) fail("head");
    counted.pushes += 1;
    counted.operations += value.ops.length;
  }
}
console.log("exchange.json agrees");
