/** Who hears of a change: the screens of this tab by topic, the app in the other tabs by the channel. */
import type * as view from "../store/views.ts";
import type { Topic, Unsubscribe } from "./facade.ts";

/** What one tab tells the others. */
export type Told =
  | { kind: "sync"; status: view.SyncStatus }
  | { kind: "people" }
  | { kind: "changed"; inspections: string[] };

export class Tidings {
  readonly #listeners = new Map<Topic, Set<() => void>>();
  readonly #channel: BroadcastChannel;
  #isClosed = false;

  /** Apps with the same store have the same name, and `heard` is what another of them told. */
  constructor(name: string, heard: (told: Told) => Promise<void>) {
    this.#channel = new BroadcastChannel(name);
    // Node would wait for it to close.
    (this.#channel as { unref?: () => void }).unref?.();
    this.#channel.onmessage = (event: MessageEvent<Told>) => void heard(event.data);
  }

  subscribe(topic: Topic, listener: () => void): Unsubscribe {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** The screens of this tab look again. */
  announce(topic: Topic): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener();
  }

  /** The other tabs hear it; nobody does once this one is closed. */
  tell(told: Told): void {
    if (!this.#isClosed) this.#channel.postMessage(told);
  }

  close(): void {
    this.#isClosed = true;
    this.#channel.close();
  }
}
