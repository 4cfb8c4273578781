/** A new version of the app waits until somebody lets it take over. */

export class Updates {
  isWaiting = false;
  #waiting: ServiceWorker | null = null;
  readonly #told: () => void;

  constructor(told: () => void) {
    this.#told = told;
  }

  /** The service worker is registered; from now on new versions are noticed. */
  async watch(): Promise<void> {
    const workers = globalThis.navigator?.serviceWorker;
    if (!workers) return;
    // The very first worker takes over a page that had none; only a later one makes the page begin anew.
    let hadOne = workers.controller !== null;
    workers.addEventListener("controllerchange", () => {
      if (hadOne) location.reload();
      hadOne = true;
    });
    try {
      const registration = await workers.register("/tablet/worker.js", {
        scope: "/tablet/",
        updateViaCache: "none",
      });
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
