/** Small pieces that many screens repeat; they hold no state and ask nobody. */
import { html, nothing, svg, type TemplateResult } from "lit";
import { t } from "../i18n/speak.ts";

const RADIUS = 20;
const ROUND = 2 * Math.PI * RADIUS;

/** A ring with the figures inside and the words for those who do not see it. */
export function ring(done: number, asked: number): TemplateResult {
  const share = asked ? done / asked : 0;
  const whole = t("progress.words", { done, asked });
  return html`<span class="ring" role="img" aria-label=${whole}>
    <svg viewBox="0 0 48 48" aria-hidden="true">
      <circle class="ring-rest" cx="24" cy="24" r=${RADIUS} />
      ${share ? svg`<circle class="ring-done" cx="24" cy="24" r=${RADIUS} transform="rotate(-90 24 24)" stroke-dasharray="${(ROUND * share).toFixed(2)} ${ROUND.toFixed(2)}" />` : nothing}
    </svg>
    <span class="ring-figures" aria-hidden="true">${done}<small>/${asked}</small></span>
  </span>`;
}

export type Tone = "plain" | "attention" | "wrong" | "good" | "info";

/** A short remark in a frame; the tone is never the only difference. */
export function chip(words: string, tone: Tone = "plain"): TemplateResult {
  return html`<span class="chip chip-${tone}">${words}</span>`;
}

/** Something to be known before going on. */
export function notice(tone: Tone, content: unknown, title = ""): TemplateResult {
  return html`<div class="notice notice-${tone}">${title ? html`<p class="notice-title">${title}</p>` : nothing}${content}</div>`;
}

/** A refusal as it happens, read out at once. */
export function complaint(words: string): TemplateResult | typeof nothing {
  return words ? html`<p class="complaint" role="alert">${words}</p>` : nothing;
}

/** What stands where there is nothing yet: what is missing, and what to do. */
export function empty(title: string, advice: string, action: unknown = nothing): TemplateResult {
  return html`<div class="empty"><p class="empty-title">${title}</p><p>${advice}</p>${action}</div>`;
}

/** A name and its value, one below the other. */
export function fact(name: string, value: unknown): TemplateResult | typeof nothing {
  return value ? html`<div class="fact"><dt>${name}</dt><dd>${value}</dd></div>` : nothing;
}

/** The words in parts of the text, so that its lines stay lines. */
export function prose(text: string): TemplateResult {
  return html`<span class="prose">${text}</span>`;
}
