/** What the team tells itself; never printed. */
import { html, type TemplateResult } from "lit";
import type { TabletApp } from "../app/facade.ts";
import { t } from "../i18n/speak.ts";
import { moment } from "../i18n/written.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { complaint, prose } from "../ui/parts.ts";

class Notes extends VisitElement {
  static override properties = { ...VisitElement.properties, app: { attribute: false } };
  declare app: TabletApp;

  protected override render(): TemplateResult {
    const { notes } = this.visit;
    return html`<h1>${t("notes.title")}</h1><p class="soft">${t("notes.lead")}</p>
      ${complaint(this.fault)}
      <form class="card" @submit=${this.#add}><div class="field"><label for="new-note">${t("notes.new")}</label><textarea class="input" id="new-note" name="text" rows="3" required maxlength="10000"></textarea></div>
        <button class="button button-primary" ?disabled=${this.isBusy || !this.visit.may("note.add")}>${t("notes.add")}</button></form>
      ${notes.length ? html`<ul class="plain-list lines card">${notes.map((note) => html`<li><span>${prose(note.text)}<br /><span class="soft small">${note.author.actorName}, ${moment(note.author.wall)}</span></span></li>`)}</ul>` : html`<p class="soft">${t("notes.none")}</p>`}`;
  }

  #add(event: SubmitEvent): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const text = String(new FormData(form).get("text") ?? "").trim();
    if (!text) return;
    void this.attempt(() => this.visit.addNote(text)).then((done) => {
      if (done) form.reset();
    });
  }
}

named("td-notes", Notes);
