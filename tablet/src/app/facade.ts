/**
 * What the screens may ask of the app, as interfaces: the tablet with its people, and one inspection that is open.
 *
 * Every method that writes resolves only after the change is durable on this tablet; a rejected promise means that
 * nothing was written. Refusals are `Refusal` with a code for the message catalogue. No screen talks to the store,
 * to a key or to the network by another way.
 */
import type { Definition, Lack } from "../rules/definition.ts";
import type * as view from "../store/views.ts";

/** Why something could not be done; `code` names the sentence in the message catalogue. */
export class Refusal extends Error {
  readonly code: string;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, message = code, members: Record<string, unknown> = {}) {
    super(message);
    this.name = "Refusal";
    this.code = code;
    this.members = members;
  }
}

/**
 * Where the app stands:
 * `unenrolled` → enrol · `signed_out` → sign in once online, then choose a PIN · `locked` → choose inspector, PIN ·
 * `ready` → work · `withdrawn`: reported stolen, everything was wiped.
 */
export type Stage = "unenrolled" | "signed_out" | "locked" | "ready" | "withdrawn";

export type Topic = "stage" | "sync" | "inspections";
export type Unsubscribe = () => void;

export interface TabletApp {
  readonly stage: Stage;
  /** Whoever is working now; null unless `ready`. */
  readonly person: view.Person | null;
  /** Everybody who has a PIN on this tablet. */
  readonly people: readonly view.Person[];
  readonly sync: view.SyncStatus;
  readonly deviceLabel: string;
  /** What the tablet's clock lacks to be the server's, in milliseconds, as measured last. */
  readonly clockOffsetMs: number;
  /** Whether the browser's storage was emptied under the running app. */
  readonly isEvicted: boolean;
  /** The listener is called after each change of the topic, from this tab or another. */
  subscribe(topic: Topic, listener: () => void): Unsubscribe;

  /**
   * `code` as typed, or the text of the QR (`{"url": …, "code": …}`). Again where the server does not know the tablet or
   * takes its key no more: unsent work stays and travels anew; the tablet is locked afterwards.
   * Refusals: code_mistyped, enrolment_refused, offline, wrong_server, storage_full.
   */
  enrol(given: { code: string; label: string }): Promise<void>;
  /** Online. Refusals: sign_in_refused, throttled {retry_after}, offline. Afterwards `choosePin` unless a PIN exists. */
  signIn(given: { username: string; password: string }): Promise<view.Person>;
  /**
   * The person who has just signed in gets a PIN of at least 6 digits, and works from now on.
   * On a tablet that others use already, one of them confirms with `witness`; who has a PIN here and `canRecover` needs
   * nobody. Refusals: pin_too_weak, witness_wrong, recovery_lost, sign_in_stale, device_revoked, offline.
   */
  choosePin(pin: string, witness?: { person_id: string; pin: string }): Promise<void>;
  /** Offline. Refusals: pin_wrong {left}, pin_blocked {until}. */
  unlock(person_id: string, pin: string): Promise<void>;
  lock(): void;
  /** Needs the old PIN. */
  changePin(oldPin: string, newPin: string): Promise<void>;

  /** How much the server has not confirmed; known without a PIN. */
  unsent(): Promise<{ operations: number; files: number }>;
  /** Everything on this tablet is gone for good, unsent work too; it is to be enrolled as a new one. */
  forgetEverything(): Promise<void>;

  inspections(): Promise<view.InspectionSummary[]>;
  /** All or nothing per inspection, with the unit's earlier findings. Refusals: offline, storage_full. */
  download(inspection: string): Promise<void>;
  /** Everything planned from today on for so many days; the ids that were downloaded. */
  downloadComing(days: number): Promise<string[]>;
  /** Refusal: not_downloaded. The same object for the same inspection until the app is locked. */
  open(inspection: string): Promise<Visit>;

  /** Tries at once, whatever was planned; `evenOnMetered` for this time. */
  syncNow(options?: { evenOnMetered?: boolean }): Promise<void>;
  outbox(): Promise<view.OutboxLine[]>;
  waitingFiles(): Promise<view.WaitingFile[]>;
  /** Team mates' work that this tablet brings to the server, as far as the server has not taken it. */
  waitingRelays(): Promise<view.RelayLine[]>;

  /** What has not been confirmed by the server, signed, with its files if asked for: one file to carry away. */
  exportUnsent(options: Exporting): Promise<{ name: string; blob: Blob }>;
  /** A team mate's file: verified, kept, folded provisionally, and passed on to the server when there is a network. */
  importFile(file: Blob): Promise<ImportReport>;

  storage(): Promise<view.StorageView>;
  /** Asks the browser to keep our storage; whether it agreed. */
  persist(): Promise<boolean>;
  settings: Settings;
  saveSettings(changed: Partial<Settings>): Promise<void>;
  /** A new version waits; nothing changes until `applyUpdate`, and not before the outbox is empty unless forced. */
  readonly update: { isWaiting: boolean };
  /** Asks the server now for a new version; whether one is here or on its way. Throws Refusal offline. */
  lookForUpdate(): Promise<boolean>;
  applyUpdate(options?: { despiteOutbox?: boolean }): Promise<void>;
}

export interface Settings {
  language: "vi" | "en";
  theme: "auto" | "light" | "dark";
  /** Photos wait while the connection counts by the megabyte. */
  pauseOnMetered: boolean;
  /** Keep the original of a photo on the server too, or only the scaled copy. */
  sendOriginals: boolean;
  /** Move on to the next unanswered item after answering in the sheet. */
  advanceAfterAnswer: boolean;
}

export interface ImportReport {
  device: string;
  personName: string | null;
  operations: number;
  alreadyKnown: number;
  files: number;
  /** What was wrong with a part of the file; what is counted here was taken all the same. */
  damage: string | null;
}

export interface Exporting {
  withFiles: boolean;
  /** This one whole, confirmed or not, with what team mates brought here of it. */
  inspection?: string;
}

export interface ItemFilter {
  section?: string;
  /** Code, question, note: letters with or without marks. */
  text?: string;
  only?: "missing" | "nonconforming" | "conflict" | "mine";
}

export interface NewFile {
  bytes: Blob;
  mime: string;
  /** What a file was called where it came from. */
  name?: string;
  /** The photo whose camera file this is. */
  originalOf?: string;
  item?: string;
  caption?: string;
  takenAt?: Date;
}

/** One inspection, opened. Getters are cheap; `subscribe` says when to look again. */
export interface Visit {
  readonly id: string;
  readonly summary: view.InspectionSummary;
  readonly definition: Definition;
  /** The package as the office sent it: decision, unit, agency, team, previous findings. */
  readonly package: PackageFacts;
  subscribe(listener: () => void): Unsubscribe;

  readonly sections: view.SectionView[];
  items(filter?: ItemFilter): view.ItemSummary[];
  item(code: string): view.ItemView;
  nextUnanswered(after: string): string | null;
  readonly gaps: view.GapView[];

  /** The members given replace those of the value that stands; the others stay. Refusal: value_invalid {fault}. */
  answer(item: string, changed: view.Answer): Promise<string>;
  setRow(item: string, columns: Record<string, unknown>, entity?: string): Promise<string>;
  retractRow(entity: string): Promise<void>;

  /** Refusals: storage_full, file_too_large {size, max}, file_empty. The entity's name. */
  addPhoto(given: NewFile): Promise<string>;
  addFile(given: NewFile): Promise<string>;
  /** Throws what `addFile` would refuse, before anything was chosen to be kept. */
  checkRoom(bytes: number): Promise<void>;
  editAttachment(entity: string, changed: { item?: string; caption?: string }): Promise<void>;
  /** With a photo goes what the camera wrote of it. */
  retractAttachment(entity: string, reason: string): Promise<void>;
  /** The file's bytes: from this tablet, else from the server if it is reached. Null if neither has it. */
  bytesOf(sha256: string): Promise<Blob | null>;

  /** What the unit has written about itself, as the office keeps it; its files are on the tablet with the package. */
  readonly selfReports: view.SelfReportView[];

  readonly notes: view.NoteView[];
  addNote(text: string, item?: string): Promise<void>;
  editNote(entity: string, text: string): Promise<void>;
  retractNote(entity: string, reason: string): Promise<void>;

  readonly announcement: Announced;
  setAnnouncement(changed: view.Announcement): Promise<void>;
  readonly participants: view.ParticipantView[];
  setParticipant(given: Omit<view.ParticipantView, "id" | "entity">, entity?: string): Promise<string>;
  retractParticipant(entity: string): Promise<void>;
  readonly fields: view.InspectionFields;
  setFields(changed: view.InspectionFields): Promise<void>;

  readonly findings: view.FindingView[];
  setFinding(changed: FindingChange, entity?: string): Promise<string>;
  retractFinding(entity: string, reason: string): Promise<void>;
  /** Ý kiến giải trình: `about` is a finding's id or `general`. */
  readonly explanations: Record<string, { text: string; by: string }>;
  setExplanation(about: string, given: { text: string; by: string }): Promise<void>;

  readonly remarks: view.RemarkView[];
  answerRemark(entity: string, text: string): Promise<void>;
  assign(section: string, members: string[]): Promise<void>;

  readonly conflicts: view.ConflictView[];
  /** One of the sides stands. */
  resolveKeeping(conflict: view.ConflictView, opId: string, reason: string): Promise<void>;
  /** Something else stands: the new value of the field. */
  resolveStating(conflict: view.ConflictView, value: unknown, reason: string): Promise<void>;

  readonly setAside: view.SetAsideView[];
  adopt(opId: string, reason: string): Promise<void>;
  dismiss(opId: string, reason: string): Promise<void>;

  /** Workflow steps that this person may take now, by what this tablet knows. */
  readonly openSteps: string[];
  may(operationType: string, entity?: string): boolean;
  start(): Promise<void>;
  conclude(): Promise<void>;
  submit(): Promise<void>;
  reopen(reason: string): Promise<void>;

  /** The supervisor's latest return, while the revision that it opened is not handed in again. */
  readonly sentBack: { reason: string; dueOn: string | null; at: string } | null;
  /** The version of the checklist that took the place of the decision's, if one did. */
  readonly supplemented: { checklist: string; at: string } | null;
  /**
   * The latest sign-off of this revision: `pending` has not reached the server, `waiting` waits there for operations or
   * files, `refused` has a code that says why.
   */
  readonly signOffState: view.SignOffState | null;
  /** What has joined the record since, unseen by those who signed; null where nobody has signed off. */
  behindSignOff(): Promise<view.BehindSignOff | null>;

  readonly teamTablets: view.TeamTablet[];
  /** The hash over everything that belongs to the record as it stands here: what signatures bind to. */
  contentHash(): Promise<string>;
  readonly signatures: view.SignatureView[];
  /** `content` is the hash that was shown; refused with content_changed if the record has moved since. */
  sign(given: {
    role: view.SignatureView["role"];
    name: string;
    title: string;
    content: string;
    image: Blob;
  }): Promise<void>;
  refuseToSign(given: {
    name: string;
    title: string;
    content: string;
    reason: string;
    witnesses: string[];
  }): Promise<void>;
  /**
   * `exclude` stays out, with all that builds on it.
   * Refusals: content_changed, signatures_missing {roles}, conflicts_open {count}.
   */
  signOff(given: { content: string; statement?: string; exclude?: string[] }): Promise<void>;
}

export type Announced = view.Announcement;

export interface FindingChange {
  category?: string;
  text?: string;
  reference?: { code: string; article: string };
  items?: string[];
  evidence?: unknown[];
  due_on?: string | null;
}

export interface PackageFacts {
  inspection: {
    id: string;
    stream: string;
    form: "on_site" | "desk";
    planned_on: string | null;
    decision_number: string | null;
    decided_on: string | null;
    profile: string | null;
    standard: string | null;
    period_from: string | null;
    period_to: string | null;
  };
  checklist: { ref: string; sha256: string; url: string };
  unit: { code: string; name: string; unit_type: string; level: string | null };
  agency: {
    parent_name: string;
    name: string;
    place: string;
    province_name: string;
    record_symbol: string;
  } | null;
  team: (view.TeamMember & { devices: TeamDevice[] })[];
  server_keys: { kid: string; jwk: JsonWebKey }[];
  limits: Record<string, number>;
  previous_findings: view.PreviousFinding[];
  prefill: Record<string, { note: string }>;
  /** Not in packages that were taken before there was such a thing. */
  self_reports?: SelfReportFacts[];
}

export interface SelfReportFacts {
  id: string;
  name: string;
  media_type: string;
  size: number;
  sha256: string;
  document_number: string;
  received_on: string;
}

export interface TeamDevice {
  device: string;
  label: string;
  jwk: JsonWebKey;
  thumbprint: string;
  revoked: string | null;
}

export type { Lack };
