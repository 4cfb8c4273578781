/** How the app is set up: by whoever starts it, and until somebody changes it. */
import type { Fetch } from "../sync/line.ts";
import type { Settings } from "./facade.ts";

export interface SessionOptions {
  /** Where the server is; the page's own origin in a browser. */
  origin: string;
  databaseName: string;
  fetch?: Fetch;
  /** Whether rounds with the server start by themselves. */
  isLoopOn: boolean;
  /** How much work a new PIN makes for whoever guesses; what is usual if it is left out. */
  pinCost?: number;
}

export const USUAL: Settings = {
  language: "vi",
  theme: "auto",
  pauseOnMetered: true,
  sendOriginals: false,
  advanceAfterAnswer: false,
};
