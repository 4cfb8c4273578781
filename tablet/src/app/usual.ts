/** How a tablet is set up until somebody changes it. */
import type { Settings } from "./facade.ts";

export const USUAL: Settings = {
  language: "vi",
  theme: "auto",
  pauseOnMetered: true,
  sendOriginals: false,
  advanceAfterAnswer: false,
};
