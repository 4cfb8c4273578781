/** The photos of an item, or of the whole inspection: add, look at, caption, withdraw with a reason. */
import { html, nothing, type TemplateResult } from "lit";
import type { TabletApp } from "../app/facade.ts";
import { t } from "../i18n/speak.ts";
import { moment } from "../i18n/written.ts";
import type { PhotoView } from "../store/views.ts";
import { modal } from "../ui/dialogs.ts";
import { icon } from "../ui/icons.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { complaint } from "../ui/parts.ts";
import { movingItem } from "./moving_item.ts";
import { retraction } from "./retraction.ts";
import "../ui/stored_picture.ts";
import "../ui/words_field.ts";
import "./new_photo.ts";
import { mayRecord } from "./recording.ts";

class Photos extends VisitElement {
  static override properties = {
    ...VisitElement.properties,
    app: { attribute: false },
    code: {},
    photos: { attribute: false },
    fresh: { state: true },
    shown: { state: true },
    said: { state: true },
  };
  declare app: TabletApp;
  declare code: string;
  declare photos: PhotoView[];
  declare fresh: File | null;
  declare shown: string | null;
  declare said: string;

  constructor() {
    super();
    this.code = "";
    this.photos = [];
    this.fresh = null;
    this.shown = null;
    this.said = "";
  }

  protected override render(): TemplateResult {
    const shown = this.photos.find((one) => one.id === this.shown);
    return html`<div class="actions">${mayRecord(this.visit, "photo.add") ? [this.#field("item.photo.take", true), this.#field("item.photo.choose", false)] : nothing}</div>
      ${this.photos.length ? html`<div class="photos">${this.photos.map((one) => this.#figure(one))}</div>` : nothing}
      ${this.fresh ? html`<td-new-photo .visit=${this.visit} .code=${this.code} .file=${this.fresh} .app=${this.app} @closed=${this.#closed}></td-new-photo>` : nothing}
      <p class="soft small" role="status">${this.said}</p>
      ${shown ? this.#dialog(shown) : nothing}`;
  }

  #closed(event: Event): void {
    event.stopPropagation();
    this.fresh = null;
  }

  #field(words: "item.photo.take" | "item.photo.choose", isCamera: boolean): TemplateResult {
    const take = (event: Event) => {
      const field = event.target as HTMLInputElement;
      this.fresh = field.files?.[0] ?? null;
      field.value = "";
    };
    return html`<label class="button">${icon("camera")}<span>${t(words)}</span><input class="hidden-words" type="file" accept="image/*" capture=${isCamera ? "environment" : nothing} @change=${take} /></label>`;
  }

  #figure(one: PhotoView): TemplateResult {
    return html`<figure class="photo">
      <button type="button" aria-label=${t("photo.open", { caption: one.caption })} @click=${() => (this.shown = one.id)}><td-picture .visit=${this.visit} .sha256=${one.sha256} .words=${one.caption}></td-picture></button>
      <figcaption>${one.caption}<br /><span class="soft">${one.isOnServer ? t("photo.there") : t("photo.here")}</span></figcaption>
    </figure>`;
  }

  #dialog(one: PhotoView): TemplateResult {
    const close = () => (this.shown = null);
    const mayEdit = mayRecord(this.visit, "photo.edit", one.entity);
    return html`<dialog class="box box-wide" ${modal()} aria-label=${one.caption || t("thing.photo")} @close=${close}>
      <div class="sheet-head"><h2>${one.author.actorName}${one.takenAt ? html`, ${t("photo.taken", { time: moment(one.takenAt) })}` : nothing}</h2><button type="button" class="button button-quiet" @click=${close}>${t("app.close")}</button></div>
      <div class="sheet-body">
        <div class="canvas-frame"><td-picture .visit=${this.visit} .sha256=${one.sha256} .words=${one.caption}></td-picture></div>
        <td-words .label=${t("photo.caption")} isLine .value=${one.caption} .isOff=${!mayEdit} .save=${(caption: string) => this.visit.editAttachment(one.entity, { caption })}></td-words>
        ${mayEdit && one.item ? movingItem({ visit: this.visit, code: one.item, isBusy: this.isBusy, move: (item) => this.#move(one, item) }) : nothing}
        ${mayRecord(this.visit, "photo.retract", one.entity) ? retraction({ words: "photo.retract", isBusy: this.isBusy, retract: (reason) => this.#retract(one, reason) }) : nothing}
        ${complaint(this.fault)}
      </div>
    </dialog>`;
  }

  #move(one: PhotoView, item: string): void {
    void this.attempt(() => this.visit.editAttachment(one.entity, { item })).then((done) => {
      if (!done) return;
      this.shown = null;
      this.said = t("move.done", { code: item });
    });
  }

  #retract(one: PhotoView, reason: string): void {
    void this.attempt(() => this.visit.retractAttachment(one.entity, reason)).then((done) => {
      if (done) this.shown = null;
    });
  }
}

named("td-photos", Photos);
