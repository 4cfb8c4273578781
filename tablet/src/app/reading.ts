/**
 * The log of one inspection as the screens show it: views computed from a fold, each at most once until what it is
 * made of changes. A tap touches one item, and the line of no other is made anew. It writes nothing and asks nobody.
 */
import { conclusionOf, type Gap, gapsOf, itemGaps, type Recorded } from "../rules/completeness.ts";
import { type ChecklistItem, conclusionsOf, type Definition, itemsOf } from "../rules/definition.ts";
import { itemOf, restOf } from "../rules/entities.ts";
import { type Fold, writesIn } from "../rules/fold.ts";
import { relevantItems, type Scope } from "../rules/relevance.ts";
import { rowFault } from "../rules/values.ts";
import type * as view from "../store/views.ts";
import type { PackageFacts } from "./facade.ts";
import { type Made, made } from "./made.ts";
import { type Onlooker, RecordReading } from "./record_reading.ts";

type Body = Record<string, unknown>;

/** What decides whether an item is complete, beside its photos. */
const RECORD = ["answer", "row"];
const ATTACHED = ["photo", "file"];
/** Everything that a line of the list speaks of. */
const SHOWN_IN_LINES = [...RECORD, ...ATTACHED, "note", "remark", "assignment"];

export class Reading extends RecordReading {
  readonly definition: Definition;
  readonly #gapsAt = new Map<string, Made<Gap[]>>();
  readonly #lines = new Map<string, Made<view.ItemSummary>>();
  readonly #items: ReadonlyMap<string, ChecklistItem>;

  constructor(fold: Fold, definition: Definition, facts: PackageFacts, onlooker: Onlooker) {
    super(fold, facts, onlooker);
    this.definition = definition;
    this.#items = new Map(itemsOf(definition).map((item) => [item.code, item]));
  }

  get scope(): Scope {
    return { unitType: this.facts.unit.unit_type, profile: this.facts.inspection.profile, switchedOn: [] };
  }

  get recorded(): Recorded {
    return this.once("recorded", [...RECORD, ...ATTACHED], () => {
      const answers: Record<string, Body> = {};
      for (const entity of this.fold.entities("answer")) {
        const answer = this.#only(entity, "answer");
        if (answer) answers[restOf(entity)] = answer;
      }
      const withAttachment = new Set([...this.#photosOn.keys(), ...this.#documentsOn.keys()]);
      return { answers, rows: this.#rows, withAttachment };
    });
  }

  get #rows(): Record<string, Body[]> {
    return this.once("columns", ["row"], () => {
      const rows: Record<string, Body[]> = {};
      for (const row of this.#rowEntities) {
        const item = itemOf(row) ?? "";
        rows[item] = [...(rows[item] ?? []), (this.#any(row, "row")?.columns ?? {}) as Body];
      }
      return rows;
    });
  }

  get #rowEntities(): string[] {
    return this.once("rows", ["row"], () =>
      this.fold.entities("row").filter((one) => !this.fold.isHidden(one)),
    );
  }

  /** How many photos each item has. */
  get #photosOn(): ReadonlyMap<string, number> {
    return this.once("photosOn", ["photo"], () => countOf(this.photos.map((photo) => photo.item)));
  }

  get #documentsOn(): ReadonlyMap<string, number> {
    return this.once("documentsOn", ["file"], () => countOf(this.documents.map((file) => file.item)));
  }

  get #notesOn(): ReadonlyMap<string, number> {
    return this.once("notesOn", ["note"], () => countOf(this.notes.map((note) => note.item)));
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
    return this.once("asked", ["answer"], () =>
      relevantItems(this.definition, this.scope, this.recorded.answers),
    );
  }

  get gaps(): Gap[] {
    return this.once("gaps", [...RECORD, ...ATTACHED], () =>
      gapsOf(this.definition, this.scope, this.recorded, (item) => this.#gapsOf(item)),
    );
  }

  #gapsOf(item: ChecklistItem): Gap[] {
    const { answers, rows, withAttachment } = this.recorded;
    const from = [answers[item.code], rows[item.code], withAttachment.has(item.code)];
    return made(this.#gapsAt, item.code, from, () => itemGaps(this.definition, item, this.recorded));
  }

  get progress(): view.Progress {
    return this.#progressOf(this.asked);
  }

  #progressOf(codes: readonly string[]): view.Progress {
    const unfinished = this.once(
      "unfinished",
      [...RECORD, ...ATTACHED],
      () => new Set(this.gaps.map((gap) => gap.item)),
    );
    return { done: codes.filter((code) => !unfinished.has(code)).length, asked: codes.length };
  }

  get summaries(): view.ItemSummary[] {
    return this.once("summaries", SHOWN_IN_LINES, () => {
      const asked = new Set(this.asked);
      return this.definition.sections.flatMap((section) =>
        section.items
          .filter((item) => asked.has(item.code))
          .map((item) => this.summaryOf(item, section.code)),
      );
    });
  }

  /** The same object as long as nothing in it would differ. */
  summaryOf(item: ChecklistItem, section: string): view.ItemSummary {
    const { code } = item;
    const entity = `answer/${code}`;
    const answer = this.recorded.answers[code] ?? null;
    const hasConflict = this.fold.conflictsAt(entity).length > 0;
    const [head] = this.fold.heads(entity, "answer");
    const gaps = this.#gapsOf(item);
    const notes = this.#notesOn.get(code) ?? 0;
    const photos = this.#photosOn.get(code) ?? 0;
    const files = this.#documentsOn.get(code) ?? 0;
    const openRemarks = this.remarksOn(code).filter((remark) => remark.state === "open").length;
    const isAssignedToMe = (this.assigned.get(section) ?? []).includes(this.onlooker.person);
    const from = [answer, hasConflict, head, gaps, notes, photos, files, openRemarks, isAssignedToMe];
    return made(this.#lines, code, from, () => {
      const told = answer as view.Answer | null;
      return {
        code,
        section,
        item,
        answer: told,
        conclusion: answer ? conclusionOf(item, answer) : null,
        lacks: gaps.map((gap) => gap.lack),
        hasConflict,
        hasNote: Boolean(told?.note?.trim()) || notes > 0,
        photos,
        files,
        rows: this.recorded.rows[code]?.length ?? 0,
        hasPreviousFinding: this.previousOf(item).length > 0,
        openRemarks,
        author: head && !hasConflict ? this.authored(head) : null,
        isAssignedToMe,
      };
    });
  }

  get sections(): view.SectionView[] {
    return this.once("sections", SHOWN_IN_LINES, () => {
      const findings = conclusionsOf(this.definition).filter((one) => one.finding && one.value !== "luu_y");
      const wrong = new Set<string | null>(findings.map((one) => one.value));
      return this.definition.sections.map((one) => this.#section(one, wrong));
    });
  }

  #section(section: Definition["sections"][number], wrong: ReadonlySet<string | null>): view.SectionView {
    const own = this.summaries.filter((item) => item.section === section.code);
    return {
      code: section.code,
      title: section.title_vi,
      titleEn: section.title_en,
      progress: this.#progressOf(own.map((item) => item.code)),
      conflicts: own.filter((item) => item.hasConflict).length,
      nonconformities: own.filter((item) => wrong.has(item.conclusion)).length,
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
}

function countOf(items: readonly (string | null)[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) if (item !== null) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}
