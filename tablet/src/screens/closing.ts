/** Kết thúc: five steps, from what is missing to the signatures on the glass. */
import { html, nothing, type TemplateResult } from "lit";
import type { TabletApp } from "../app/facade.ts";
import { t } from "../i18n/speak.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { toVisit } from "../ui/routes.ts";
import "./closing_agree.ts";
import "./closing_gaps.ts";
import "./closing_minutes.ts";
import "./closing_sign.ts";
import "./closing_unit.ts";

const STEPS = ["gaps", "agree", "minutes", "unit", "sign"] as const;
type Step = (typeof STEPS)[number];
const AGREED = [
  "agreed",
  "signed",
  "submitted",
  "approved",
  "issued",
  "awaiting_correction",
  "under_review",
  "closed",
];

class Closing extends VisitElement {
  static override properties = { ...VisitElement.properties, app: { attribute: false }, step: {} };
  declare app: TabletApp;
  declare step: string;

  get #here(): Step {
    return STEPS.find((known) => known === this.step) ?? "gaps";
  }

  protected override render(): TemplateResult {
    const next = STEPS[STEPS.indexOf(this.#here) + 1];
    return html`<nav aria-label=${t("closing.steps")}><ol class="steps">${STEPS.map((step) => this.#link(step))}</ol></nav>
      ${this.#content()}
      ${next ? html`<div class="foot-actions"><a class="button ${this.#here === "agree" && !this.#isDone("agree") ? "" : "button-primary"}" href=${toVisit(this.visit.id, "closing", next)}>${t("closing.next", { title: t(`closing.step.${next}`) })}</a></div>` : nothing}`;
  }

  #link(step: Step): TemplateResult {
    return html`<li class=${this.#isDone(step) ? "is-done" : ""}><a href=${toVisit(this.visit.id, "closing", step)} aria-current=${step === this.#here ? "step" : nothing}>${t(`closing.step.${step}`)}</a></li>`;
  }

  #isDone(step: Step): boolean {
    const { visit } = this;
    if (step === "gaps") return !visit.gaps.length && !visit.conflicts.length;
    if (step === "agree") return AGREED.includes(visit.summary.state);
    if (step === "unit") return Boolean(visit.explanations.general?.text);
    return AGREED.indexOf(visit.summary.state) > 0;
  }

  #content(): TemplateResult {
    const { visit, app } = this;
    switch (this.#here) {
      case "agree":
        return html`<td-closing-agree .visit=${visit}></td-closing-agree>`;
      case "minutes":
        return html`<td-closing-minutes .visit=${visit}></td-closing-minutes>`;
      case "unit":
        return html`<td-closing-unit .visit=${visit}></td-closing-unit>`;
      case "sign":
        return html`<td-closing-sign .visit=${visit}></td-closing-sign>`;
      default:
        return html`<td-closing-gaps .visit=${visit} .app=${app}></td-closing-gaps>`;
    }
  }
}

named("td-closing", Closing);
