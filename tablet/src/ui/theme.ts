/** Light or dark by choice: the tokens' own dark rules are switched on or off, so that no colour is written twice. */

export type Theme = "auto" | "light" | "dark";

const QUERY = "(prefers-color-scheme: dark)";
const QUERIES: Record<Theme, string> = { auto: QUERY, light: "not all", dark: "all" };
const switched = new Set<CSSMediaRule>();

/** The whole page looks as chosen. */
export function dress(theme: Theme): void {
  for (const rule of darkRules()) switched.add(rule);
  for (const rule of switched) rule.media.mediaText = QUERIES[theme];
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function* darkRules(): Generator<CSSMediaRule> {
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (rule instanceof CSSMediaRule && rule.media.mediaText.includes("prefers-color-scheme")) yield rule;
    }
  }
}
