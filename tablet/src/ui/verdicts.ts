/** The five verdicts, each with a shape, a word and a colour; any one of the three would be enough. */
import { html, nothing, svg, type TemplateResult } from "lit";
import { t } from "../i18n/speak.ts";

export const VERDICTS = ["phu_hop", "luu_y", "kph_nhe", "kph_nang", "khong_ap_dung"] as const;
export type Verdict = (typeof VERDICTS)[number];

const TONES: Record<Verdict, string> = {
  phu_hop: "conform",
  luu_y: "attention",
  kph_nhe: "minor",
  kph_nang: "major",
  khong_ap_dung: "excluded",
};

const SHAPES: Record<Verdict, TemplateResult> = {
  phu_hop: svg`<circle cx="8" cy="8" r="6"/>`,
  luu_y: svg`<path d="M8 1.2 14.8 8 8 14.8 1.2 8z"/>`,
  kph_nhe: svg`<path d="M8 1.8 15 14H1z"/>`,
  kph_nang: svg`<path d="M2 2h12v12H2z"/>`,
  khong_ap_dung: svg`<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2"/>`,
};

/** Whether the value is one of the five. */
export function isVerdict(value: unknown): value is Verdict {
  return VERDICTS.includes(value as Verdict);
}

/** Whether the team finds something that the unit has to correct. */
export function isNonconformity(value: unknown): boolean {
  return value === "kph_nhe" || value === "kph_nang";
}

/** The class that gives the verdict its colour. */
export function toneOf(verdict: Verdict): string {
  return `tone-${TONES[verdict]}`;
}

/** The shape alone, silent for screen readers. */
export function shape(verdict: Verdict): TemplateResult {
  return html`<svg class="shape ${toneOf(verdict)}" viewBox="0 0 16 16" aria-hidden="true" fill="currentColor">${SHAPES[verdict]}</svg>`;
}

/** Shape and word; nothing for what is no verdict. */
export function mark(verdict: unknown): TemplateResult | typeof nothing {
  if (!isVerdict(verdict)) return nothing;
  return html`<span class="verdict ${toneOf(verdict)}">${shape(verdict)}<span>${t(`verdict.${verdict}`)}</span></span>`;
}

/** The verdict as one hears it read out. */
export function wholeWord(verdict: Verdict): string {
  return t(`verdict.${verdict}.whole`);
}
