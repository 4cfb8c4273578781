/** A new version of the app waits until somebody lets it take over. */

const SOON_MS = 30_000;
const DAILY_MS = 86_400_000;

export class Updates {
  isWaiting = false;
  #waiting: ServiceWorker | null = null;
  #registration: ServiceWorkerRegistration | null = null;
  #lookedAt = Date.now();
  readonly #told: () => void;

  constructor(told: () => void) {
    this.#told = told;
  }

  /** The server is asked for a new version: daily, or soon again where it takes nothing from this one. */
  async look({ isUrgent }: { isUrgent: boolean }): Promise<void> {
    const pause = isUrgent ? SOON_MS : DAILY_MS;
    if (this.isWaiting || Date.now() - this.#lookedAt < pause) return;
    try {
      await this.ask();
    } catch {
      // No network, or the server is busy: the next look comes by itself.
    }
  }

  /** Asked now, since a person wants to know: whether a new version is here or on its way. Throws without a network. */
  async ask(): Promise<boolean> {
    if (!this.#registration) return false;
    this.#lookedAt = Date.now();
    await this.#registration.update();
    return this.isWaiting || this.#registration.installing !== null;
  }

  /** The service worker is registered; from now on new versions are noticed. */
  async watch(): Promise<void> {
    const workers = globalThis.navigator?.serviceWorker;
    if (!workers) return;
    // The very first worker takes over a page that had none; only a later one makes the page begin anew.
    let hadOne = workers.controller !== null;
    workers.addEventListener("controllerchange", () => {
      // Where the browser's storage was emptied there is none any more, and no page to go to either.
      if (!workers.controller) return;
      if (hadOne) location.reload();
      hadOne = true;
    });
    try {
      const registration = await workers.register("/tablet/worker.js", {
        scope: "/tablet/",
        updateViaCache: "none",
      });
      this.#registration = registration;
      this.#notice(registration.waiting);
      registration.addEventListener("updatefound", () => this.#follow(registration.installing));
    } catch {
      // A browser that allows no service worker still works while there is a network.
    }
  }

  #follow(worker: ServiceWorker | null): void {
    worker?.addEventListener("statechange", () => {
      if (worker.state === "installed" && navigator.serviceWorker.controller) this.#notice(worker);
    });
  }

  #notice(worker: ServiceWorker | null): void {
    if (!worker) return;
    this.#waiting = worker;
    this.isWaiting = true;
    this.#told();
  }

  apply(): void {
    this.#waiting?.postMessage("take_over");
  }
}
