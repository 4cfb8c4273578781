/** The browser's offer to put the app on the home screen, which comes once and early, kept until somebody takes it. */

interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

let offered: InstallPrompt | null = null;
const listeners = new Set<() => void>();

/** From now on an offer is kept; to be called before anything that takes time. */
export function awaitOffer(): void {
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offered = event as InstallPrompt;
    for (const listener of listeners) listener();
  });
}

/** Whether the browser has offered it, and nobody has taken it yet. */
export function isOffered(): boolean {
  return offered !== null;
}

/** The browser asks the person; an offer holds once. */
export async function install(): Promise<void> {
  const prompt = offered;
  offered = null;
  await prompt?.prompt();
}

/** The listener is called when an offer comes, until what is returned is called. */
export function onOffer(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
