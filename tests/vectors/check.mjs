// Computes the vectors of the log a second time, from the protocol's text alone, with nothing of the Python code.
// Prints one line for each file; exits 1 at the first value that differs.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";

const here = new URL(".", import.meta.url);
const read = (name) => JSON.parse(readFileSync(new URL(name, here), "utf8"));
const sha = (text) => createHash("sha256").update(text, "utf8").digest("hex");
const same = (what, actual, expected) => {
  if (!isDeepStrictEqual(actual, expected)) {
    console.error(`${what}\n  computed ${JSON.stringify(actual)}\n  expected ${JSON.stringify(expected)}`);
    process.exit(1);
  }
};
const byCodePoint = (a, b) => Buffer.compare(Buffer.from(a, "utf8"), Buffer.from(b, "utf8"));

const digestOf = (op) =>
  sha(
    ["td1-op", op.op_id, op.type, op.inspection, op.entity, [...op.parents].sort().join(","), op.checklist,
      op.actor, op.hlc, op.wall, op.clk, op.body === null ? op.body_sha256 : sha(op.body)].join("\n"),
  );

// --- digest, device chain, log chain
for (const [n, c] of read("digest.json").cases.entries()) same(`digest ${n}`, digestOf(c.operation), c.digest);
console.log("digest.json agrees");

{
  const v = read("chain.json");
  const { crv, kty, x, y } = v.jwk;
  const canonical = JSON.stringify({ crv, kty, x, y });
  same("thumbprint", createHash("sha256").update(canonical).digest("base64url"), v.thumbprint);
  let hash = sha(`td1-genesis\n${v.device}\n${v.thumbprint}`);
  same("genesis", hash, v.genesis);
  for (const [n, op] of v.operations.entries()) {
    hash = sha(`td1\n${v.device}\n${op.seq}\n${hash}\n${digestOf(op)}`);
    same(`hash ${n}`, hash, v.hashes[n]);
  }
  same("head", `td1-head\n${v.device}\n${v.operations.at(-1).seq}\n${hash}`, v.head_message);
  console.log("chain.json agrees");
}
{
  const v = read("log_chain.json");
  let root = sha(`td1-log-genesis\n${v.inspection}`);
  same("log genesis", root, v.genesis);
  for (const [n, e] of v.entries.entries()) {
    root = sha(`td1-log\n${root}\n${e.pos}\n${e.hash}\n${e.effect}\n${e.code ?? ""}`);
    same(`root ${n}`, root, v.roots[n]);
  }
  console.log("log_chain.json agrees");
}

// --- fold
const ONE = new Set(["answer", "row", "photo", "file", "note", "signature", "remark"]);
const SETS = { announcement: 1, participant: 1, inspection: 1, finding: 1, explanation: 1, assignment: 1 };
const RECORD = new Set(["inspection", "announcement", "participant", "answer", "row", "finding", "explanation",
  "photo", "file"]);
const kindOf = (entity) => entity.split("/")[0];
const present = (object) => Object.fromEntries(Object.entries(object).filter(([, v]) => v !== null));

function writesOf(type, text) {
  const [kind, verb] = type.split(".");
  let body;
  try { body = JSON.parse(text); } catch { return {}; }
  if (verb === "retract") return { retract: true };
  const members = Object.fromEntries(
    Object.entries(body).filter(([k]) => !["reason", "salt", "reissues", "retract"].includes(k)));
  if (type === "quarantine.adopt") return writesOf(body.type, body.body);
  if (kind === "remark") {
    if (verb === "add") return { remark: present(members), state: "open" };
    return { state: { answer: "answered", accept: "accepted" }[verb] };
  }
  if (kind === "photo" || kind === "file") {
    const moved = {}, fixed = {};
    for (const [k, v] of Object.entries(members)) (k === "item" || k === "caption" ? moved : fixed)[k] = v;
    return verb === "add" ? { ...moved, [kind]: present(fixed) } : moved;
  }
  if (ONE.has(kind)) return { [kind]: present(members) };
  return kind in SETS && (verb === "set" || verb === "resolve") ? members : {};
}
const sorted = (value) =>
  Array.isArray(value) ? value.map(sorted)
    : value && typeof value === "object"
      ? Object.fromEntries(Object.keys(value).sort().map((k) => [k, sorted(value[k])]))
      : value;
const distinct = (values) => new Set(values.map((v) => JSON.stringify(sorted(v)))).size;
const counts = (e) => e.effect !== "quarantined";

function excludedWithDescendants(named, entries) {
  const pool = entries.filter((e) => counts(e) && RECORD.has(kindOf(e.operation.entity)) &&
    Object.keys(writesOf(e.operation.type, e.operation.body)).length > 0);
  const entityOf = new Map(pool.map((e) => [e.operation.op_id, e.operation.entity]));
  const out = new Set(named.filter((id) => entityOf.has(id)));
  for (let grew = true; grew; ) {
    grew = false;
    for (const { operation: o } of pool) {
      const builds = o.parents.some((p) => out.has(p) && entityOf.get(p) === o.entity);
      if (builds && !out.has(o.op_id)) { out.add(o.op_id); grew = true; }
    }
  }
  return out;
}
function leftOut(entries, exclude) {
  const byId = new Map(entries.map((e) => [e.operation.op_id, e]));
  const freezes = [];
  for (const e of entries) {
    if (!counts(e) || e.pos === null) continue;
    const body = e.operation.body === null ? {} : JSON.parse(e.operation.body);
    if (e.operation.type === "inspection.signoff") freezes.push([e.pos, body.exclude ?? []]);
    if (e.operation.type === "inspection.signoff_confirmed" && byId.has(body.op_id))
      freezes.push([e.pos, JSON.parse(byId.get(body.op_id).operation.body).exclude ?? []]);
  }
  const out = new Set();
  for (const [pos, named] of freezes.sort((a, b) => a[0] - b[0])) {
    const before = entries.filter((e) => e.pos !== null && e.pos <= pos && !out.has(e.operation.op_id));
    for (const id of excludedWithDescendants(named, before)) out.add(id);
  }
  const rest = entries.filter((e) => !out.has(e.operation.op_id));
  for (const id of excludedWithDescendants(exclude, rest)) out.add(id);
  return out;
}
function foldOf(entries, exclude) {
  const out = leftOut(entries, exclude);
  const entities = {};
  for (const e of entries) {
    const writes = writesOf(e.operation.type, e.operation.body ?? "");
    if (!counts(e) || out.has(e.operation.op_id) || Object.keys(writes).length === 0) continue;
    const fields = (entities[e.operation.entity] ??= { retract: { writes: {}, replaced: new Set() } });
    for (const [name, value] of Object.entries(writes)) {
      const register = (fields[name] ??= { writes: {}, replaced: new Set() });
      register.writes[e.operation.op_id] = { value, entry: e };
      e.operation.parents.forEach((p) => register.replaced.add(p));
    }
    e.operation.parents.forEach((p) => fields.retract.replaced.add(p));
  }
  const result = { heads: {}, hidden: [], conflicts: [], left_out: [...out].sort(), lines: [] };
  for (const entity of Object.keys(entities).sort()) {
    const heads = {};
    for (const [name, r] of Object.entries(entities[entity])) {
      const ids = Object.keys(r.writes).filter((id) => !r.replaced.has(id)).sort();
      if (Object.keys(r.writes).length > 0) heads[name] = ids;
    }
    result.heads[entity] = heads;
    const shown = [...new Set(Object.entries(heads).filter(([n]) => n !== "retract").flatMap(([, ids]) => ids))];
    const retractions = (heads.retract ?? []).map((id) => entities[entity].retract.writes[id].entry);
    const hidden = retractions.some((r) => shown.every((id) => r.operation.parents.includes(id)));
    if (hidden) result.hidden.push(entity);
    for (const name of hidden ? [] : Object.keys(heads).sort()) {
      const values = heads[name].map((id) => entities[entity][name].writes[id].value);
      if (name === "retract" && heads[name].length > 0)
        result.conflicts.push({ entity, field: name, heads: [...new Set([...heads[name], ...shown])].sort() });
      if (name !== "retract" && distinct(values) > 1)
        result.conflicts.push({ entity, field: name, heads: heads[name] });
    }
    for (const [name, ids] of Object.entries(heads)) {
      if (!RECORD.has(kindOf(entity)) || ids.length === 0) continue;
      const digests = ids.map((id) => digestOf(entities[entity][name].writes[id].entry.operation)).sort();
      result.lines.push(`${entity}\t${name}\t${digests.join(",")}\n`);
    }
  }
  result.lines.sort(byCodePoint);
  return result;
}
for (const c of read("fold.json").cases) {
  for (const entries of [c.entries, [...c.entries].reverse()]) {
    const f = foldOf(entries, c.exclude);
    for (const part of ["heads", "hidden", "conflicts", "left_out"])
      same(`fold: ${c.name}: ${part}`, f[part], c.expected[part]);
  }
}
console.log("fold.json agrees");
for (const c of read("content_hash.json").cases) {
  const f = foldOf(c.entries, c.exclude);
  same(`content: ${c.name}: lines`, f.lines, c.lines);
  same(`content: ${c.name}`, sha(`td1-content\n${c.inspection}\n${c.checklist_sha256}\n${f.lines.join("")}`),
    c.content);
}
console.log("content_hash.json agrees");
