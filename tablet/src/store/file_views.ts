/** Photos, files and the unit's self-report as the screens are shown them. */
import type { Authored } from "./views.ts";

export interface PhotoView {
  id: string;
  entity: string;
  sha256: string;
  item: string | null;
  caption: string;
  mime: string;
  size: number;
  takenAt: string | null;
  author: Authored;
  /** On this tablet, on the server, or only with a team mate so far. */
  isHere: boolean;
  isOnServer: boolean;
}

/** A document that was attached: not a photo as the camera wrote it. */
export interface FileView extends PhotoView {
  /** What it was called where it came from. */
  name: string;
}

/** The unit's own report as the office keeps it, one file of it. */
export interface SelfReportView {
  id: string;
  name: string;
  mime: string;
  size: number;
  sha256: string;
  documentNumber: string;
  receivedOn: string;
}
