/** The list of a section, or of what a search and a filter leave: answered with one tap, without opening anything. */
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { ItemFilter, TabletApp } from "../app/facade.ts";
import { either, t } from "../i18n/speak.ts";
import type { ItemSummary, SectionView } from "../store/views.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { empty } from "../ui/parts.ts";
import { go, toVisit } from "../ui/routes.ts";
import "./item_row.ts";
import "./item_sheet.ts";

const FILTERS = ["missing", "nonconforming", "conflict", "mine"] as const;
type Only = (typeof FILTERS)[number];

class Checklist extends VisitElement {
  static override properties = {
    ...VisitElement.properties,
    app: { attribute: false },
    section: {},
    item: {},
    text: { state: true },
    only: { state: true },
    isWhole: { state: true },
  };
  declare app: TabletApp;
  declare section: string;
  declare item: string;
  declare text: string;
  declare only: Only | null;
  declare isWhole: boolean;

  constructor() {
    super();
    this.text = "";
    this.only = null;
    this.isWhole = false;
  }

  get #isFiltered(): boolean {
    return this.isWhole || this.only !== null || this.text.trim() !== "";
  }

  protected override render(): TemplateResult {
    const items = this.visit.items(this.#filter());
    const section = this.visit.sections.find((one) => one.code === this.section);
    return html`${this.#filters()}
      ${this.#isFiltered ? html`<p class="soft" role="status">${t("list.found", { count: items.length })}</p>` : section ? html`<h1>${either(section.title, section.titleEn)}</h1>` : nothing}
      ${items.length ? this.#list(items) : empty(t("list.none"), t("list.none.advice"))}
      ${this.#isFiltered ? nothing : this.#around()}
      ${this.item ? html`<td-item-sheet .visit=${this.visit} .app=${this.app} .code=${this.item} @closed=${this.#close} @moved=${this.#move}></td-item-sheet>` : nothing}`;
  }

  #filter(): ItemFilter {
    if (!this.#isFiltered) return { section: this.section };
    const text = this.text.trim();
    return { ...(text ? { text } : {}), ...(this.only ? { only: this.only } : {}) };
  }

  #filters(): TemplateResult {
    return html`<div class="filters" role="search">
      <input class="input" type="search" aria-label=${t("list.search")} placeholder=${t("list.search")} .value=${this.text} @input=${(event: Event) => (this.text = (event.target as HTMLInputElement).value)} />
      ${FILTERS.map((one) => html`<button type="button" class="button" aria-pressed=${this.only === one} @click=${() => (this.only = this.only === one ? null : one)}>${t(`list.${one}`)}</button>`)}
      <button type="button" class="button" aria-pressed=${this.isWhole} @click=${() => (this.isWhole = !this.isWhole)}>${t("list.all")}</button>
    </div>`;
  }

  #list(items: ItemSummary[]): TemplateResult {
    const { state } = this.visit.summary;
    return html`${repeat(
      items,
      (one) => one.code,
      (one) =>
        html`<td-item .app=${this.app} .visit=${this.visit} .summary=${one} .state=${state} .isOpen=${one.code === this.item} @opened=${() => this.#open(one.code)}></td-item>`,
    )}`;
  }

  #open(code: string): void {
    go(toVisit(this.visit.id, "checklist", this.section, code));
  }

  #close(): void {
    if (this.item) go(toVisit(this.visit.id, "checklist", this.section), true);
  }

  #move(event: CustomEvent<string>): void {
    const code = event.detail;
    const section = this.visit.item(code).section;
    go(toVisit(this.visit.id, "checklist", section, code), true);
  }

  #around(): TemplateResult {
    const { sections } = this.visit;
    const here = sections.findIndex((one) => one.code === this.section);
    const [before, after] = [sections[here - 1], sections[here + 1]];
    const to = (one: SectionView) => toVisit(this.visit.id, "checklist", one.code);
    return html`<div class="foot-actions foot-still">
      ${before ? html`<a class="button" href=${to(before)}>${t("list.previous")}</a>` : nothing}
      ${after ? html`<a class="button button-primary" href=${to(after)}>${t("list.next", { title: after.code })}</a>` : html`<a class="button button-primary" href=${toVisit(this.visit.id, "closing")}>${t("list.toClosing")}</a>`}
    </div>`;
  }
}

named("td-checklist", Checklist);
