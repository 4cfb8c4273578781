/** What befalls the store from outside the app: emptied by a person or the system, or wanted by a newer app. */
import type { Database } from "../store/database.ts";

const TRIES = 20;
const PAUSE_MS = 250;

export interface Watching {
  /** Whether the store is meant to hold anything now. */
  isExpected(): boolean;
  /** All that lay in it is gone. */
  emptied(): Promise<void>;
  /** A newer app opens the tables in another tab: nothing is to be written here any more. */
  makeWay(): void;
}

export function watchStore(db: Database, watching: Watching): void {
  // Told while the store is still closing; it opens again for whoever asks after that.
  db.on("close", () => setTimeout(() => void lookInto(db, watching, TRIES)));
  db.on("versionchange", (event: IDBVersionChangeEvent) => {
    // A wipe is told on the channel.
    if (event.newVersion === null) return true;
    watching.makeWay();
    db.close();
    globalThis.location?.reload();
    return false;
  });
}

/** Whether it was emptied, asked again for as long as the browser is still at it. */
async function lookInto(db: Database, watching: Watching, triesLeft: number): Promise<void> {
  if (!watching.isExpected()) return;
  try {
    if ((await db.fact("enrolled")) === true) return;
  } catch (fault) {
    if (triesLeft === 0) throw fault;
    setTimeout(() => void lookInto(db, watching, triesLeft - 1), PAUSE_MS);
    return;
  }
  await watching.emptied();
}
