/** What every component of ours is: content in the page's own tree, faults in words, one thing done after the other. */
import { LitElement, type PropertyValues } from "lit";
import type { TabletApp, Topic, Visit } from "../app/facade.ts";
import { wordsOf } from "./faults.ts";

/** One style sheet, labels and print reach its content; a fault of what was attempted is kept in words. */
export abstract class OpenElement extends LitElement {
  static override properties = { fault: { state: true }, isBusy: { state: true } };
  declare fault: string;
  declare isBusy: boolean;
  #last: Promise<unknown> = Promise.resolve();

  constructor() {
    super();
    this.fault = "";
    this.isBusy = false;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** Tells whoever stands above that something happened here. */
  protected tell<T>(name: string, detail?: T): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }

  /** Whether the work came to its end; its fault is shown. One thing after the other, so that none is left out. */
  protected attempt(work: () => Promise<unknown>): Promise<boolean> {
    const result = this.#last.then(() => this.#tried(work));
    this.#last = result;
    return result;
  }

  async #tried(work: () => Promise<unknown>): Promise<boolean> {
    this.isBusy = true;
    this.fault = "";
    try {
      await work();
      return true;
    } catch (thrown) {
      this.fault = wordsOf(thrown);
      return false;
    } finally {
      this.isBusy = false;
    }
  }
}

/** A screen that looks at the app again whenever one of its topics changed. */
export abstract class AppElement extends OpenElement {
  static override properties = { ...OpenElement.properties, app: { attribute: false } };
  declare app: TabletApp;
  protected readonly topics: readonly Topic[] = ["stage"];
  #stops: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.app) this.#watch();
  }

  override disconnectedCallback(): void {
    this.#leave();
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("app") && this.app) this.#watch();
  }

  #watch(): void {
    this.#leave();
    this.#stops = this.topics.map((topic) => this.app.subscribe(topic, () => this.changed(topic)));
  }

  #leave(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }

  protected changed(_topic: Topic): void {
    this.requestUpdate();
  }
}

/** A screen of one inspection, looked at again after each change of its record. */
export abstract class VisitElement extends OpenElement {
  static override properties = { ...OpenElement.properties, visit: { attribute: false } };
  declare visit: Visit;
  /** Whether it looks again by itself; parts that are handed all they show wait for whoever hands it to them. */
  protected readonly isWatching: boolean = true;
  #stop: (() => void) | null = null;

  override disconnectedCallback(): void {
    this.#stop?.();
    this.#stop = null;
    super.disconnectedCallback();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.visit) this.#watch();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("visit")) this.#watch();
  }

  #watch(): void {
    this.#stop?.();
    this.#stop = this.isWatching ? this.visit.subscribe(() => this.requestUpdate()) : null;
  }
}

/** The component is known to the browser under the name, once, however often its module is loaded. */
export function named(name: string, component: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, component);
}
