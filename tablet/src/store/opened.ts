/**
 * What was made of sealed rows already, so that looking again costs no second opening; forgotten with the visit.
 *
 * No two seals share their initialisation vector: what was opened under one is what it holds.
 */
import type { Sealed } from "./vault.ts";

export class Opened {
  readonly #known = new Map<string, Promise<unknown>>();

  once<T>(sealed: Sealed, open: () => Promise<T>): Promise<T> {
    return this.named(String(sealed.iv), open);
  }

  /** For what lies open under a name that says what it holds, a hash. */
  named<T>(name: string, make: () => Promise<T>): Promise<T> {
    const known = this.#known.get(name) as Promise<T> | undefined;
    if (known) return known;
    const making = make();
    this.#known.set(name, making);
    making.catch(() => this.#known.delete(name));
    return making;
  }
}
