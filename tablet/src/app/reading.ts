/**
 * The log of one inspection as the screens show it: views computed from a fold, each at most once until it changes.
 * It writes nothing and asks nobody.
 */
import { conclusionOf, type Gap, gapsOf, itemGaps, type Recorded } from "../rules/completeness.ts";
import { type ChecklistItem, conclusionsOf, type Definition, itemsOf } from "../rules/definition.ts";
import { itemOf, kindOf, RETRACT, restOf } from "../rules/entities.ts";
import { type Entry, type Fold, isEffective, writesIn } from "../rules/fold.ts";
import { relevantItems, type Scope } from "../rules/relevance.ts";
import { rowFault } from "../rules/values.ts";
import type * as view from "../store/views.ts";
import { documentsIn, photosIn } from "./attachments.ts";
import type { PackageFacts } from "./facade.ts";

type Body = Record<string, unknown>;

/** Who looks: names, team and tablet decide what is "mine". */
export interface Onlooker {
  person: string;
  device: string;
  /** Files on this tablet, and whether the server has them. */
  files: ReadonlyMap<string, { isOnServer: boolean }>;
}

export class Reading {
  readonly fold: Fold;
  readonly definition: Definition;
  readonly facts: PackageFacts;
  readonly #onlooker: Onlooker;
  readonly #kept = new Map<string, unknown>();
  readonly #names: ReadonlyMap<string, string>;
  readonly #items: ReadonlyMap<string, ChecklistItem>;

  constructor(fold: Fold, definition: Definition, facts: PackageFacts, onlooker: Onlooker) {
    this.fold = fold;
    this.definition = definition;
    this.facts = facts;
    this.#onlooker = onlooker;
    this.#names = new Map(facts.team.map((member) => [member.person_id, member.full_name]));
    this.#items = new Map(itemsOf(definition).map((item) => [item.code, item]));
  }

  #once<T>(name: string, compute: () => T): T {
    if (!this.#kept.has(name)) this.#kept.set(name, compute());
    return this.#kept.get(name) as T;
  }

  get scope(): Scope {
    return { unitType: this.facts.unit.unit_type, profile: this.facts.inspection.profile, switchedOn: [] };
  }

  get recorded(): Recorded {
    return this.#once("recorded", () => {
      const answers: Record<string, Body> = {};
      const rows: Record<string, Body[]> = {};
      for (const entity of this.fold.entities("answer")) {
        const answer = this.#only(entity, "answer");
        if (answer) answers[restOf(entity)] = answer;
      }
      for (const row of this.#rowEntities) {
        const item = itemOf(row) ?? "";
        rows[item] = [...(rows[item] ?? []), (this.#any(row, "row")?.columns ?? {}) as Body];
      }
      const attached = [...this.photos, ...this.documents];
      const withAttachment = new Set(attached.flatMap((one) => one.item ?? []));
      return { answers, rows, withAttachment };
    });
  }

  get #rowEntities(): string[] {
    return this.#once("rows", () => this.fold.entities("row").filter((one) => !this.fold.isHidden(one)));
  }

  /** The one value of a register; null where none stands or several differ. */
  #only(entity: string, field: string): Body | null {
    const isApart = this.fold.conflictsAt(entity).some((conflict) => conflict.field === field);
    return isApart ? null : this.#any(entity, field);
  }

  #any(entity: string, field: string): Body | null {
    const head = this.fold.heads(entity, field)[0];
    return head ? (writesIn(head.operation)[field] as Body) : null;
  }

  get asked(): string[] {
    return this.#once("asked", () => relevantItems(this.definition, this.scope, this.recorded.answers));
  }

  get gaps(): Gap[] {
    return this.#once("gaps", () => gapsOf(this.definition, this.scope, this.recorded));
  }

  get progress(): view.Progress {
    return this.#progressOf(this.asked);
  }

  #progressOf(codes: readonly string[]): view.Progress {
    const unfinished = this.#once("unfinished", () => new Set(this.gaps.map((gap) => gap.item)));
    return { done: codes.filter((code) => !unfinished.has(code)).length, asked: codes.length };
  }

  authored(entry: Entry): view.Authored {
    const { op_id, actor, wall } = entry.operation;
    const isAside = !isEffective(entry) || this.fold.leftOut.has(op_id);
    return {
      opId: op_id,
      actor,
      actorName: this.#names.get(actor) ?? "",
      device: entry.device,
      isMine: actor === this.#onlooker.person,
      wall,
      receivedAt: entry.receivedAt,
      whereabouts: isAside ? "aside" : entry.pos === null ? "on_tablet" : "on_server",
    };
  }

  heads<T>(entity: string, field: string): view.Head<T>[] {
    return this.fold
      .heads(entity, field)
      .map((head) => ({ ...this.authored(head), value: writesIn(head.operation)[field] as T }));
  }

  get assigned(): ReadonlyMap<string, string[]> {
    return this.#once("assigned", () => {
      const found = this.fold.entities("assignment").map((entity) => {
        const members = this.fold.values(entity).members;
        return [restOf(entity), Array.isArray(members) ? members.map(String) : []] as const;
      });
      return new Map(found);
    });
  }

  get summaries(): view.ItemSummary[] {
    return this.#once("summaries", () => {
      const asked = new Set(this.asked);
      return this.definition.sections.flatMap((section) =>
        section.items
          .filter((item) => asked.has(item.code))
          .map((item) => this.summaryOf(item, section.code)),
      );
    });
  }

  summaryOf(item: ChecklistItem, section: string): view.ItemSummary {
    const entity = `answer/${item.code}`;
    const answer = this.recorded.answers[item.code] ?? null;
    const hasConflict = this.fold.conflictsAt(entity).length > 0;
    const [head] = this.fold.heads(entity, "answer");
    const told = answer as view.Answer | null;
    return {
      code: item.code,
      section,
      item,
      answer: told,
      conclusion: answer ? conclusionOf(item, answer) : null,
      lacks: itemGaps(this.definition, item, this.recorded).map((gap) => gap.lack),
      hasConflict,
      hasNote: Boolean(told?.note?.trim()) || this.notes.some((note) => note.item === item.code),
      photos: this.photos.filter((photo) => photo.item === item.code).length,
      files: this.documents.filter((file) => file.item === item.code).length,
      rows: this.recorded.rows[item.code]?.length ?? 0,
      hasPreviousFinding: this.previousOf(item).length > 0,
      openRemarks: this.remarksOn(item.code).filter((remark) => remark.state === "open").length,
      author: head && !hasConflict ? this.authored(head) : null,
      isAssignedToMe: (this.assigned.get(section) ?? []).includes(this.#onlooker.person),
    };
  }

  get sections(): view.SectionView[] {
    return this.#once("sections", () => this.definition.sections.map((one) => this.#section(one)));
  }

  #section(section: Definition["sections"][number]): view.SectionView {
    const own = this.summaries.filter((item) => item.section === section.code);
    const wrong = new Set(
      conclusionsOf(this.definition).flatMap((one) =>
        one.finding && one.value !== "luu_y" ? one.value : [],
      ),
    );
    return {
      code: section.code,
      title: section.title_vi,
      titleEn: section.title_en,
      progress: this.#progressOf(own.map((item) => item.code)),
      conflicts: own.filter((item) => item.hasConflict).length,
      nonconformities: own.filter((item) => item.conclusion !== null && wrong.has(item.conclusion)).length,
      assignedTo: this.assigned.get(section.code) ?? [],
    };
  }

  item(code: string): view.ItemView {
    const item = this.#items.get(code);
    if (!item) throw new Error(`no item ${code}`);
    const section = this.definition.sections.find((one) => one.items.includes(item))?.code ?? "";
    return {
      ...this.summaryOf(item, section),
      heads: this.heads<view.Answer>(`answer/${code}`, "answer"),
      rowViews: this.#rowEntities.filter((row) => itemOf(row) === code).map((row) => this.#row(item, row)),
      photoViews: this.photos.filter((photo) => photo.item === code),
      fileViews: this.documents.filter((file) => file.item === code),
      notes: this.notes.filter((note) => note.item === code),
      remarks: this.remarksOn(code),
      previousFindings: this.previousOf(item),
      prefill: this.facts.prefill[code]?.note ?? null,
      history: this.#historyOf(code),
    };
  }

  #row(item: ChecklistItem, entity: string): view.RowView {
    const columns = (this.#any(entity, "row")?.columns ?? {}) as Body;
    return {
      id: restOf(entity).split("/")[1] ?? "",
      entity,
      columns,
      fault: rowFault(this.definition, item, columns),
      heads: this.heads(entity, "row"),
      hasConflict: this.fold.conflictsAt(entity).length > 0,
    };
  }

  #historyOf(code: string): view.HistoryEntry[] {
    const rows = this.fold.entities("row").filter((row) => itemOf(row) === code);
    const attached = [...this.photos, ...this.documents]
      .filter((one) => one.item === code)
      .map((one) => one.entity);
    return [`answer/${code}`, ...rows, ...attached]
      .flatMap((entity) => this.fold.history(entity))
      .map((entry) => ({
        ...this.authored(entry),
        type: entry.operation.type,
        entity: entry.operation.entity,
        value: Object.values(writesIn(entry.operation))[0] ?? null,
        code: entry.code,
      }))
      .reverse();
  }

  previousOf(item: ChecklistItem): view.PreviousFinding[] {
    const all = this.facts.previous_findings;
    return item.carry_over_from_previous_inspection
      ? all
      : all.filter((one) => one.items.includes(item.code));
  }

  get photos(): view.PhotoView[] {
    return this.#once("photos", () => photosIn(this.fold, this.#onlooker.files, (one) => this.authored(one)));
  }

  get documents(): view.FileView[] {
    return this.#once("documents", () =>
      documentsIn(this.fold, this.#onlooker.files, (one) => this.authored(one)),
    );
  }

  get notes(): view.NoteView[] {
    return this.#once("notes", () =>
      this.fold
        .entities("note")
        .filter((entity) => !this.fold.isHidden(entity))
        .flatMap((entity) => {
          const [head] = this.fold.heads(entity, "note");
          if (!head) return [];
          const { text, item } = writesIn(head.operation).note as { text?: string; item?: string };
          return {
            id: restOf(entity),
            entity,
            text: text ?? "",
            item: item ?? null,
            author: this.authored(head),
          };
        }),
    );
  }

  get remarks(): view.RemarkView[] {
    return this.#once("remarks", () =>
      this.fold.entities("remark").map((entity) => {
        const { remark, state } = this.fold.values(entity);
        const told = (remark ?? {}) as { entity?: string; text?: string; due_on?: string };
        const answers = this.fold
          .history(entity)
          .filter((entry) => entry.operation.type === "remark.answer" && isEffective(entry))
          .map((entry) => ({ text: textIn(entry), author: this.authored(entry) }));
        return {
          id: restOf(entity),
          entity,
          about: told.entity ?? "",
          text: told.text ?? "",
          dueOn: told.due_on ?? null,
          state: (state as view.RemarkView["state"] | undefined) ?? "open",
          answers,
        };
      }),
    );
  }

  remarksOn(code: string): view.RemarkView[] {
    return this.remarks.filter(
      (remark) => remark.about === `answer/${code}` || remark.about.startsWith(`row/${code}/`),
    );
  }

  get participants(): view.ParticipantView[] {
    return this.#once("participants", () =>
      this.fold
        .entities("participant")
        .filter((entity) => !this.fold.isHidden(entity))
        .map((entity) => {
          const told = this.fold.values(entity) as Partial<view.ParticipantView>;
          return {
            id: restOf(entity),
            entity,
            side: told.side ?? "other",
            name: told.name ?? "",
            title: told.title ?? "",
            role: told.role ?? "",
            present: told.present ?? true,
          };
        }),
    );
  }

  get explanations(): Record<string, { text: string; by: string }> {
    const found = this.fold.entities("explanation").map((entity) => {
      const { text, by } = this.fold.values(entity);
      return [restOf(entity), { text: String(text ?? ""), by: String(by ?? "") }] as const;
    });
    return Object.fromEntries(found);
  }

  get conflicts(): Omit<view.ConflictView, "mayResolve">[] {
    return this.#once("conflicts", () =>
      this.fold.conflicts().map(({ entity, field, heads }) => ({
        entity,
        field,
        kind: kindOf(entity),
        item: itemOf(entity),
        sides: heads.flatMap((id) => {
          const entry = this.fold.entries.get(id);
          if (!entry) return [];
          const writes = writesIn(entry.operation);
          const value = field === RETRACT ? (RETRACT in writes ? null : writes) : writes[field];
          return { ...this.authored(entry), value };
        }),
      })),
    );
  }
}

function textIn(entry: Entry): string {
  try {
    return String((JSON.parse(entry.operation.body ?? "{}") as { text?: string }).text ?? "");
  } catch {
    return "";
  }
}
