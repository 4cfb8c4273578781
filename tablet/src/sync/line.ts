/**
 * One request to the server and its answer; a lost answer is told as what it is: unknown.
 *
 * It repeats nothing, stores nothing and never asks the browser whether there is a network: the answer is the proof.
 */

/** The exchange broke; whether the server did the work is not known. */
export class Lost extends Error {}

const FOR_ALL = new Set([401, 426, 429, 503]);

/** The server answered with a problem document (RFC 9457). */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly problem: Readonly<Record<string, unknown>>;
  /** Seconds to wait, where the server said so. */
  readonly retryAfter: number | null;

  constructor(status: number, problem: Record<string, unknown>, retryAfter: number | null) {
    super(`${status} ${String(problem.code ?? problem.title ?? "")}`);
    this.status = status;
    this.code = String(problem.code ?? "");
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  /** It speaks of more than what it answers: a used-up token, an old app, a server that is not ready, a wipe. */
  get isForAll(): boolean {
    return FOR_ALL.has(this.status) || this.problem.wipe === true;
  }
}

export interface Request {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  body?: string | BufferSource | Blob;
  kind?: string;
  headers?: Record<string, string>;
  zipped?: boolean;
  /** Without the bearer token: cookies speak. */
  asPerson?: boolean;
  /** How many operations the request itself carries. */
  carries?: number;
}

export interface Answer {
  status: number;
  headers: Headers;
  text(): Promise<string>;
  bytes(): Promise<ArrayBuffer>;
}

export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

/** How long nothing at all may come, and how slow a line may be that carries our own bytes to the server. */
export interface Patience {
  silentMs: number;
  upBytesPerSecond: number;
}

const PATIENCE: Patience = { silentMs: 60_000, upBytesPerSecond: 2048 };
const PROTOCOL = "1.0";
const MOST_AT_ONCE = 500;
const LEAST_AT_ONCE = 16;

export class Line {
  readonly origin: string;
  bearer: string | null = null;
  /** How many entries of a log are asked for at once; fewer where an answer did not get through. */
  atOnce = MOST_AT_ONCE;
  /** What lies on the tablet and not yet on the server; told with each request, so that others know whom to wait for. */
  holds: (() => Promise<{ operations: number; files: number }>) | null = null;
  readonly #fetch: Fetch;
  readonly #patience: Patience;

  constructor(
    origin: string,
    fetcher: Fetch = (input, init) => fetch(input, init),
    patience: Patience = PATIENCE,
  ) {
    this.origin = origin;
    this.#fetch = fetcher;
    this.#patience = patience;
  }

  /** Throws Lost or Refused. */
  async send(path: string, request: Request = {}): Promise<Answer> {
    const { response, watch } = await this.#exchange(this.origin + path, await this.#init(request));
    // A gateway's page is no word of the server's.
    if (response.status >= 400) throw await refusal(response, watch);
    return {
      status: response.status,
      headers: response.headers,
      text: async () => decoder.decode(await bytesOf(response, watch)),
      bytes: () => bytesOf(response, watch),
    };
  }

  /** An exchange whose headers are somebody else's, with the same patience. Throws Lost. */
  async raw(
    url: string,
    init: RequestInit,
    given: AbortSignal,
  ): Promise<{ response: Response; text: string }> {
    const apart: RequestInit = { ...init, credentials: "omit", cache: "no-store" };
    const { response, watch } = await this.#exchange(url, apart, given);
    return { response, text: decoder.decode(await bytesOf(response, watch)) };
  }

  /** What is asked for by the piece gets through in smaller ones where the line breaks, and in larger ones again. */
  async inPortions<T>(ask: (entries: number) => Promise<T>): Promise<T> {
    try {
      const told = await ask(this.atOnce);
      this.atOnce = Math.min(MOST_AT_ONCE, this.atOnce * 2);
      return told;
    } catch (fault) {
      if (fault instanceof Lost) this.atOnce = Math.max(LEAST_AT_ONCE, Math.floor(this.atOnce / 2));
      throw fault;
    }
  }

  async json<T>(path: string, request: Request = {}): Promise<T> {
    const text = await (await this.send(path, request)).text();
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new Lost(`${path}: the answer is no JSON`);
    }
  }

  async #exchange(
    url: string,
    init: RequestInit,
    given?: AbortSignal,
  ): Promise<{ response: Response; watch: Watch }> {
    const { silentMs, upBytesPerSecond } = this.#patience;
    const watch = new Watch(silentMs, given);
    // The browser does not tell how much of a body has left; it gets the time that a slow line needs.
    watch.goOn((1000 * sizeOf(init.body)) / upBytesPerSecond);
    try {
      const response = await this.#fetch(url, { ...init, signal: watch.signal });
      watch.goOn();
      return { response, watch };
    } catch (fault) {
      watch.end();
      throw new Lost(`${url}: ${String(fault)}`);
    }
  }

  async #init(request: Request): Promise<RequestInit> {
    const headers: Record<string, string> = { Accept: "application/json", "Sync-Protocol": PROTOCOL };
    if (this.bearer && !request.asPerson) {
      headers.Authorization = `Bearer ${this.bearer}`;
      const held = await this.holds?.();
      const left = Math.max(0, (held?.operations ?? 0) - (request.carries ?? 0));
      if (held) headers["Sync-Waiting"] = `operations=${left}, files=${held.files}`;
    }
    let body: BodyInit | undefined = request.body;
    if (body !== undefined) headers["Content-Type"] = request.kind ?? "application/json";
    if (body !== undefined && request.zipped) {
      headers["Content-Encoding"] = "gzip";
      body = await gzipped(body as string);
    }
    return {
      method: request.method ?? (body === undefined ? "GET" : "POST"),
      headers: { ...headers, ...request.headers },
      ...(body === undefined ? {} : { body }),
      credentials: request.asPerson ? "same-origin" : "omit",
      cache: "no-store",
    };
  }
}

/** Ends an exchange on which nothing has moved for too long. */
class Watch {
  readonly #stop = new AbortController();
  readonly #silentMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(silentMs: number, given?: AbortSignal) {
    this.#silentMs = silentMs;
    given?.addEventListener("abort", () => this.#stop.abort(given.reason));
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Something moved; the next may take as long again, and so much longer. */
  goOn(moreMs = 0): void {
    clearTimeout(this.#timer);
    const stop = () => this.#stop.abort(new DOMException("nothing came", "TimeoutError"));
    this.#timer = setTimeout(stop, this.#silentMs + moreMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

function sizeOf(body: BodyInit | null | undefined): number {
  if (body instanceof Blob) return body.size;
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return body.byteLength;
  return typeof body === "string" ? body.length : 0;
}

async function refusal(response: Response, watch: Watch): Promise<Refused | Lost> {
  const wait = Number(response.headers.get("Retry-After"));
  const retryAfter = Number.isFinite(wait) && wait > 0 ? wait : null;
  const isOurs = (response.headers.get("Content-Type") ?? "").includes("json");
  if (!isOurs) {
    watch.end();
    return response.status >= 500
      ? new Lost(`${response.status} from something between`)
      : new Refused(response.status, { title: response.statusText }, retryAfter);
  }
  try {
    const problem = JSON.parse(decoder.decode(await bytesOf(response, watch))) as Record<string, unknown>;
    return new Refused(response.status, problem, retryAfter);
  } catch {
    return new Lost("the answer was cut");
  }
}

const decoder = new TextDecoder();

/** The answer's body, however slowly it comes as long as it comes. Throws Lost. */
async function bytesOf(response: Response, watch: Watch): Promise<ArrayBuffer> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  try {
    const reader = response.body?.getReader();
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      watch.goOn();
      parts.push(part.value);
    }
    return await new Blob(parts).arrayBuffer();
  } catch (fault) {
    throw new Lost(`the answer was cut: ${String(fault)}`);
  } finally {
    watch.end();
  }
}

/** The text compressed as HTTP wants it. */
export async function gzipped(text: string): Promise<ArrayBuffer> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}
