/** Báo cáo tự kiểm tra: what the unit has written about itself, read without a network wherever the team is at work. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../i18n/speak.ts";
import { day } from "../i18n/written.ts";
import type { SelfReportView } from "../store/views.ts";
import { modal } from "../ui/dialogs.ts";
import { factsOf } from "../ui/file_words.ts";
import { icon } from "../ui/icons.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import "./reader.ts";

/** The files in a list; as a `isButton` one button that opens the list over whatever is being done. */
class SelfReport extends VisitElement {
  static override properties = {
    ...VisitElement.properties,
    isButton: { type: Boolean },
    isOpen: { state: true },
    read: { state: true },
  };
  declare isButton: boolean;
  declare isOpen: boolean;
  declare read: SelfReportView | null;

  constructor() {
    super();
    this.isButton = false;
    this.isOpen = false;
    this.read = null;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { selfReports: reports } = this.visit;
    if (!this.isButton) {
      return reports.length
        ? html`${this.#list(reports)} ${this.#reader()}`
        : html`<p class="soft">${t("report.none")}</p>`;
    }
    if (!reports.length) return nothing;
    return html`<button type="button" class="button button-quiet" @click=${() => (this.isOpen = true)}>${icon("file")}<span>${t("report.title")}</span></button>
      ${this.isOpen ? this.#dialog(reports) : nothing} ${this.#reader()}`;
  }

  #dialog(reports: SelfReportView[]): TemplateResult {
    const close = () => (this.isOpen = false);
    return html`<dialog class="box" ${modal()} aria-label=${t("report.title")} @close=${close}>
      <div class="sheet-head"><h2>${t("report.title")}</h2><button type="button" class="button button-quiet" @click=${close}>${t("app.close")}</button></div>
      <div class="sheet-body">${this.#list(reports)}</div>
    </dialog>`;
  }

  #list(reports: SelfReportView[]): TemplateResult {
    return html`<ul class="plain-list lines">${reports.map(
      (
        one,
      ) => html`<li><span class="file-line">${icon("file")}<span><strong class="file-name">${one.name}</strong><br /><span class="soft small">${factsOf(one)} · ${t("report.letter", { number: one.documentNumber, day: day(one.receivedOn) })}</span></span></span>
      <button type="button" class="button" aria-label="${t("file.read")}: ${one.name}" @click=${() => this.#open(one)}>${t("file.read")}</button></li>`,
    )}</ul>`;
  }

  #open(one: SelfReportView): void {
    this.isOpen = false;
    this.read = one;
  }

  #reader(): TemplateResult | typeof nothing {
    const closed = (event: Event) => {
      event.stopPropagation();
      this.read = null;
    };
    return this.read
      ? html`<td-reader .visit=${this.visit} .file=${this.read} @closed=${closed}></td-reader>`
      : nothing;
  }
}

named("td-self-report", SelfReport);
