/** The second tap of a file: see what was chosen, say what it is, attach it. Nothing is kept before that. */
import { html, type TemplateResult } from "lit";
import { t } from "../i18n/speak.ts";
import { modal } from "../ui/dialogs.ts";
import { wordsOf } from "../ui/faults.ts";
import { factsOf, mimeOf } from "../ui/file_words.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { complaint, notice } from "../ui/parts.ts";

const LONGEST_NAME = 200;

class NewFile extends VisitElement {
  static override properties = {
    ...VisitElement.properties,
    code: {},
    file: { attribute: false },
    isRefused: { state: true },
  };
  declare code: string;
  declare file: File;
  declare isRefused: boolean;

  constructor() {
    super();
    this.code = "";
    this.isRefused = false;
  }

  /** What does not fit is said at once, not after the caption has been typed. */
  protected override firstUpdated(): void {
    this.visit.checkRoom(this.file.size).catch((thrown: unknown) => {
      this.fault = wordsOf(thrown);
      this.isRefused = true;
    });
  }

  protected override render(): TemplateResult {
    const title = this.code ? t("file.title", { code: this.code }) : t("file.title.free");
    const { name, type: mime, size } = this.file;
    return html`<dialog class="box" ${modal()} aria-label=${title} @close=${() => this.tell("closed")}>
      <div class="sheet-head"><h2>${title}</h2><button type="button" class="button button-quiet" @click=${() => this.tell("closed")}>${t("app.cancel")}</button></div>
      <form class="sheet-body" @submit=${this.#attach}>
        ${notice("attention", html`<p>${t("file.reminder")}</p>`)} ${complaint(this.fault)}
        <p class="field"><strong class="file-name">${name}</strong><br /><span class="soft">${factsOf({ name, mime, size })}</span></p>
        <div class="field"><label for="caption">${t("file.caption")}</label><input class="input" id="caption" name="caption" maxlength="300" autocomplete="off" /></div>
        <button class="button button-primary button-large button-wide" ?disabled=${this.isBusy || this.isRefused}>${this.code ? t("photo.attach", { code: this.code }) : t("file.attach.free")}</button>
      </form>
    </dialog>`;
  }

  #attach(event: SubmitEvent): void {
    event.preventDefault();
    const caption = String(new FormData(event.target as HTMLFormElement).get("caption") ?? "").trim();
    const { name, type: mime } = this.file;
    void this.attempt(async () => {
      await this.visit.addFile({
        bytes: this.file,
        mime: mimeOf({ name, mime }),
        name: name.slice(-LONGEST_NAME),
        caption,
        ...(this.code ? { item: this.code } : {}),
      });
      this.tell("closed");
    });
  }
}

named("td-new-file", NewFile);
