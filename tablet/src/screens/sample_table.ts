/** A sample table, one card for each file looked at; every cell is saved when it is left. */
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { t } from "../i18n/speak.ts";
import type { Column } from "../rules/definition.ts";
import { isBlank } from "../rules/values.ts";
import type { ItemView, RowView } from "../store/views.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { chip, complaint, notice } from "../ui/parts.ts";

const YES_NO = ["co", "khong", "khong_ap_dung"] as const;

class SampleTable extends VisitElement {
  static override properties = {
    ...VisitElement.properties,
    view: { attribute: false },
    isOff: { type: Boolean },
  };
  declare view: ItemView;
  declare isOff: boolean;

  constructor() {
    super();
    this.isOff = false;
  }

  protected override render(): TemplateResult {
    const { sample } = this.view.item;
    if (!sample) return html``;
    const rows = this.view.rowViews;
    return html`<p><strong class="figures">${t("sample.rows", { have: rows.length, need: sample.min_rows })}</strong> <span class="soft small">${t("sample.few", { need: sample.min_rows })}</span></p>
      ${sample.personal_data ? notice("attention", html`<p>${sample.personal_data}</p>`) : nothing} ${complaint(this.fault)}
      ${repeat(
        rows,
        (row) => row.id,
        (row, place) => this.#row(row, place, sample.columns),
      )}
      ${this.isOff ? nothing : html`<button type="button" class="button button-wide" ?disabled=${this.isBusy} @click=${this.#add}>+ ${t("sample.add")}</button>`}`;
  }

  #add(): void {
    void this.attempt(() => this.visit.setRow(this.view.code, {})).then(async () => {
      await this.updateComplete;
      [...this.querySelectorAll<HTMLElement>(".sample-row")]
        .at(-1)
        ?.querySelector<HTMLElement>("input, select")
        ?.focus();
    });
  }

  #row(row: RowView, place: number, columns: Column[]): TemplateResult {
    const isFull =
      columns.every((column) => column.optional || !isBlank(row.columns[column.code])) && !row.fault;
    return html`<fieldset class="sample-row" data-row=${row.id}>
      <legend class="hidden-words">${t("sample.row", { n: place + 1 })}</legend>
      <div class="sample-row-head"><span><strong aria-hidden="true">${t("sample.row", { n: place + 1 })}</strong> ${row.hasConflict ? chip(`▲ ${t("list.conflict")}`, "wrong") : isFull ? chip(`● ${t("sample.finished")}`, "good") : chip(`○ ${t("sample.unfinished")}`)}</span>
        ${this.isOff ? nothing : html`<button type="button" class="button button-quiet" aria-label=${t("sample.remove", { n: place + 1 })} @click=${() => this.attempt(() => this.visit.retractRow(row.entity))}>${t("app.remove")}</button>`}</div>
      <div class="sample-cells">${columns.map((column) => this.#cell(row, column))}</div>
    </fieldset>`;
  }

  #cell(row: RowView, column: Column): TemplateResult {
    const id = `${row.id}-${column.code}`;
    const value = row.columns[column.code];
    const isOff = this.isOff || row.hasConflict;
    if (column.type === "yes_no") {
      return html`<div class="field" role="group" aria-label=${column.label_vi}><span class="label">${column.label_vi}</span>
        <div class="choices">${YES_NO.map((one) => html`<button type="button" class="button" aria-pressed=${value === one} ?disabled=${isOff} @click=${() => this.#write(row, column.code, one)}>${t(`value.${one}`)}</button>`)}</div></div>`;
    }
    const change = (event: Event) =>
      this.#write(row, column.code, read(event.target as HTMLInputElement, column));
    return html`<div class="field"><label for=${id}>${column.label_vi}</label><input class="input" id=${id} type=${column.type === "text" ? "text" : column.type} step="any" .value=${String(value ?? "")} ?disabled=${isOff} @change=${change} /></div>`;
  }

  #write(row: RowView, code: string, cell: unknown): void {
    void this.attempt(() => {
      const now = this.visit.item(this.view.code).rowViews.find((one) => one.id === row.id);
      return this.visit.setRow(this.view.code, { ...now?.columns, [code]: cell }, row.entity);
    });
  }
}

function read(field: HTMLInputElement, column: Column): unknown {
  if (column.type === "number") return Number.isNaN(field.valueAsNumber) ? null : field.valueAsNumber;
  return field.value.trim() || null;
}

named("td-sample", SampleTable);
