/** What the screens read of an open inspection: cheap getters over its log, and no way to write. */
import { contentHashOf } from "../rules/content.ts";
import { foldOf } from "../rules/fold.ts";
import { mayWrite } from "../rules/permissions.ts";
import { unseenBy } from "../rules/signoff.ts";
import { stepsOpenTo } from "../rules/workflow.ts";
import type * as view from "../store/views.ts";
import { selfReportsIn } from "./attachments.ts";
import type * as facade from "./facade.ts";
import { findingsOf } from "./findings.ts";
import { type Made, made } from "./made.ts";
import { saidIn, setAsideIn } from "./set_aside.ts";
import { sentBackOf, signOffOf, stateOf, supplementedOf } from "./steps.ts";
import { matches } from "./text.ts";
import type { VisitLog } from "./visit_log.ts";

type Body = Record<string, unknown>;

export class VisitViews {
  protected readonly log: VisitLog;
  readonly #kept = new Map<string, Made<unknown>>();

  protected constructor(log: VisitLog) {
    this.log = log;
  }

  /** The value as it was made, until the screens have to look again. */
  #once<T>(name: string, make: () => T): T {
    return made(this.#kept as Map<string, Made<T>>, name, [this.log.version], make);
  }

  get id(): string {
    return this.log.id;
  }

  get definition() {
    return this.log.definition;
  }

  get package(): facade.PackageFacts {
    return this.log.package;
  }

  subscribe(listener: () => void): facade.Unsubscribe {
    return this.log.subscribe(listener);
  }

  get summary(): view.InspectionSummary {
    return this.#once("summary", () => this.#summary());
  }

  #summary(): view.InspectionSummary {
    const { inspection, unit, team } = this.package;
    return {
      id: this.id,
      unitName: unit.name,
      unitType: unit.unit_type,
      form: inspection.form,
      plannedOn: inspection.planned_on,
      decisionNumber: inspection.decision_number,
      role: this.#role(this.log.host.person),
      team: team.map(({ person_id, role, full_name, title }) => ({ person_id, role, full_name, title })),
      state: this.state,
      progress: this.log.reading.progress,
      conflicts: this.log.reading.conflicts.length,
      openRemarks: this.remarks.filter((remark) => remark.state === "open").length,
      waitingOps: this.log.waiting.ops,
      waitingFiles: this.log.waiting.files,
      isDownloaded: true,
      isWhole: this.log.isWhole,
      hasNewPackage: this.log.hasNewPackage,
      awaitsConfirmation: ["pending", "waiting"].includes(this.signOffState?.state ?? ""),
    };
  }

  get state(): view.State {
    return this.#once("state", () =>
      stateOf(this.log.fold, this.log.told, this.package.inspection.form, (person) => this.#role(person)),
    );
  }

  #role(person: string): view.Role | null {
    return this.package.team.find((member) => member.person_id === person)?.role ?? null;
  }

  get sections(): view.SectionView[] {
    return this.log.reading.sections;
  }

  items(filter: facade.ItemFilter = {}): view.ItemSummary[] {
    const { section, text, only } = filter;
    const wrong = new Set(["kph_nhe", "kph_nang"]);
    const kept: Record<NonNullable<facade.ItemFilter["only"]>, (item: view.ItemSummary) => boolean> = {
      missing: (item) => item.lacks.length > 0,
      nonconforming: (item) => wrong.has(item.conclusion ?? ""),
      conflict: (item) => item.hasConflict,
      mine: (item) => item.isAssignedToMe,
    };
    return this.log.reading.summaries.filter(
      (item) =>
        (section === undefined || item.section === section) &&
        (only === undefined || kept[only](item)) &&
        (!text ||
          matches(text, [item.code, item.item.question_vi, item.item.question_en, item.answer?.note ?? ""])),
    );
  }

  item(code: string): view.ItemView {
    return this.log.reading.item(code);
  }

  nextUnanswered(after: string): string | null {
    const all = this.log.reading.summaries;
    const place = all.findIndex((item) => item.code === after);
    const next = [...all.slice(place + 1), ...all.slice(0, Math.max(0, place))].find(
      (item) => item.lacks.length > 0,
    );
    return next?.code ?? null;
  }

  get gaps(): view.GapView[] {
    return this.log.reading.gaps;
  }

  get selfReports(): view.SelfReportView[] {
    return selfReportsIn(this.package);
  }

  get notes(): view.NoteView[] {
    return this.log.reading.notes;
  }

  get announcement(): view.Announcement {
    return this.log.fold.values("announcement") as view.Announcement;
  }

  get participants(): view.ParticipantView[] {
    return this.log.reading.participants;
  }

  get fields(): view.InspectionFields {
    return this.log.fold.values("inspection") as view.InspectionFields;
  }

  get findings(): view.FindingView[] {
    return findingsOf(this.log.reading, this.log.derived);
  }

  get explanations(): Record<string, { text: string; by: string }> {
    return this.log.reading.explanations;
  }

  get remarks(): view.RemarkView[] {
    return this.log.reading.remarks;
  }

  get conflicts(): view.ConflictView[] {
    return this.log.reading.conflicts.map((conflict) => ({
      ...conflict,
      mayResolve: this.may(`${conflict.kind}.resolve`, conflict.entity),
    }));
  }

  get setAside(): view.SetAsideView[] {
    const { fold, reading, definition } = this.log;
    return this.#once("setAside", () => setAsideIn(fold, definition, (entry) => reading.authored(entry)));
  }

  get openSteps(): string[] {
    const signOffWaits = ["pending", "waiting"].includes(this.signOffState?.state ?? "");
    const standing = { state: this.state, form: this.package.inspection.form, signOffWaits };
    return stepsOpenTo(standing, this.#role(this.log.host.person));
  }

  may(type: string, entity = ""): boolean {
    const { person } = this.log.host;
    if (type.startsWith("inspection.") && !/\.(set|resolve)$/.test(type)) {
      return this.openSteps.includes(type.replace("inspection.", ""));
    }
    return mayWrite(type, entity, { person, role: this.#role(person) }, this.log.fold);
  }

  get sentBack(): { reason: string; dueOn: string | null; at: string } | null {
    return sentBackOf(this.log.fold, this.state);
  }

  get supplemented(): { checklist: string; at: string } | null {
    const told = supplementedOf(this.log.fold);
    // The log may be here before the list itself is.
    return told?.checklist === this.log.package.checklist.ref ? told : null;
  }

  get signOffState(): view.SignOffState | null {
    return this.#once("signOff", () => signOffOf(this.log.fold));
  }

  /** What belongs to the record and was not before those who signed last; null where nobody has signed off. */
  async behindSignOff(): Promise<view.BehindSignOff | null> {
    const told = this.signOffState;
    const signOff = told && this.log.fold.entries.get(told.opId);
    if (!told || !signOff) return null;
    const unseen = unseenBy(signOff, this.log.fold.entries.values());
    const ids = unseen.map((entry) => entry.operation.op_id);
    const named = Array.isArray(told.detail.unseen) ? told.detail.unseen.map(String) : [];
    return {
      unseen: unseen.map((entry) => {
        const { type, entity } = entry.operation;
        return { ...this.log.reading.authored(entry), type, entity, writes: saidIn(entry) };
      }),
      elsewhere: named.filter((id) => !this.log.fold.entries.has(id)).length,
      isSignedWithout: (await this.contentWithout(ids)) === told.content,
    };
  }

  /** The content as it would be without the operations and what builds on them. */
  protected contentWithout(exclude: readonly string[]): Promise<string> {
    const { fold, package: facts } = this.log;
    const kept = exclude.length > 0 ? foldOf(fold.entries.values(), exclude) : fold;
    return contentHashOf(this.id, facts.checklist.sha256, kept);
  }

  get teamTablets(): view.TeamTablet[] {
    const entries = [...this.log.fold.entries.values()];
    return this.package.team.flatMap((member) =>
      member.devices
        .filter((device) => device.device !== this.log.host.device && device.revoked === null)
        .map((device) => {
          const own = entries.filter((entry) => entry.device === device.device);
          const walls = own.map((entry) => entry.operation.wall).sort();
          return {
            device: device.device,
            label: device.label,
            person_id: member.person_id,
            personName: member.full_name,
            lastSeq: Math.max(0, ...own.map((entry) => entry.operation.seq)),
            lastWall: walls.at(-1) ?? null,
            provisional: own.filter((entry) => entry.pos === null).length,
          };
        }),
    );
  }

  get signatures(): view.SignatureView[] {
    return this.log.fold.entities("signature").flatMap((entity) => {
      const [head] = this.log.reading.heads<Body>(entity, "signature");
      if (!head) return [];
      const told = head.value as unknown as Omit<view.SignatureView, "id" | "author"> & { blob?: string };
      return {
        id: entity.replace("signature/", ""),
        role: told.role,
        name: told.name,
        title: told.title ?? "",
        content: told.content,
        sha256: told.blob?.replace("sha256:", "") ?? null,
        refusal: told.refusal ?? null,
        author: head,
        isCurrent: told.content === this.shownContent,
      };
    });
  }

  protected shownContent = "";

  async contentHash(): Promise<string> {
    this.shownContent = await this.contentWithout([]);
    return this.shownContent;
  }
}
