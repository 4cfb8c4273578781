/** Step 4: what the inspected unit says, in its own words, in general and about each finding. */
import { html, type TemplateResult } from "lit";
import { t } from "../i18n/speak.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { prose } from "../ui/parts.ts";
import { mark } from "../ui/verdicts.ts";
import "../ui/words_field.ts";
import { mayRecord } from "./recording.ts";

class ClosingUnit extends VisitElement {
  protected override render(): TemplateResult {
    const wrong = this.visit.findings.filter((one) => one.needsCorrection);
    const said = this.visit.explanations.general;
    const speaker =
      said?.by ?? this.visit.participants.find((one) => one.side === "unit" && one.present)?.name ?? "";
    const isOff = !mayRecord(this.visit, "explanation.set");
    return html`<h1>${t("closing.step.unit")}</h1><p class="soft">${t("unit.lead")}</p>
      <section class="card">
        <td-words .label=${t("unit.by")} isLine .value=${speaker} .isOff=${isOff} .save=${(by: string) => this.#write("general", { by })}></td-words>
        <td-words .label=${t("unit.general")} .value=${said?.text ?? ""} .isOff=${isOff} .save=${(text: string) => this.#write("general", { text, by: speaker })}></td-words>
      </section>
      ${wrong.map(
        (one, place) => html`<section class="card"><p>${mark(one.category)} ${prose(one.text)}</p>
        <td-words .label=${t("unit.about", { n: place + 1 })} .value=${this.visit.explanations[one.id]?.text ?? ""} .isOff=${isOff} .save=${(text: string) => this.#write(one.id, { text, by: speaker })}></td-words></section>`,
      )}`;
  }

  #write(about: string, changed: { text?: string; by?: string }): Promise<void> {
    const now = this.visit.explanations[about];
    return this.visit.setExplanation(about, { text: now?.text ?? "", by: now?.by ?? "", ...changed });
  }
}

named("td-closing-unit", ClosingUnit);
