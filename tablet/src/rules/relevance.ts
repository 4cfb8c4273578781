/** Which items an inspection asks: by the unit's type, the profile, what is switched on, and conditions. */
import { type ChecklistItem, type Definition, itemsOf } from "./definition.ts";

export type Answers = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What the inspection decision fixed; `profile` is null for a checklist without profiles. */
export interface Scope {
  unitType: string;
  profile: string | null;
  switchedOn: readonly string[];
}

/** The checklist has no such profile. */
export class ProfileUnknown extends Error {}

/** The codes of the items that are asked, in the order of the checklist. */
export function relevantItems(definition: Definition, scope: Scope, answers: Answers): string[] {
  const listed = listedIn(definition, scope.profile);
  const asked = new Set<string>();
  for (const item of itemsOf(definition)) {
    if (isInScope(item, scope, listed) && conditionHolds(item, answers, asked)) asked.add(item.code);
  }
  return [...asked];
}

function listedIn(definition: Definition, profile: string | null): ReadonlySet<string> | null {
  const profiles = definition.profiles ?? [];
  if (profile === null && profiles.length === 0) return null;
  const found = profiles.find((one) => one.code === profile);
  if (!found) throw new ProfileUnknown(`${definition.code} has no profile ${profile ?? ""}`);
  return found.include === "all" ? null : new Set(found.include);
}

function isInScope(item: ChecklistItem, scope: Scope, listed: ReadonlySet<string> | null): boolean {
  if (!item.applies_to.includes(scope.unitType)) return false;
  if (scope.switchedOn.includes(item.code)) return true;
  // A profile that names an item wants it, even one that is off by default; `all` does not name any.
  return listed === null ? item.default_enabled !== false : listed.has(item.code);
}

function conditionHolds(item: ChecklistItem, answers: Answers, asked: ReadonlySet<string>): boolean {
  if (!item.condition) return true;
  return asked.has(item.condition.item) && answers[item.condition.item]?.value === item.condition.equals;
}
