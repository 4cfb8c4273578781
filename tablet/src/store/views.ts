/**
 * What the screens are shown: plain values derived from the log, never stored and never changed in place.
 * Nothing here knows a database, a network or a key.
 */
import type { ChecklistItem, Definition, Lack } from "../rules/definition.ts";
import type { FileView, PhotoView } from "./file_views.ts";

export type { FileView, PhotoView, SelfReportView } from "./file_views.ts";

/** An answer's body as the log keeps it; every member may be missing while work is in progress. */
export interface Answer {
  value?: unknown;
  conclusion?: string | null;
  note?: string | null;
  evidence_kind?: string[] | null;
  evidence?: EvidencePiece[] | null;
  not_applicable_reason?: string | null;
  [member: string]: unknown;
}

export interface EvidencePiece {
  kind: string;
  text: string;
  [member: string]: unknown;
}

export type Role = "leader" | "deputy" | "secretary" | "member";

export interface TeamMember {
  person_id: string;
  role: Role;
  full_name: string;
  title: string;
}

/** Where an operation stands, as the two honest states of the sync line; `aside` was set apart by the server. */
export type Whereabouts = "on_tablet" | "on_server" | "aside";

/** Who wrote a value, when and where it stands. */
export interface Authored {
  opId: string;
  actor: string;
  actorName: string;
  device: string;
  isMine: boolean;
  /** The tablet's own clock, RFC 3339. */
  wall: string;
  receivedAt: string | null;
  whereabouts: Whereabouts;
}

/** One of the values that stand in a register; more than one with different values is a conflict. */
export interface Head<T = unknown> extends Authored {
  value: T;
}

export type State =
  | "scheduled"
  | "decided"
  | "awaiting_self_report"
  | "in_progress"
  | "agreed"
  | "signed"
  | "submitted"
  | "approved"
  | "issued"
  | "awaiting_correction"
  | "under_review"
  | "closed"
  | "postponed"
  | "cancelled";

export interface Progress {
  done: number;
  asked: number;
}

/** A card of "Việc của tôi". */
export interface InspectionSummary {
  id: string;
  unitName: string;
  unitType: string;
  form: "on_site" | "desk";
  plannedOn: string | null;
  decisionNumber: string | null;
  role: Role | null;
  team: TeamMember[];
  state: State;
  /** Null until the package has been downloaded. */
  progress: Progress | null;
  conflicts: number;
  openRemarks: number;
  /** Operations and files of this inspection that the server has not confirmed. */
  waitingOps: number;
  waitingFiles: number;
  isDownloaded: boolean;
  /** Its log is here as far as the server has told of it. */
  isWhole: boolean;
  /** The server offers a newer package than the one held. */
  hasNewPackage: boolean;
  /** The sign-off was recorded and the server has not confirmed it yet ("chờ máy chủ xác nhận"). */
  awaitsConfirmation: boolean;
}

export interface SectionView {
  code: string;
  title: string;
  titleEn: string;
  progress: Progress;
  conflicts: number;
  nonconformities: number;
  /** Person ids to whom the leader gave the section; empty if to nobody. */
  assignedTo: string[];
}

/** One line of the list: enough to answer with one tap. */
export interface ItemSummary {
  code: string;
  section: string;
  item: ChecklistItem;
  /** The one value that stands; null if none does or several differ. */
  answer: Answer | null;
  /** What the answer comes to: phu_hop, luu_y, kph_nhe, kph_nang, khong_ap_dung, or null. */
  conclusion: string | null;
  lacks: Lack[];
  hasConflict: boolean;
  hasNote: boolean;
  photos: number;
  files: number;
  rows: number;
  hasPreviousFinding: boolean;
  openRemarks: number;
  author: Authored | null;
  isAssignedToMe: boolean;
}

export interface RowView {
  id: string;
  entity: string;
  columns: Record<string, unknown>;
  fault: string | null;
  heads: Head<{ columns: Record<string, unknown> }>[];
  hasConflict: boolean;
}

export interface NoteView {
  id: string;
  entity: string;
  text: string;
  item: string | null;
  author: Authored;
}

export interface RemarkView {
  id: string;
  /** What the supervisor speaks about: `answer/<item>`, … */
  about: string;
  text: string;
  dueOn: string | null;
  state: "open" | "answered" | "accepted";
  answers: { text: string; author: Authored }[];
}

export interface PreviousFinding {
  inspected_on: string;
  decision_number: string;
  category: string;
  text: string;
  reference?: string;
  items: string[];
  due_on: string | null;
  standing: "awaited" | "reported" | "not_accepted";
  is_overdue: boolean;
  [member: string]: unknown;
}

/** Everything about one item, for its sheet. */
export interface ItemView extends ItemSummary {
  heads: Head<Answer>[];
  rowViews: RowView[];
  photoViews: PhotoView[];
  fileViews: FileView[];
  notes: NoteView[];
  remarks: RemarkView[];
  previousFindings: PreviousFinding[];
  /** The note from which the answer starts where an earlier finding is asked about. */
  prefill: string | null;
  /** Everything ever written about the item, newest first. */
  history: HistoryEntry[];
}

export interface HistoryEntry extends Authored {
  type: string;
  entity: string;
  value: unknown;
  code: string | null;
}

/** Values that stand side by side until somebody who may decides with a reason. */
export interface ConflictView {
  entity: string;
  field: string;
  kind: string;
  item: string | null;
  sides: Head[];
  mayResolve: boolean;
}

export interface ParticipantView {
  id: string;
  entity: string;
  side: "team" | "unit" | "other";
  name: string;
  title: string;
  role: string;
  present: boolean;
}

/** A finding of the record: one that follows from a conclusion, or one that the team wrote. */
export interface FindingView {
  id: string;
  entity: string;
  category: string;
  categoryLabel: string;
  needsCorrection: boolean;
  text: string;
  reference: string;
  items: string[];
  evidence: string[];
  dueOn: string | null;
  explanation: string;
  isDerived: boolean;
}

export interface Announcement {
  opened_at?: string;
  closed_at?: string;
  place?: string;
  statement?: string;
}

export interface InspectionFields {
  started_at?: string;
  ended_at?: string;
  place?: string;
  conclusion?: string;
  recommendations?: string;
  period_examined?: unknown;
}

export interface SignatureView {
  id: string;
  role: "leader" | "unit" | "secretary" | "member";
  name: string;
  title: string;
  /** The content hash that was on the screen. */
  content: string;
  sha256: string | null;
  refusal: { reason: string; witnesses: string[] } | null;
  author: Authored;
  /** Made over what stands now; otherwise the record has changed since. */
  isCurrent: boolean;
}

/** An operation that the server keeps without effect, with what it would have written and what stands there. */
export interface SetAsideView extends Authored {
  type: string;
  entity: string;
  /** The entity at which it would be taken in: another where a newer checklist put another item there. */
  place: string;
  code: string;
  isAdoptable: boolean;
  /** What would stand if it were taken in. */
  writes: Readonly<Record<string, unknown>>;
  /** What stands in the same fields now; empty where nothing does. */
  present: Readonly<Record<string, unknown>>;
}

export interface SignOffState {
  opId: string;
  wall: string;
  /** The content that was signed. */
  content: string;
  state: "pending" | "waiting" | "applied" | "refused";
  code: string | null;
  /** What the server said beside the code: `unseen` operations, `missing` tablets or files. */
  detail: Readonly<Record<string, unknown>>;
}

/** An operation of the record that was not before those who signed. */
export interface UnseenView extends Authored {
  type: string;
  entity: string;
  writes: Readonly<Record<string, unknown>>;
}

/** What has joined the record behind the back of a sign-off. */
export interface BehindSignOff {
  unseen: UnseenView[];
  /** So many more the server has and this tablet has not pulled yet. */
  elsewhere: number;
  /** Without them the content is again the one that was signed, so that its signatures hold. */
  isSignedWithout: boolean;
}

export interface GapView {
  item: string;
  lack: Lack;
  detail: Record<string, unknown>;
}

/** Until when the work of each team mate's tablet is known here. */
export interface TeamTablet {
  device: string;
  label: string;
  person_id: string;
  personName: string;
  /** Number of the last operation of that tablet that is known here; 0 if none. */
  lastSeq: number;
  /** Newest claimed time among them. */
  lastWall: string | null;
  /** Taken from an exchange file and not yet confirmed by the server. */
  provisional: number;
}

export type SyncNeed = "nothing" | "sign_in" | "upgrade" | "enrol_again" | "withdrawn" | "attention";

/** The sync line. `needs` other than `nothing` is something that only a person can do. */
export interface SyncStatus {
  phase: "idle" | "working" | "waiting";
  /** Operations and files recorded on this tablet that the server has not confirmed. */
  waitingOps: number;
  waitingFiles: number;
  waitingBytes: number;
  /** Team mates' batches that were brought by hand and that the server has not taken yet. */
  waitingRelays: number;
  /** Files on their way now, 0 … 1 each. */
  uploads: { sha256: string; sent: number; size: number }[];
  /** When the server last confirmed everything; null if never. */
  confirmedAt: string | null;
  /** Whether the last attempt reached the server; null before the first. */
  isReached: boolean | null;
  /** Milliseconds since the epoch of the next attempt by itself; null if none is planned. */
  nextAttemptAt: number | null;
  needs: SyncNeed;
  /** The problem as the server told it: code for the catalogue, its own Vietnamese sentence as a fallback. */
  problem: { code: string; title: string; detail: string } | null;
  isPausedOnMetered: boolean;
}

export interface OutboxLine {
  seq: number;
  inspection: string;
  unitName: string;
  type: string;
  entity: string;
  wall: string;
  /** Why it does not move, if there is a reason other than the network. */
  reason: string | null;
}

/** What others signed and this tablet passes on: a team mate's batch, or what the office wrote before a restore. */
export interface RelayLine {
  id: string;
  /** Whose work it is; null for the office's. */
  personName: string | null;
  operations: number;
  /** Why the server did not take it when it was offered last: its code, and its own sentence. */
  reason: string | null;
  said: string;
}

export interface WaitingFile {
  sha256: string;
  inspection: string;
  unitName: string;
  size: number;
  mime: string;
  sent: number;
  reason: string | null;
}

export interface StorageView {
  usedBytes: number;
  quotaBytes: number;
  isPersistent: boolean;
  /** Less than this many photos' room: warn. */
  isLow: boolean;
}

export interface Person {
  person_id: string;
  full_name: string;
  title: string;
  hasPin: boolean;
  /** Whether signing in opens the store without the PIN. */
  canRecover: boolean;
}

export type { ChecklistItem, Definition, Lack };
