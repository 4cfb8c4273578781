/**
 * One request to the server and its answer; a lost answer is told as what it is: unknown.
 *
 * It repeats nothing, stores nothing and never asks the browser whether there is a network: the answer is the proof.
 */

/** The exchange broke; whether the server did the work is not known. */
export class Lost extends Error {}

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

const PATIENCE_MS = 60_000;
const PROTOCOL = "1.0";

export class Line {
  readonly origin: string;
  bearer: string | null = null;
  /** What lies on the tablet and not yet on the server; told with each request, so that others know whom to wait for. */
  holds: (() => Promise<{ operations: number; files: number }>) | null = null;
  readonly #fetch: Fetch;

  constructor(origin: string, fetcher: Fetch = (input, init) => fetch(input, init)) {
    this.origin = origin;
    this.#fetch = fetcher;
  }

  /** Throws Lost or Refused. */
  async send(path: string, request: Request = {}): Promise<Answer> {
    const response = await this.#exchange(path, await this.#init(request));
    // A gateway's page is no word of the server's.
    if (response.status >= 400) throw await refusal(response);
    return {
      status: response.status,
      headers: response.headers,
      text: readText(response),
      bytes: readBytes(response),
    };
  }

  async json<T>(path: string, request: Request = {}): Promise<T> {
    const text = await (await this.send(path, request)).text();
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new Lost(`${path}: the answer is no JSON`);
    }
  }

  async #exchange(path: string, init: RequestInit): Promise<Response> {
    try {
      return await this.#fetch(this.origin + path, init);
    } catch (fault) {
      throw new Lost(`${path}: ${String(fault)}`);
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
      signal: AbortSignal.timeout(PATIENCE_MS),
    };
  }
}

async function refusal(response: Response): Promise<Refused | Lost> {
  const wait = Number(response.headers.get("Retry-After"));
  const retryAfter = Number.isFinite(wait) && wait > 0 ? wait : null;
  const isOurs = (response.headers.get("Content-Type") ?? "").includes("json");
  if (!isOurs) {
    return response.status >= 500
      ? new Lost(`${response.status} from something between`)
      : new Refused(response.status, { title: response.statusText }, retryAfter);
  }
  try {
    return new Refused(response.status, (await response.json()) as Record<string, unknown>, retryAfter);
  } catch {
    return new Lost("the answer was cut");
  }
}

function readText(response: Response): () => Promise<string> {
  return () => whole(response.text());
}

function readBytes(response: Response): () => Promise<ArrayBuffer> {
  return () => whole(response.arrayBuffer());
}

async function whole<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (fault) {
    throw new Lost(`the answer was cut: ${String(fault)}`);
  }
}

/** The text compressed as HTTP wants it. */
export async function gzipped(text: string): Promise<ArrayBuffer> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}
