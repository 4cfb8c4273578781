/** What was found: the findings that follow from conclusions, and those that the team wrote freely. */
import { conclusionOf } from "../rules/completeness.ts";
import { conclusionsOf, type FindingCategory, itemsOf } from "../rules/definition.ts";
import { restOf } from "../rules/entities.ts";
import { namedId } from "../store/ids.ts";
import type { FindingView } from "../store/views.ts";
import type { Reading } from "./reading.ts";

/** The ids of the findings that items' conclusions give rise to: the same on every tablet and on the server. */
export async function derivedIds(inspection: string, items: readonly string[]): Promise<Map<string, string>> {
  const ids = await Promise.all(items.map((item) => namedId(inspection, `finding/${item}`)));
  return new Map(items.map((item, place) => [item, ids[place] ?? ""]));
}

/** Every finding of the record, gravest category first, then by item. */
export function findingsOf(reading: Reading, ids: ReadonlyMap<string, string>): FindingView[] {
  const categories = new Map(reading.definition.finding_categories.map((one) => [one.code, one]));
  const ranks = [...categories.keys()];
  const places = itemsOf(reading.definition).map((item) => item.code);
  const placeOf = (finding: FindingView) => {
    const found = finding.items.map((code) => places.indexOf(code)).filter((place) => place >= 0);
    return Math.min(places.length, ...found);
  };
  return [...derived(reading, ids, categories), ...free(reading, ids, categories)].sort(
    (a, b) =>
      ranks.indexOf(a.category) - ranks.indexOf(b.category) ||
      placeOf(a) - placeOf(b) ||
      (a.id < b.id ? -1 : 1),
  );
}

type Categories = ReadonlyMap<string, FindingCategory>;
type Written = Partial<Record<string, unknown>>;

function derived(reading: Reading, ids: ReadonlyMap<string, string>, categories: Categories): FindingView[] {
  const givesRise = new Map(conclusionsOf(reading.definition).map((one) => [one.value, one.finding]));
  return itemsOf(reading.definition).flatMap((item) => {
    const answer = reading.recorded.answers[item.code];
    const byConclusion = answer && categories.get(givesRise.get(conclusionOf(item, answer) ?? "") ?? "");
    const id = ids.get(item.code) ?? "";
    if (!byConclusion || reading.fold.isHidden(`finding/${id}`)) return [];
    const written = reading.fold.values(`finding/${id}`);
    const evidence = Array.isArray(answer?.evidence) ? answer.evidence : [];
    const asDerived = {
      text: answer?.note || item.question_vi,
      reference: item.ref.text,
      items: [item.code],
      evidence: evidence.map((piece: { text?: string }) => piece.text ?? ""),
    };
    const category = categories.get(String(written.category)) ?? byConclusion;
    return shown(reading, id, category, { ...asDerived, ...written }, true);
  });
}

function free(reading: Reading, ids: ReadonlyMap<string, string>, categories: Categories): FindingView[] {
  const derivable = new Set(ids.values());
  return reading.fold.entities("finding").flatMap((entity) => {
    const id = restOf(entity);
    const written = reading.fold.values(entity);
    const category = categories.get(String(written.category));
    if (derivable.has(id) || reading.fold.isHidden(entity) || !category) return [];
    return shown(reading, id, category, written, false);
  });
}

function shown(
  reading: Reading,
  id: string,
  category: FindingCategory,
  written: Written,
  isDerived: boolean,
): FindingView {
  return {
    id,
    entity: `finding/${id}`,
    category: category.code,
    categoryLabel: category.label_vi,
    needsCorrection: category.needs_corrective_action,
    text: String(written.text ?? ""),
    reference: words(written.reference),
    items: texts(written.items),
    evidence: texts(written.evidence).filter(Boolean),
    dueOn: typeof written.due_on === "string" ? written.due_on : null,
    explanation: String(reading.fold.values(`explanation/${id}`).text ?? ""),
    isDerived,
  };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function words(reference: unknown): string {
  if (typeof reference !== "object" || reference === null) return String(reference ?? "");
  const { article, code } = reference as { article?: string; code?: string };
  return [article, code].filter(Boolean).join(", ");
}
