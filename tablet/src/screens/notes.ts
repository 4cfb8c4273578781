/** What the team tells itself, about one item or the whole inspection; never printed. */
import { html, nothing, type TemplateResult } from "lit";
import type { TabletApp } from "../app/facade.ts";
import { t } from "../i18n/speak.ts";
import { moment } from "../i18n/written.ts";
import type { NoteView } from "../store/views.ts";
import { modal } from "../ui/dialogs.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { complaint, prose } from "../ui/parts.ts";
import { toVisit } from "../ui/routes.ts";
import { retraction } from "./retraction.ts";

const MOST = 10_000;

class Notes extends VisitElement {
  static override properties = { ...VisitElement.properties, app: { attribute: false } };
  declare app: TabletApp;

  protected override render(): TemplateResult {
    return html`<h1>${t("notes.title")}</h1><p class="soft">${t("notes.lead")}</p>
      <td-note-list .visit=${this.visit} .notes=${this.visit.notes}></td-note-list>`;
  }
}

/** The notes that it is given, and a new one about the item whose code it has, or about the whole. */
class NoteList extends VisitElement {
  static override properties = {
    ...VisitElement.properties,
    code: {},
    notes: { attribute: false },
    shown: { state: true },
  };
  declare code: string;
  declare notes: NoteView[];
  declare shown: string | null;

  constructor() {
    super();
    this.code = "";
    this.notes = [];
    this.shown = null;
  }

  protected override render(): TemplateResult {
    const shown = this.notes.find((one) => one.id === this.shown);
    const list = html`<div class=${this.code ? "" : "card"}><ul class="plain-list lines">${this.notes.map((one) => this.#line(one))}</ul></div>`;
    return html`${this.code ? nothing : this.#new()}
      ${this.notes.length ? list : this.code ? nothing : html`<p class="soft">${t("notes.none")}</p>`}
      ${this.code && this.visit.may("note.add") ? html`<details><summary class="button">${t("notes.addTo")}</summary>${this.#new()}</details>` : nothing}
      ${shown ? this.#dialog(shown) : nothing}`;
  }

  #new(): TemplateResult {
    const id = `new-note-${this.code}`;
    return html`<form class=${this.code ? "" : "card"} @submit=${this.#add}>${this.shown ? nothing : complaint(this.fault)}
      <div class="field"><label for=${id}>${t("notes.new")}</label>${this.code ? html`<p class="hint">${t("notes.lead")}</p>` : nothing}<textarea class="input" id=${id} name="text" rows="3" required maxlength=${MOST}></textarea></div>
      <button class="button ${this.code ? "" : "button-primary"}" ?disabled=${this.isBusy || !this.visit.may("note.add")}>${t("notes.add")}</button></form>`;
  }

  #line(note: NoteView): TemplateResult {
    const { entity, author } = note;
    const mayChange = this.visit.may("note.edit", entity) || this.visit.may("note.retract", entity);
    const label = `${t("app.edit")}: ${note.text.slice(0, 60)}`;
    return html`<li><span>${prose(note.text)}<br /><span class="soft small">${author.actorName}, ${moment(author.wall)}</span></span>
      <span class="actions">${this.code || !note.item ? nothing : this.#link(note.item)}${mayChange ? html`<button type="button" class="button button-quiet" aria-label=${label} @click=${() => (this.shown = note.id)}>${t("app.edit")}</button>` : nothing}</span></li>`;
  }

  #link(code: string): TemplateResult {
    const section = this.visit.items().find((one) => one.code === code)?.section ?? "";
    return html`<a class="button button-quiet" href=${toVisit(this.visit.id, "checklist", section, code)}>${t("notes.about", { code })}</a>`;
  }

  #dialog(note: NoteView): TemplateResult {
    const close = () => (this.shown = null);
    const { entity, author } = note;
    return html`<dialog class="box" ${modal()} aria-labelledby="note-title" @close=${close}>
      <div class="sheet-head"><h2 id="note-title">${t("notes.of", { name: author.actorName, time: moment(author.wall) })}</h2><button type="button" class="button button-quiet" @click=${close}>${t("app.close")}</button></div>
      <div class="sheet-body">${this.visit.may("note.edit", entity) ? this.#edit(note) : html`<p>${prose(note.text)}</p>`}
        ${this.visit.may("note.retract", entity) ? retraction({ words: "note.retract", isBusy: this.isBusy, retract: (reason) => this.#close(() => this.visit.retractNote(entity, reason)) }) : nothing}
        ${complaint(this.fault)}</div>
    </dialog>`;
  }

  #edit(note: NoteView): TemplateResult {
    const save = (event: SubmitEvent) => {
      const text = textIn(event);
      if (text) this.#close(() => this.visit.editNote(note.entity, text));
    };
    return html`<form @submit=${save}><div class="field"><label for="note-text">${t("notes.text")}</label><textarea class="input" id="note-text" name="text" rows="5" required maxlength=${MOST} .value=${note.text}></textarea></div>
      <p class="actions"><button class="button button-primary" ?disabled=${this.isBusy}>${t("app.save")}</button></p></form>`;
  }

  #close(work: () => Promise<void>): void {
    void this.attempt(work).then((done) => {
      if (done) this.shown = null;
    });
  }

  #add(event: SubmitEvent): void {
    const text = textIn(event);
    const form = event.target as HTMLFormElement;
    if (!text) return;
    void this.attempt(() => this.visit.addNote(text, this.code || undefined)).then((done) => {
      if (!done) return;
      form.reset();
      form.closest("details")?.removeAttribute("open");
    });
  }
}

function textIn(event: SubmitEvent): string {
  event.preventDefault();
  return String(new FormData(event.target as HTMLFormElement).get("text") ?? "").trim();
}

named("td-note-list", NoteList);
named("td-notes", Notes);
