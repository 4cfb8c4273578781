/** Step 2: results by Điều 36, findings with their terms, conclusion and recommendations; then the team agrees. */
import { html, nothing, type TemplateResult } from "lit";
import { either, t } from "../i18n/speak.ts";
import { day } from "../i18n/written.ts";
import type { FindingView } from "../store/views.ts";
import { modal } from "../ui/dialogs.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { chip, complaint, notice, prose } from "../ui/parts.ts";
import { mark, shape, VERDICTS } from "../ui/verdicts.ts";
import "../ui/moment_field.ts";
import "../ui/words_field.ts";
import { pointResults } from "./points.ts";
import { mayRecord } from "./recording.ts";

const NEW = "new";

class ClosingAgree extends VisitElement {
  static override properties = { ...VisitElement.properties, editing: { state: true } };
  declare editing: string;

  constructor() {
    super();
    this.editing = "";
  }

  protected override render(): TemplateResult {
    const { findings, fields } = this.visit;
    const [wrong, others] = [
      findings.filter((one) => one.needsCorrection),
      findings.filter((one) => !one.needsCorrection),
    ];
    const isOff = !mayRecord(this.visit, "inspection.set");
    return html`<h1>${t("closing.step.agree")}</h1>
      ${complaint(this.fault)} ${this.#summary()}
      <section class="card"><h2>${t("agree.findings")}</h2>${wrong.length ? wrong.map((one, place) => this.#finding(one, place + 1)) : html`<p>${t("agree.findings.none")}</p>`}</section>
      <section class="card"><h2>${t("agree.others")}</h2>${others.map((one) => this.#finding(one))}
        ${mayRecord(this.visit, "finding.set") ? html`<button type="button" class="button" @click=${() => (this.editing = NEW)}>+ ${t("agree.addFinding")}</button>` : nothing}</section>
      <section class="card">
        <td-words .label=${t("agree.conclusion")} .value=${fields.conclusion ?? ""} .isOff=${isOff} .save=${(text: string) => this.visit.setFields({ conclusion: text })}></td-words>
        <td-words .label=${t("agree.recommendations")} .value=${fields.recommendations ?? ""} .isOff=${isOff} .save=${(text: string) => this.visit.setFields({ recommendations: text })}></td-words>
        <td-moment .label=${t("agree.ended")} .value=${fields.ended_at ?? ""} .isOff=${isOff} .save=${(at: string) => this.visit.setFields({ ended_at: at })}></td-moment>
      </section>
      ${this.#agreement()} ${this.editing ? this.#dialog() : nothing}`;
  }

  #summary(): TemplateResult {
    const results = pointResults(this.visit.items(), this.visit.definition.sections);
    const total = (pick: (one: (typeof results)[number]) => number) =>
      results.reduce((sum, one) => sum + pick(one), 0);
    return html`<h2>${t("agree.summary")}</h2><div class="table-frame"><table class="table table-points">
      <thead><tr><th scope="col">${t("agree.point")}</th>${VERDICTS.map((verdict) => html`<th scope="col" class="number">${shape(verdict)}<br />${t(`verdict.${verdict}`)}</th>`)}<th scope="col" class="number">${t("agree.open")}</th></tr></thead>
      <tbody>${results.map((one) => html`<tr><th scope="row"><span class="code">${one.code}</span> ${one.title}</th>${VERDICTS.map((verdict) => html`<td class="number">${one.counts[verdict] || ""}</td>`)}<td class="number soft">${one.others || ""}</td></tr>`)}</tbody>
      <tfoot><tr><th scope="row">${t("agree.total")}</th>${VERDICTS.map((verdict) => html`<td class="number"><strong>${total((one) => one.counts[verdict])}</strong></td>`)}<td class="number">${total((one) => one.others)}</td></tr></tfoot>
    </table></div>`;
  }

  #finding(one: FindingView, number?: number): TemplateResult {
    return html`<article class="finding" data-finding=${one.id}>
      <div class="finding-head">${number ? html`<strong>${number}.</strong>` : nothing}${mark(one.category) === nothing ? chip(one.categoryLabel) : mark(one.category)}
        ${one.items.length ? html`<span class="soft small">${t("agree.items", { codes: one.items.join(", ") })}</span>` : nothing}
        ${one.needsCorrection ? chip(`${t("agree.due")}: ${one.dueOn ? day(one.dueOn) : t("agree.due.default")}`) : nothing}</div>
      <p>${prose(one.text)}</p>
      ${one.reference ? html`<p class="soft small">${t("agree.basis", { text: one.reference })}</p>` : nothing}
      ${mayRecord(this.visit, "finding.set", one.entity) ? html`<button type="button" class="button button-quiet" aria-label="${t("app.edit")}: ${one.text}" @click=${() => (this.editing = one.entity)}>${t("app.edit")}</button>` : nothing}
    </article>`;
  }

  #agreement(): TemplateResult {
    const { openSteps, summary } = this.visit;
    if (!openSteps.includes("conclude"))
      return summary.state === "in_progress" ? notice("info", html`<p>${t("agree.onlyLeader")}</p>`) : html``;
    const isAgreed = summary.state === "agreed";
    return html`${isAgreed ? notice("good", html`<p>${t("agree.done")}</p>`) : nothing}
      <button type="button" class="button button-large ${isAgreed ? "" : "button-primary"}" ?disabled=${this.isBusy} @click=${() => this.attempt(() => this.visit.conclude())}>${t(isAgreed ? "agree.again" : "agree.go")}</button>`;
  }

  #dialog(): TemplateResult {
    const one = this.visit.findings.find((known) => known.entity === this.editing);
    const close = () => (this.editing = "");
    const free = this.visit.definition.finding_categories.filter(
      (category) => !category.needs_corrective_action,
    );
    const categories = one ? this.visit.definition.finding_categories : [...free].reverse();
    return html`<dialog class="box" ${modal()} aria-label=${t("thing.finding")} @close=${close}>
      <div class="sheet-head"><h2>${t("thing.finding")}</h2><button type="button" class="button button-quiet" @click=${close}>${t("app.cancel")}</button></div>
      <form class="sheet-body" @submit=${this.#saveFinding}>
        <div class="field"><label for="f-category">${t("agree.category")}</label><select class="input" id="f-category" name="category">${categories.map((category) => html`<option value=${category.code} ?selected=${category.code === one?.category}>${either(category.label_vi, category.label_en)}</option>`)}</select></div>
        <div class="field"><label for="f-text">${t("agree.text")}</label><textarea class="input" id="f-text" name="text" rows="4" maxlength="10000" required .value=${one?.text ?? ""}></textarea></div>
        ${one?.needsCorrection ? html`<div class="field"><label for="f-due">${t("agree.due")}</label><p class="hint">${t("agree.due.hint")}</p><input class="input input-day" id="f-due" name="due_on" type="date" .value=${one.dueOn ?? ""} /></div>` : nothing}
        ${complaint(this.fault)}
        <div class="actions"><button class="button button-primary" ?disabled=${this.isBusy}>${t("app.save")}</button></div>
      </form>
      ${one && !one.isDerived ? this.#retraction(one) : nothing}</dialog>`;
  }

  #retraction(one: FindingView): TemplateResult {
    const retract = (event: SubmitEvent) => {
      event.preventDefault();
      const reason = String(new FormData(event.target as HTMLFormElement).get("reason") ?? "").trim();
      if (reason)
        void this.attempt(() => this.visit.retractFinding(one.entity, reason)).then((done) =>
          this.#closeIf(done),
        );
    };
    return html`<form class="sheet-body" @submit=${retract}><div class="field"><label for="f-why">${t("agree.retract.reason")}</label><input class="input" id="f-why" name="reason" maxlength="2000" required /></div><button class="button" ?disabled=${this.isBusy}>${t("app.remove")}</button></form>`;
  }

  #saveFinding(event: SubmitEvent): void {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    const one = this.visit.findings.find((known) => known.entity === this.editing);
    const [category, text, due] = ["category", "text", "due_on"].map((name) =>
      String(given.get(name) ?? "").trim(),
    );
    const changed = {
      ...(category && category !== one?.category ? { category } : {}),
      ...(text && text !== one?.text ? { text } : {}),
      ...(given.has("due_on") && due !== (one?.dueOn ?? "") ? { due_on: due || null } : {}),
    };
    void this.attempt(async () => {
      if (Object.keys(changed).length) await this.visit.setFinding(changed, one?.entity);
    }).then((done) => this.#closeIf(done));
  }

  #closeIf(done: boolean): void {
    if (done) this.editing = "";
  }
}

named("td-closing-agree", ClosingAgree);
