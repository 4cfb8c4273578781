/** What a checklist says, as the published JSON says it; it judges nothing. */

export type ResponseKind =
  | "conformity"
  | "yes_no"
  | "ratio"
  | "date"
  | "number"
  | "sample"
  | "choice"
  | "text";
export type EvidenceLevel = "always" | "if_nonconform" | "if_conform" | "optional";

export interface Option {
  value: string;
  label_vi: string;
  label_en?: string;
  score?: number;
  /** The category of finding that choosing it gives rise to. */
  finding?: string;
}

export interface Column {
  code: string;
  label_vi: string;
  type: "text" | "date" | "yes_no" | "number";
  optional?: boolean;
}

export interface DateRule {
  at_least_once_per: string;
  basis_options: string[];
  default_basis: string;
}

export interface Reference {
  type: "legal" | "iso" | "plan";
  text: string;
  bases?: { code: string; article?: string }[];
}

export interface ChecklistItem {
  code: string;
  ref: Reference;
  question_vi: string;
  question_en: string;
  evidence_vi: string[];
  evidence_sources: string[];
  response: ResponseKind;
  applies_to: string[];
  criticality: "critical" | "major" | "minor";
  weight: number;
  evidence_required: EvidenceLevel;
  order: number;
  requires_conclusion?: boolean;
  options?: Option[];
  ratio?: { numerator_vi: string; denominator_vi: string; target_percent?: number };
  date_rule?: DateRule;
  sample?: { min_rows: number; columns: Column[]; personal_data?: string };
  condition?: { item: string; equals: string };
  default_enabled?: boolean;
  carry_over_from_previous_inspection?: boolean;
  dieu_36?: string;
  clause?: string;
  evidence_kind?: "photo" | "url";
  unit?: string;
  min?: number;
  max?: number;
  score_inverted?: boolean;
  note?: string;
}

export interface Section {
  code: string;
  title_vi: string;
  title_en: string;
  order: number;
  items: ChecklistItem[];
  clause?: string;
}

export interface FindingCategory {
  code: string;
  label_vi: string;
  label_en: string;
  needs_corrective_action: boolean;
  basis: string;
  max_due?: string;
}

export interface Profile {
  code: string;
  label_vi: string;
  include: "all" | string[];
}

export interface Definition {
  schema_version: number;
  code: string;
  version: string;
  title_vi: string;
  title_en: string;
  standard: string;
  unit_types: { code: string; label_vi: string; label_en: string; qd19: string }[];
  response_types: { code: ResponseKind; label_vi: string; options?: Option[]; note?: string }[];
  finding_categories: FindingCategory[];
  evidence_source_types: { code: string; label_vi: string; label_en: string }[];
  sections: Section[];
  profiles?: Profile[];
  [member: string]: unknown;
}

export const NOT_APPLICABLE = "khong_ap_dung";

export type Lack =
  | "answer_missing"
  | "value_unfit"
  | "conclusion_missing"
  | "not_applicable_reason_missing"
  | "note_missing"
  | "evidence_missing"
  | "rows_missing"
  | "row_unfinished";

/** Every item, section by section in the order of the file. */
export function itemsOf(definition: Definition): ChecklistItem[] {
  return definition.sections.flatMap((section) => section.items);
}

/** The options of an item: its own, else those of its kind of response. */
export function optionsOf(definition: Definition, item: ChecklistItem): Option[] {
  if (item.options?.length) return item.options;
  return definition.response_types.find((kind) => kind.code === item.response)?.options ?? [];
}

/** The conclusions that an item can come to. */
export function conclusionsOf(definition: Definition): Option[] {
  return definition.response_types.find((kind) => kind.code === "conformity")?.options ?? [];
}

/** Whether the item comes to a conclusion: its own value, or one beside it. */
export function hasConclusion(item: ChecklistItem): boolean {
  return item.response === "conformity" || item.requires_conclusion === true;
}

/** `<code>@<version>`. */
export function referenceOf(definition: Definition): string {
  return `${definition.code}@${definition.version}`;
}
