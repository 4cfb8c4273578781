/**
 * What this tablet recorded goes to the server: signed, in order, until every operation has an outcome and a receipt.
 *
 * A lost answer is answered by sending the same bytes again. Nothing counts as confirmed before the server's receipt
 * was checked, and no operation ever blocks those behind it.
 */
import { fromBase64url, headMessage, thumbprintOf } from "../rules/digest.ts";
import type { Archive } from "../store/archive.ts";
import type { Database, Outcome, ReceiptRow } from "../store/database.ts";
import { type Device, isSigned } from "../store/device.ts";
import type { Ledger, Waiting } from "../store/ledger.ts";
import { type Line, Refused } from "./line.ts";

const MOST_OPERATIONS = 400;
const MOST_BYTES = 768 * 1024;

interface Result {
  op_id: string;
  seq: number;
  status: "applied" | "conflict" | "quarantined" | "duplicate";
  pos?: number | null;
  first?: Omit<Result, "first">;
  error?: { code: string; message: string } | null;
  warning?: { code: string; message: string } | null;
}

interface Told {
  device: string;
  epoch: string;
  acked_seq: number;
  acked_hash: string;
  server_time: string;
  results: Result[];
  stopped: { seq: number; op_id: string; error: { code: string } } | null;
  receipt: { body: string; kid: string; sig: string } | null;
}

interface ServerKey {
  kid: string;
  jwk: JsonWebKey;
}

/** The tablet was copied or set back: its chain and the server's part ways, and it must enrol again. */
export class Forked extends Error {}

/** The server's word does not add up; nothing was marked as confirmed. */
export class Disbelieved extends Error {}

/** The server cannot record this operation in any form; a person has to look. */
export class Stuck extends Error {
  readonly seq: number;

  constructor(seq: number, code: string) {
    super(code);
    this.seq = seq;
  }
}

export interface Parties {
  db: Database;
  ledger: Ledger;
  device: Device;
  archive: Archive;
  line: Line;
  genesis: string;
}

/** What a push body is made of. */
export type Author = Omit<Parties, "line" | "archive">;

/** Every recorded operation has an outcome. Throws Lost, Refused, Forked, Disbelieved, Stuck. */
export async function push(parties: Parties): Promise<number> {
  let sent = 0;
  let most = MOST_OPERATIONS;
  for (;;) {
    const batch = await parties.ledger.waiting(most, MOST_BYTES);
    if (batch.length === 0) return sent;
    try {
      await acknowledge(parties, batch, await pushOnce(parties, batch));
      sent += batch.length;
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault;
      if (fault.code === "batch_too_large" && batch.length > 1) most = Math.ceil(batch.length / 2);
      else await stepBack(parties, fault);
    }
  }
}

/** A push body exactly as it travels. */
export async function pushBody(parties: Author, batch: readonly Waiting[]): Promise<string> {
  const [first, last] = [batch[0], batch.at(-1)];
  if (!first || !last) throw new Error("a batch has at least one operation");
  const { device } = parties;
  const envelope = JSON.stringify({
    device: device.id,
    epoch: await parties.db.fact<string>("epoch"),
    prev: await parties.ledger.hashAt(first.seq - 1, parties.genesis),
    head: last.hash,
    sig: await device.sign(headMessage(device.id, last.seq, last.hash)),
  });
  // The operations go out as the very texts that were recorded and hashed.
  return `${envelope.slice(0, -1)},"ops":[${batch.map((one) => one.text).join(",")}]}`;
}

async function pushOnce(parties: Parties, batch: readonly Waiting[]): Promise<Told> {
  const body = await pushBody(parties, batch);
  return parties.line.json<Told>("/sync/v1/push", { body, zipped: true, carries: batch.length });
}

async function acknowledge(parties: Parties, batch: readonly Waiting[], told: Told): Promise<void> {
  const receipt = told.receipt && (await believed(parties, told));
  const own = new Set(batch.map((one) => one.opId));
  const outcomes = new Map(
    told.results.filter((one) => own.has(one.op_id)).map((one) => [one.op_id, outcomeOf(one)] as const),
  );
  if (outcomes.size > 0 && !receipt) throw new Disbelieved("no receipt");
  await parties.ledger.acknowledge(outcomes, receipt);
  await readClock(parties.db, told.server_time);
  if (told.stopped) await withhold(parties, told.stopped, batch);
  else if (outcomes.size === 0) throw new Disbelieved("no outcome for any operation");
}

async function withhold(
  parties: Parties,
  stopped: NonNullable<Told["stopped"]>,
  batch: readonly Waiting[],
): Promise<void> {
  const row = await parties.db.ops.get(stopped.seq);
  const isOurs = batch.some((one) => one.seq === stopped.seq);
  if (!row || !isOurs || row.withheld || stopped.error.code === "malformed") {
    throw new Stuck(stopped.seq, stopped.error.code);
  }
  await parties.ledger.withhold(stopped.seq);
}

function outcomeOf(result: Result): Outcome {
  const first = result.first ?? result;
  const reason = first.error ?? first.warning ?? null;
  return {
    status: first.status === "duplicate" ? "applied" : first.status,
    pos: first.pos ?? null,
    code: reason?.code ?? null,
    message: reason?.message ?? null,
  };
}

/** The receipt, if the server's key signed exactly that it holds our chain. Throws Disbelieved. */
async function believed(parties: Parties, told: Told): Promise<ReceiptRow> {
  const { receipt } = told;
  const keys = (await parties.db.fact<ServerKey[]>("serverKeys")) ?? [];
  const key = keys.find((one) => one.kid === receipt?.kid);
  if (!receipt || !key) throw new Disbelieved("signed by a key that we do not know");
  const [tag, server, epoch, device, seq, hash] = receipt.body.split("\n");
  const ours = await parties.ledger.hashAt(Number(seq), parties.genesis);
  const isOurs =
    tag === "td1-receipt" &&
    server === (await thumbprintOf(key.jwk)) &&
    epoch === told.epoch &&
    device === parties.device.id &&
    hash === ours &&
    told.acked_seq === Number(seq);
  if (!isOurs) throw new Disbelieved("the receipt speaks of something else");
  if (!(await isSigned(key.jwk, receipt.body, fromBase64url(receipt.sig))))
    throw new Disbelieved("not signed");
  const { body, kid, sig } = receipt;
  return { device: parties.device.id, epoch: told.epoch, seq: Number(seq), body, kid, sig };
}

/** The server holds less than we thought, or has begun anew: we go on from what it has. */
async function stepBack(parties: Parties, fault: Refused): Promise<void> {
  const { problem } = fault;
  if (fault.code === "chain_fork") throw new Forked();
  if (fault.code === "gap") {
    await agreeAt(parties, Number(problem.expected_seq) - 1, String(problem.acked_hash));
  } else if (fault.code === "epoch_mismatch") {
    await beginEpoch(parties, problem);
  } else {
    throw fault;
  }
}

/** After a restore the tablet sends again what the server lost, and reads every log from its beginning. */
export async function beginEpoch(
  parties: Parties,
  problem: Readonly<Record<string, unknown>>,
): Promise<void> {
  await agreeAt(parties, Number(problem.acked_seq), String(problem.acked_hash));
  await parties.archive.putAside(parties.device.id, String(problem.epoch));
}

async function agreeAt(parties: Parties, seq: number, hash: string): Promise<void> {
  const ours = await parties.ledger.hashAt(seq, parties.genesis);
  if (ours !== hash) throw new Forked();
  await parties.ledger.sendAgainAfter(seq);
  const first = await parties.db.ops.where("waiting").equals(1).first();
  // Asked for what we do not hold, we would be refused the same way for ever.
  if (first && first.seq > seq + 1) throw new Forked();
}

/** How far the server's clock is from ours is evidence beside each operation, never order. */
export async function readClock(db: Database, serverTime: string): Promise<void> {
  const now = Date.now();
  const at = Date.parse(serverTime);
  if (!Number.isNaN(at)) await db.setFacts({ clock: { offsetMs: at - now, readAt: now } });
}
