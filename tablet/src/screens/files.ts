/** The files of an item, or of the whole inspection: attach, read, say what they are, withdraw with a reason. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../i18n/speak.ts";
import { moment } from "../i18n/written.ts";
import type { FileView } from "../store/views.ts";
import { modal } from "../ui/dialogs.ts";
import { factsOf } from "../ui/file_words.ts";
import { icon } from "../ui/icons.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { complaint } from "../ui/parts.ts";
import { movingItem } from "./moving_item.ts";
import { retraction } from "./retraction.ts";
import "../ui/words_field.ts";
import "./new_file.ts";
import "./reader.ts";
import { mayRecord } from "./recording.ts";

class Files extends VisitElement {
  static override properties = {
    ...VisitElement.properties,
    code: {},
    files: { attribute: false },
    fresh: { state: true },
    shown: { state: true },
    said: { state: true },
    read: { state: true },
  };
  declare code: string;
  declare files: FileView[];
  declare fresh: File | null;
  declare shown: string | null;
  declare said: string;
  declare read: FileView | null;

  constructor() {
    super();
    this.code = "";
    this.files = [];
    this.fresh = null;
    this.shown = null;
    this.read = null;
    this.said = "";
  }

  protected override render(): TemplateResult {
    const shown = this.files.find((one) => one.id === this.shown);
    return html`${mayRecord(this.visit, "file.add") ? html`<div class="actions">${fileField(t("file.choose"), (file) => (this.fresh = file))}</div>` : nothing}
      ${this.files.length ? html`<ul class="plain-list lines">${this.files.map((one) => this.#line(one))}</ul>` : nothing}
      ${this.fresh ? html`<td-new-file .visit=${this.visit} .code=${this.code} .file=${this.fresh} @closed=${this.#closed}></td-new-file>` : nothing}
      <p class="soft small" role="status">${this.said}</p>
      ${shown ? this.#dialog(shown) : nothing}
      ${this.read ? html`<td-reader .visit=${this.visit} .file=${this.read} @closed=${this.#closed}></td-reader>` : nothing}`;
  }

  #closed(event: Event): void {
    event.stopPropagation();
    this.fresh = null;
    this.read = null;
  }

  #line(one: FileView): TemplateResult {
    return html`<li><span class="file-line">${icon("file")}<span><strong class="file-name">${one.name || t("thing.file")}</strong><br /><span class="soft small">${factsOf(one)} · ${one.isOnServer ? t("photo.there") : t("photo.here")} · ${one.author.actorName}, ${moment(one.author.wall)}</span>${one.caption ? html`<br />${one.caption}` : nothing}</span></span>
      <span class="actions"><button type="button" class="button" aria-label="${t("file.read")}: ${one.name}" @click=${() => (this.read = one)}>${t("file.read")}</button>
      <button type="button" class="button button-quiet" aria-label="${t("app.edit")}: ${one.name}" @click=${() => (this.shown = one.id)}>${t("app.edit")}</button></span></li>`;
  }

  #dialog(one: FileView): TemplateResult {
    const close = () => (this.shown = null);
    const mayEdit = mayRecord(this.visit, "file.edit", one.entity);
    return html`<dialog class="box" ${modal()} aria-label=${one.name || t("thing.file")} @close=${close}>
      <div class="sheet-head"><h2 class="file-name">${one.name || t("thing.file")}</h2><button type="button" class="button button-quiet" @click=${close}>${t("app.close")}</button></div>
      <div class="sheet-body"><p class="soft small">${factsOf(one)} · ${one.author.actorName}, ${moment(one.author.wall)}</p>
        <td-words .label=${t("file.caption")} isLine .value=${one.caption} .isOff=${!mayEdit} .save=${(caption: string) => this.visit.editAttachment(one.entity, { caption })}></td-words>
        ${mayEdit && one.item ? movingItem({ visit: this.visit, code: one.item, isBusy: this.isBusy, move: (item) => this.#move(one, item) }) : nothing}
        ${mayRecord(this.visit, "file.retract", one.entity) ? retraction({ words: "file.retract", isBusy: this.isBusy, retract: (reason) => this.#retract(one, reason) }) : nothing}
        ${complaint(this.fault)}
      </div>
    </dialog>`;
  }

  #move(one: FileView, item: string): void {
    void this.attempt(() => this.visit.editAttachment(one.entity, { item })).then((done) => {
      if (!done) return;
      this.shown = null;
      this.said = t("move.done", { code: item });
    });
  }

  #retract(one: FileView, reason: string): void {
    void this.attempt(() => this.visit.retractAttachment(one.entity, reason)).then((done) => {
      if (done) this.shown = null;
    });
  }
}

/** A button that lets a file of the tablet be chosen. */
export function fileField(
  words: string,
  chosen: (file: File) => void,
  quiet = "",
  label = "",
): TemplateResult {
  const take = (event: Event) => {
    const field = event.target as HTMLInputElement;
    const file = field.files?.[0];
    field.value = "";
    if (file) chosen(file);
  };
  return html`<label class="button ${quiet}">${icon("file")}<span>${words}</span><input class="hidden-words" type="file" aria-label=${label || nothing} @change=${take} /></label>`;
}

named("td-files", Files);
