/** Whether what an inspector entered fits the item, as a short code, the same on server and tablet. */
import {
  type ChecklistItem,
  type Column,
  conclusionsOf,
  type DateRule,
  type Definition,
  NOT_APPLICABLE,
  optionsOf,
} from "./definition.ts";

const MAX_TEXT = 10_000;
const MAX_CELL = 2_000;
const MAX_COUNT = 1_000_000_000;
const DAY_MS = 86_400_000;

type Body = Readonly<Record<string, unknown>>;
type Check = (definition: Definition, item: ChecklistItem, value: unknown) => string | null;

/** Why the answer does not fit the item, or null if it can be stored as it is. */
export function answerFault(definition: Definition, item: ChecklistItem, body: Body): string | null {
  const value = body.value ?? null;
  const found = value === null ? null : VALUE_FAULTS[item.response](definition, item, value);
  return found ?? conclusionFault(definition, item, body) ?? wordsFault(definition, body);
}

const optionFault: Check = (definition, item, value) =>
  optionsOf(definition, item).some((option) => option.value === value) ? null : "value_not_an_option";

const ratioFault: Check = (_definition, _item, value) => {
  if (!isObject(value)) return "ratio_wrong_form";
  if (Object.keys(value).sort().join() !== "denominator,numerator") return "ratio_wrong_form";
  const { numerator, denominator } = value;
  if (!isCount(numerator) || !isCount(denominator)) return "ratio_not_counts";
  return numerator > denominator ? "ratio_above_one" : null;
};

const dateFault: Check = (_definition, _item, value) => {
  const day = asDay(value);
  if (day === null) return "date_wrong_form";
  return isInRange(day) ? null : "date_out_of_range";
};

const numberFault: Check = (_definition, item, value) => {
  if (typeof value !== "number") return "number_wrong_form";
  return (item.min ?? -MAX_COUNT) <= value && value <= (item.max ?? MAX_COUNT) ? null : "number_out_of_range";
};

const VALUE_FAULTS: Readonly<Record<ChecklistItem["response"], Check>> = {
  conformity: optionFault,
  yes_no: optionFault,
  choice: optionFault,
  ratio: ratioFault,
  date: dateFault,
  number: numberFault,
  text: (_definition, _item, value) => longTextFault("value", value, MAX_TEXT),
  sample: () => "sample_takes_rows",
};

function conclusionFault(definition: Definition, item: ChecklistItem, body: Body): string | null {
  const conclusion = body.conclusion ?? null;
  if (conclusion === null) return null;
  const isKnown =
    conclusion === NOT_APPLICABLE || conclusionsOf(definition).some((option) => option.value === conclusion);
  if (!isKnown) return "conclusion_unknown";
  if (item.response === "conformity") {
    return conclusion === (body.value ?? null) ? null : "conclusion_contradicts_value";
  }
  return item.requires_conclusion || conclusion === NOT_APPLICABLE ? null : "conclusion_not_asked_for";
}

function wordsFault(definition: Definition, body: Body): string | null {
  for (const name of ["note", "not_applicable_reason"]) {
    const found = (body[name] ?? null) === null ? null : longTextFault(name, body[name], MAX_TEXT);
    if (found) return found;
  }
  const sources = new Set(definition.evidence_source_types.map((source) => source.code));
  const kinds = body.evidence_kind ?? null;
  if (kinds !== null && !areWords(kinds, sources)) return "evidence_kind_unknown";
  const evidence = body.evidence ?? null;
  if (evidence === null) return null;
  if (!Array.isArray(evidence)) return "evidence_wrong_form";
  for (const piece of evidence) {
    const found = evidenceFault(piece, sources);
    if (found) return found;
  }
  return null;
}

function areWords(value: unknown, known: ReadonlySet<string>): boolean {
  return Array.isArray(value) && value.every((word) => typeof word === "string" && known.has(word));
}

function evidenceFault(piece: unknown, sources: ReadonlySet<string>): string | null {
  if (!isObject(piece)) return "evidence_wrong_form";
  if (!areWords([piece.kind], sources)) return "evidence_kind_unknown";
  return longTextFault("evidence", piece.text, MAX_TEXT);
}

function longTextFault(name: string, value: unknown, most: number): string | null {
  if (typeof value !== "string") return `${name}_wrong_form`;
  // Characters are counted as code points, as the server counts them.
  return value.length > most && [...value].length > most ? `${name}_too_long` : null;
}

/** Why the row does not fit the item's sample table, as a short code, or null. */
export function rowFault(definition: Definition, item: ChecklistItem, columns: unknown): string | null {
  if (!item.sample) return "rows_not_taken";
  if (!isObject(columns)) return "row_wrong_form";
  const known = new Map(item.sample.columns.map((column) => [column.code, column]));
  if (Object.keys(columns).some((code) => !known.has(code))) return "column_unknown";
  for (const [code, cell] of Object.entries(columns)) {
    const column = known.get(code);
    const found = column && !isBlank(cell) ? cellFault(definition, column, cell) : null;
    if (found) return found;
  }
  return null;
}

function cellFault(definition: Definition, column: Column, cell: unknown): string | null {
  if (column.type === "date") {
    const day = asDay(cell);
    return day !== null && isInRange(day) ? null : "cell_not_a_date";
  }
  if (column.type === "number") return typeof cell === "number" ? null : "cell_not_a_number";
  if (column.type === "yes_no") {
    const options = definition.response_types.find((kind) => kind.code === "yes_no")?.options ?? [];
    return options.some((option) => option.value === cell) ? null : "cell_not_an_option";
  }
  return longTextFault("cell", cell, MAX_CELL);
}

/** Whether nothing has been entered in a cell yet. */
export function isBlank(cell: unknown): boolean {
  return cell === null || cell === undefined || (typeof cell === "string" && cell.trim() === "");
}

/** Midnight UTC of the calendar day that `YYYY-MM-DD` names, or null. */
export function asDay(value: unknown): Date | null {
  if (typeof value !== "string" || !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value)) return null;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value) ? day : null;
}

function isInRange(day: Date): boolean {
  return 1900 <= day.getUTCFullYear() && day.getUTCFullYear() <= 2100;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MAX_COUNT;
}

/** The ratio in per cent to one decimal place, half a tenth rounded up; null where nothing was counted. */
export function percentage(value: { numerator: number; denominator: number }): number | null {
  if (value.denominator === 0) return null;
  const numerator = BigInt(value.numerator);
  const denominator = BigInt(value.denominator);
  return Number((2000n * numerator + denominator) / (2n * denominator)) / 10;
}

/** Whether the exact ratio, not the rounded one, reaches the target; null without a target or a count. */
export function meetsTarget(
  item: ChecklistItem,
  value: { numerator: number; denominator: number },
): boolean | null {
  const target = item.ratio?.target_percent;
  if (target === undefined || value.denominator === 0) return null;
  return 100 * value.numerator >= target * value.denominator;
}

/**
 * Whether the last time was recent enough on the day of the inspection; the inspector still concludes.
 * Source: Quyết định 19/2014/QĐ-TTg Điều 4 khoản 4 điểm b.
 */
export function meetsDateRule(rule: DateRule, last: Date, on: Date, way?: string | null): boolean {
  if (last > on) return false;
  if ((way ?? rule.default_basis) === "365_ngay") return on.getTime() - last.getTime() <= 365 * DAY_MS;
  return last.getUTCFullYear() >= on.getUTCFullYear() - 1;
}
