/** What is still missing before a team can conclude: values, conclusions, reasons, evidence, sample rows. */
import {
  type ChecklistItem,
  conclusionsOf,
  type Definition,
  hasConclusion,
  itemsOf,
  type Lack,
  NOT_APPLICABLE,
  optionsOf,
} from "./definition.ts";
import { type Answers, relevantItems, type Scope } from "./relevance.ts";
import { answerFault, isBlank, rowFault } from "./values.ts";

type Body = Readonly<Record<string, unknown>>;

export interface Gap {
  item: string;
  lack: Lack;
  detail: Record<string, unknown>;
}

/** All that was recorded: answers and rows of sample tables by item, the items with a photo or a file. */
export interface Recorded {
  answers: Answers;
  rows: Readonly<Record<string, readonly Body[]>>;
  withAttachment: ReadonlySet<string>;
}

/** Everything that is missing in the items that are asked, in the order of the checklist; `gapsIn` one of them. */
export function gapsOf(
  definition: Definition,
  scope: Scope,
  recorded: Recorded,
  gapsIn = (item: ChecklistItem): Gap[] => itemGaps(definition, item, recorded),
): Gap[] {
  const known = new Map(itemsOf(definition).map((item) => [item.code, item]));
  return relevantItems(definition, scope, recorded.answers).flatMap((code) => {
    const item = known.get(code);
    return item ? gapsIn(item) : [];
  });
}

/** What the item lacks, taken by itself. */
export function itemGaps(definition: Definition, item: ChecklistItem, recorded: Recorded): Gap[] {
  const answer = recorded.answers[item.code] ?? {};
  const rows = recorded.rows[item.code] ?? [];
  const gap = (lack: Lack, detail: Record<string, unknown> = {}): Gap => ({ item: item.code, lack, detail });
  const fault = answerFault(definition, item, answer);
  if (fault) return [gap("value_unfit", { fault })];
  if (isSetAside(answer)) {
    return saysSomething(answer.not_applicable_reason) ? [] : [gap("not_applicable_reason_missing")];
  }
  if (!isBegun(item, answer, rows)) return [gap("answer_missing")];
  const found = item.sample ? rowGaps(definition, item, rows, answer) : [];
  if (item.requires_conclusion && (answer.conclusion ?? null) === null) found.push(gap("conclusion_missing"));
  if (givesRiseToFinding(definition, item, answer) && !saysSomething(answer.note)) {
    found.push(gap("note_missing"));
  }
  if (needsEvidence(definition, item, answer) && !hasEvidence(item, answer, rows, recorded)) {
    found.push(gap("evidence_missing", { level: item.evidence_required }));
  }
  return found;
}

function isBegun(item: ChecklistItem, answer: Body, rows: readonly Body[]): boolean {
  if (item.response === "sample") return rows.length > 0 || (answer.conclusion ?? null) !== null;
  return !isBlank(answer.value);
}

/** Whether the inspector judged the item not applicable. */
export function isSetAside(answer: Body): boolean {
  return answer.value === NOT_APPLICABLE || answer.conclusion === NOT_APPLICABLE;
}

/** The conclusion that the answer comes to: its value for conformity, else what is concluded beside it. */
export function conclusionOf(item: ChecklistItem, answer: Body): string | null {
  const found = item.response === "conformity" ? answer.value : answer.conclusion;
  return typeof found === "string" ? found : null;
}

/** Whether the answer wants evidence. Source: Thông tư 26/2014/TT-BKHCN Điều 37 khoản 2 điểm b. */
export function needsEvidence(definition: Definition, item: ChecklistItem, answer: Body): boolean {
  if (item.evidence_required === "always") return true;
  if (item.evidence_required === "optional") return false;
  const conforms = conformsBy(definition, item, answer);
  return conforms !== null && conforms === (item.evidence_required === "if_conform");
}

function conformsBy(definition: Definition, item: ChecklistItem, answer: Body): boolean | null {
  if (hasConclusion(item)) {
    return conclusionOf(item, answer) === null ? null : !givesRiseToFinding(definition, item, answer);
  }
  const option = optionsOf(definition, item).find((one) => one.value === answer.value);
  if (option?.score === undefined) return null;
  return option.score === (item.score_inverted ? 0 : 1);
}

function givesRiseToFinding(definition: Definition, item: ChecklistItem, answer: Body): boolean {
  const conclusion = conclusionOf(item, answer);
  return conclusionsOf(definition).some((one) => one.finding !== undefined && one.value === conclusion);
}

function hasEvidence(item: ChecklistItem, answer: Body, rows: readonly Body[], recorded: Recorded): boolean {
  const pieces = Array.isArray(answer.evidence) ? answer.evidence : [];
  const isWritten = pieces.some((piece: unknown) => saysSomething((piece as Body | null)?.text));
  return isWritten || recorded.withAttachment.has(item.code) || rows.length > 0;
}

function rowGaps(definition: Definition, item: ChecklistItem, rows: readonly Body[], answer: Body): Gap[] {
  const found: Gap[] = [];
  const need = item.sample?.min_rows ?? 0;
  // Fewer files than asked for may exist; then a note must say so, and at least one was looked at.
  const isExcused = rows.length > 0 && saysSomething(answer.note);
  if (rows.length < need && !isExcused) {
    found.push({ item: item.code, lack: "rows_missing", detail: { have: rows.length, need } });
  }
  const unfinished = rows.filter((row) => !isFinished(definition, item, row)).length;
  if (unfinished > 0) found.push({ item: item.code, lack: "row_unfinished", detail: { rows: unfinished } });
  return found;
}

function isFinished(definition: Definition, item: ChecklistItem, row: Body): boolean {
  const wanted = (item.sample?.columns ?? []).filter((column) => !column.optional);
  return wanted.every((column) => !isBlank(row[column.code])) && rowFault(definition, item, row) === null;
}

function saysSomething(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "";
}
