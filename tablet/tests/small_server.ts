/**
 * A server of a hundred lines that speaks the tablet's side of the protocol honestly, or breaks one rule on purpose.
 * The real one is met in the server's own tests; this one can lie.
 */
import {
  base64url,
  digestOf,
  genesisOf,
  linkOf,
  logGenesisOf,
  logLinkOf,
  type Operation,
  thumbprintOf,
} from "../src/rules/digest.ts";
import type { Fetch } from "../src/sync/line.ts";

interface Stored {
  device: string;
  prev: string;
  hash: string;
  op: Operation;
}

export interface Push {
  device: string;
  epoch: string;
  prev: string;
  head: string;
  ops: Operation[];
}

export type Answering = (path: string, init: RequestInit) => Promise<Response | null>;

export const ORIGIN = "http://small.test";
export const PERSON = {
  id: "0198c0de-5a10-7000-8000-e31ab643c44f",
  full_name: "Nguyễn Văn Trưởng",
  title: "",
};
export const INSPECTION = "0198c0de-5a10-7000-8000-3b1957f394d1";

export class SmallServer {
  epoch = "e-1";
  chain: Stored[] = [];
  #genesis = "";
  readonly pushes: Push[] = [];
  /** Tablets that the package names for the leader beside the one that asks. */
  mates: { id: string; jwk: JsonWebKey }[] = [];
  readonly asked: string[] = [];
  /** What the receipt is made for instead of the chain's end, with a good signature. */
  signedHash: string | null = null;
  /** What is answered instead; null lets the honest answer through. */
  instead: Answering = async () => null;
  /** Spoils an honest answer before it leaves. */
  spoil: (path: string, answer: Record<string, unknown>) => void = () => undefined;
  /** What it keeps for the person's spare key. */
  half = base64url(crypto.getRandomValues(new Uint8Array(32)).buffer);
  readonly checklist: string;
  readonly #pair: Promise<CryptoKeyPair>;

  constructor(checklist: string) {
    this.checklist = checklist;
    this.#pair = crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  }

  readonly fetch: Fetch = async (input, init) => {
    const path = input.slice(ORIGIN.length).split("?")[0] ?? "";
    this.asked.push(`${init.method} ${path}`);
    const other = await this.instead(path, init);
    if (other) return other;
    if (path.startsWith("/api/v1/checklists/")) return new Response(this.checklist);
    const answer = await this.#answer(path, init);
    if (answer instanceof Response) return answer;
    this.spoil(path, answer as Record<string, unknown>);
    return Response.json(answer, { headers: { ETag: '"p1"' } });
  };

  async #answer(path: string, init: RequestInit): Promise<unknown> {
    if (path === "/sync/v1/devices") return this.#enrolled(await bodyOf(init));
    if (path === "/api/v1/sessions") return { person: PERSON, csrf_token: "c" };
    if (path.startsWith("/sync/v1/token"))
      return { access_token: "t", expires_in: 900, person_id: PERSON.id };
    if (path === "/sync/v1/recovery") return { half: this.half };
    if (path === "/sync/v1/heads") return this.heads();
    if (path === "/sync/v1/packages") return [await this.#listed()];
    if (path.startsWith("/sync/v1/packages/")) return this.#package();
    if (path === "/sync/v1/push") return this.#push(await bodyOf<Push>(init));
    if (path === "/sync/v1/pull")
      return this.#pull(await bodyOf<{ epoch: string; streams: Record<string, number> }>(init));
    if (path === "/sync/v1/blobs/missing")
      return { missing: (await bodyOf<{ hashes: string[] }>(init)).hashes };
    if (path.startsWith("/sync/v1/blobs/")) return {};
    return problem(404, "not_found");
  }

  get #head(): string {
    return this.chain.at(-1)?.hash ?? this.#genesis;
  }

  heads() {
    const head = { head: this.chain.length, state: "in_progress", package: "p1" };
    return {
      epoch: this.epoch,
      acked_seq: this.chain.length,
      streams: { [`inspection:${INSPECTION}`]: head },
      gone: [],
    };
  }

  async #enrolled(asked: { device: string; jwk: JsonWebKey }) {
    this.#genesis = await genesisOf(asked.device, await thumbprintOf(asked.jwk));
    const { publicKey } = await this.#pair;
    const jwk = await crypto.subtle.exportKey("jwk", publicKey);
    return { epoch: this.epoch, server_keys: [{ kid: "k", jwk }], token_endpoint: "e", min_protocol: "1.0" };
  }

  async #listed() {
    const named = { unit_name: "Sở Nội vụ", form: "on_site", planned_on: "2023-05-23" };
    return { inspection: INSPECTION, state: "in_progress", etag: "p1", ...named };
  }

  async #package() {
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(this.checklist));
    const sha256 = Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
    return {
      inspection: { id: INSPECTION, form: "on_site", planned_on: "2023-05-23", profile: "day_du" },
      checklist: { ref: "MAU@1.2.0", sha256, url: "/api/v1/checklists/MAU@1.2.0" },
      unit: { code: "U", name: "Sở Nội vụ", unit_type: "so_nganh", level: null },
      team: [
        {
          person_id: PERSON.id,
          role: "leader",
          full_name: PERSON.full_name,
          title: "",
          devices: this.mates.map(({ id, jwk }) => ({
            device: id,
            label: "",
            jwk,
            thumbprint: "",
            revoked: null,
          })),
        },
      ],
      previous_findings: [],
      prefill: {},
    };
  }

  async #push(batch: Push): Promise<unknown> {
    this.pushes.push(batch);
    if (batch.ops[0]?.seq === 1) this.#genesis = batch.prev;
    if (batch.epoch !== this.epoch) {
      return problem(409, "epoch_mismatch", {
        epoch: this.epoch,
        acked_seq: this.chain.length,
        acked_hash: this.#head,
      });
    }
    const first = batch.ops[0]?.seq ?? 0;
    if (first > this.chain.length + 1) {
      return problem(409, "gap", { expected_seq: this.chain.length + 1, acked_hash: this.#head });
    }
    const results: unknown[] = [];
    let hash = batch.prev;
    for (const op of batch.ops) {
      const prev = hash;
      hash = await linkOf(batch.device, op.seq, prev, await digestOf(op));
      const known = this.chain[op.seq - 1];
      if (known && known.hash !== hash)
        return problem(409, "chain_fork", { seq: op.seq, server_hash: known.hash });
      if (!known) this.chain.push({ device: batch.device, prev, hash, op });
      const outcome = {
        op_id: op.op_id,
        seq: op.seq,
        status: "applied",
        inspection: INSPECTION,
        pos: op.seq,
      };
      results.push(known ? { op_id: op.op_id, seq: op.seq, status: "duplicate", first: outcome } : outcome);
    }
    return { results, stopped: null, missing_blobs: [], ...(await this.receipt(batch.device)) };
  }

  async receipt(device: string): Promise<Record<string, unknown>> {
    const { privateKey, publicKey } = await this.#pair;
    const server = await thumbprintOf(await crypto.subtle.exportKey("jwk", publicKey));
    const [seq, hash] = [this.chain.length, this.signedHash ?? this.chain.at(-1)?.hash ?? ""];
    const at = new Date().toISOString();
    const body = `td1-receipt\n${server}\n${this.epoch}\n${device}\n${seq}\n${hash}\n${at}`;
    const signing = { name: "ECDSA", hash: "SHA-256" };
    const sig = base64url(await crypto.subtle.sign(signing, privateKey, new TextEncoder().encode(body)));
    const told = { device, epoch: this.epoch, acked_seq: seq, acked_hash: hash, server_time: at };
    return { ...told, receipt: { body, kid: "k", sig } };
  }

  async #pull(asked: { epoch: string; streams: Record<string, number> }): Promise<unknown> {
    if (asked.epoch !== this.epoch) {
      return problem(409, "epoch_mismatch", {
        epoch: this.epoch,
        acked_seq: this.chain.length,
        acked_hash: this.#head,
      });
    }
    const from = asked.streams[`inspection:${INSPECTION}`] ?? 0;
    if (from > this.chain.length)
      return problem(409, "cursor_ahead", {
        stream: `inspection:${INSPECTION}`,
        head: this.chain.length,
      });
    let root = await logGenesisOf(INSPECTION);
    const entries: unknown[] = [];
    for (const [place, { device, prev, hash, op }] of structuredClone(this.chain).entries()) {
      const entry = {
        pos: place + 1,
        device,
        prev,
        hash,
        effect: "applied",
        code: null,
        detail: null,
        received_at: "2026-01-01T00:00:00Z",
        op,
      };
      root = await logLinkOf(root, entry);
      if (place >= from) entries.push(entry);
    }
    const to = this.chain.length;
    const stream = { from, to, head: to, status: "open", state: "in_progress", revision: 1, root, entries };
    return {
      epoch: this.epoch,
      server_time: new Date().toISOString(),
      more: false,
      streams: { [`inspection:${INSPECTION}`]: stream },
      gone: [],
    };
  }
}

export async function bodyOf<T>(init: RequestInit): Promise<T> {
  const isZipped = (init.headers as Record<string, string>)["Content-Encoding"] === "gzip";
  const stream = new Response(init.body as BodyInit).body;
  if (!stream) throw new Error("no body");
  return (await new Response(
    isZipped ? stream.pipeThrough(new DecompressionStream("gzip")) : stream,
  ).json()) as T;
}

export function problem(
  status: number,
  code: string,
  members: Record<string, unknown> = {},
  retryAfter?: number,
): Response {
  const headers = {
    "Content-Type": "application/problem+json",
    ...(retryAfter ? { "Retry-After": String(retryAfter) } : {}),
  };
  return new Response(JSON.stringify({ title: code, code, status, ...members }), { status, headers });
}
