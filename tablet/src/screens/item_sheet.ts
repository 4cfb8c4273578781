/** Everything about one item, over the list: answer, what is missing, the law, what to look at, proof, history. */
import { html, nothing, type TemplateResult } from "lit";
import type { TabletApp } from "../app/facade.ts";
import { either, found, t } from "../i18n/speak.ts";
import { day, moment } from "../i18n/written.ts";
import { itemsOf } from "../rules/definition.ts";
import type { HistoryEntry, ItemView, PreviousFinding } from "../store/views.ts";
import { modal } from "../ui/dialogs.ts";
import { icon } from "../ui/icons.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { chip, prose } from "../ui/parts.ts";
import { toVisit } from "../ui/routes.ts";
import { mark } from "../ui/verdicts.ts";
import type { WordsField } from "../ui/words_field.ts";
import { deed } from "./deeds.ts";
import { phrasesFor } from "./phrases.ts";
import "./evidence.ts";
import "./files.ts";
import "./notes.ts";
import "./photos.ts";
import "./response.ts";
import "./sample_table.ts";
import { mayRecord } from "./recording.ts";

class ItemSheet extends VisitElement {
  static override properties = { ...VisitElement.properties, app: { attribute: false }, code: {} };
  declare app: TabletApp;
  declare code: string;

  protected override render(): TemplateResult | typeof nothing {
    if (!itemsOf(this.visit.definition).some((item) => item.code === this.code)) return nothing;
    const view = this.visit.item(this.code);
    return html`<dialog class="sheet" ${modal()} aria-labelledby="sheet-title" @close=${this.#close}>
      <div class="sheet-head"><h2 id="sheet-title">${this.code}</h2>
        ${view.item.criticality === "critical" ? chip(`★ ${t("item.critical")}`) : nothing}
        <button type="button" class="button button-quiet" @click=${() => this.tell("closed")}>${icon("close")}${t("app.close")}</button></div>
      <div class="sheet-body" data-sheet=${this.code}>${this.#body(view)}</div>
      ${this.#foot()}
    </dialog>`;
  }

  #close(event: Event): void {
    if (event.target === this.querySelector("dialog.sheet")) this.tell("closed");
  }

  #body(view: ItemView): unknown {
    const { item } = view;
    const isOff = !mayRecord(this.visit, "answer.set", `answer/${this.code}`);
    return html`<p class="sheet-question">${either(item.question_vi, item.question_en)}</p>
      ${this.#lacks(view)}
      <section class="part">${view.hasConflict ? html`<a class="button button-wide" href=${toVisit(this.visit.id, "conflicts")}>▲ ${t("item.conflict")}</a>` : html`<td-response .visit=${this.visit} .summary=${view} .state=${this.visit.summary.state} .isInSheet=${true} @answered=${this.#answered}></td-response>`}</section>
      ${item.sample ? html`<section class="part"><td-sample .visit=${this.visit} .view=${view} .isOff=${isOff}></td-sample></section>` : nothing}
      ${view.hasConflict ? nothing : this.#note(view, isOff)}
      <section class="part"><h3>${t("item.evidence")}</h3><td-evidence .visit=${this.visit} .view=${view} .isOff=${isOff || view.hasConflict}></td-evidence></section>
      <section class="part"><h3>${t("item.photosTitle")}</h3><td-photos .visit=${this.visit} .app=${this.app} .code=${this.code} .photos=${view.photoViews}></td-photos></section>
      <section class="part"><h3>${t("item.filesTitle")}</h3><td-files .visit=${this.visit} .code=${this.code} .files=${view.fileViews}></td-files></section>
      <section class="part"><h3>${t("notes.title")}</h3><td-note-list .visit=${this.visit} .code=${this.code} .notes=${view.notes}></td-note-list></section>
      ${this.#guidance(view)} ${this.#remarks(view)} ${this.#history(view.history)}`;
  }

  #lacks(view: ItemView): TemplateResult | typeof nothing {
    if (!view.lacks.length) return nothing;
    return html`<ul class="lacks">${view.lacks.map((lack) => html`<li>${chip(t(`lack.${lack}`), "attention")}</li>`)}</ul>`;
  }

  #note(view: ItemView, isOff: boolean): TemplateResult {
    const phrases = phrasesFor(view.conclusion, view.code, this.visit.items());
    const add = (phrase: string) => void this.querySelector<WordsField>("#item-note")?.add(phrase);
    return html`<section class="part">
      <td-words id="item-note" .label=${t("item.noteField")} .placeholder=${t("item.notePlaceholder")} .value=${view.answer?.note ?? ""} .isOff=${isOff} .save=${(note: string) => this.visit.answer(view.code, { note })}></td-words>
      ${
        isOff
          ? nothing
          : html`<div class="phrases" role="group" aria-label=${t("item.phrases")}>
        ${view.prefill && !view.answer?.note ? html`<button type="button" class="phrase" @click=${() => add(view.prefill ?? "")}>⟲ ${t("item.useEarlier")}</button>` : nothing}
        ${phrases.map((phrase) => html`<button type="button" class="phrase" lang="vi" @click=${() => add(phrase)}>${phrase}</button>`)}</div>`
      }
    </section>`;
  }

  #guidance(view: ItemView): TemplateResult {
    const { item } = view;
    const sources = item.evidence_sources.map((source) => found(`evidence.${source}`) ?? source).join(", ");
    return html`<section class="part"><h3>${t("item.look")}</h3>
        <ul>${item.evidence_vi.map((line) => html`<li lang="vi">${line}</li>`)}</ul>
        <p class="soft small">${t("item.sources", { list: sources })}${item.evidence_required === "optional" ? nothing : html`. ${t(`item.required.${item.evidence_required}`)}.`}</p>
        ${item.note ? html`<p class="soft small" lang="vi">${item.note}</p>` : nothing}
      </section>
      <section class="part"><h3>${t("item.basis")}</h3><p lang="vi">${item.ref.text}</p></section>
      ${view.previousFindings.length ? html`<section class="part"><h3>${t("item.previous")}</h3>${view.previousFindings.map(previousFinding)}</section>` : nothing}`;
  }

  #remarks(view: ItemView): TemplateResult | typeof nothing {
    if (!view.remarks.length) return nothing;
    return html`<section class="part"><h3>${t("remarks.title")}</h3>
      ${view.remarks.map((remark) => html`<p>${prose(remark.text)} ${chip(t(`remarks.${remark.state}`), remark.state === "open" ? "attention" : "plain")}</p>`)}
      <p><a href=${toVisit(this.visit.id, "remarks")}>${t("visit.place.remarks")}</a></p></section>`;
  }

  #history(history: HistoryEntry[]): TemplateResult {
    return html`<section class="part"><details><summary class="button button-quiet">${t("item.history")} (${history.length})</summary>
      ${history.length ? html`<ol class="plain-list history">${history.map(historyLine)}</ol>` : html`<p class="soft">${t("item.history.none")}</p>`}</details></section>`;
  }

  #foot(): TemplateResult {
    const { advanceAfterAnswer: isAdvancing } = this.app.settings;
    const [before, after] = this.#neighbours();
    const step = (words: "item.before" | "item.next", code: string | null, kind = "") =>
      html`<button type="button" class="button ${kind}" ?disabled=${code === null} @click=${() => code && this.tell("moved", code)}>${t(words)}</button>`;
    return html`<div class="sheet-foot">${step("item.before", before)}
      <label class="check small"><input type="checkbox" .checked=${isAdvancing} @change=${(event: Event) => this.attempt(() => this.app.saveSettings({ advanceAfterAnswer: (event.target as HTMLInputElement).checked }))} />${t("item.advance")}</label>
      ${step("item.next", after, "button-primary")}</div>`;
  }

  #neighbours(): [string | null, string | null] {
    const asked = this.visit.items().map((one) => one.code);
    const here = asked.indexOf(this.code);
    return [asked[here - 1] ?? null, asked[here + 1] ?? null];
  }

  #answered(): void {
    const next = this.app.settings.advanceAfterAnswer ? this.visit.nextUnanswered(this.code) : null;
    if (next && !this.visit.item(this.code).lacks.length) this.tell("moved", next);
  }
}

/** What an earlier inspection found, where it stands, until when it was to be corrected. */
export function previousFinding(one: PreviousFinding): TemplateResult {
  return html`<div class="finding" lang="vi"><p class="soft small">${t("item.previous.line", { day: day(one.inspected_on), number: one.decision_number })}</p>
    <p>${prose(one.text)}</p>
    <p class="chips">${chip(t(`standing.${one.standing}`), one.standing === "not_accepted" ? "wrong" : "plain")}${one.due_on ? chip(t("item.previous.due", { day: day(one.due_on) })) : nothing}${one.is_overdue ? chip(`▲ ${t("item.overdue")}`, "wrong") : nothing}</p></div>`;
}

function historyLine(entry: HistoryEntry): TemplateResult {
  const value = entry.value as {
    value?: unknown;
    conclusion?: unknown;
    note?: unknown;
    reason?: unknown;
  } | null;
  return html`<li><span>${deed(entry.type, entry.entity)}</span> ${mark(value?.conclusion ?? value?.value)}
    <br /><span class="soft">${entry.actorName}, ${moment(entry.wall)}${entry.receivedAt ? html`, ${t("conflict.received", { time: moment(entry.receivedAt) })}` : html`, ${t("conflict.notReceived")}`}</span>
    ${typeof value?.note === "string" && value.note ? html`<br />${value.note}` : nothing}${typeof value?.reason === "string" && value.reason ? html`<br />${t("conflict.reason")}: ${value.reason}` : nothing}</li>`;
}

named("td-item-sheet", ItemSheet);
