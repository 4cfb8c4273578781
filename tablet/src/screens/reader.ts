/** A file of the inspection on the screen, from the sealed store: read here where that is possible, else copied out. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../i18n/speak.ts";
import { modal } from "../ui/dialogs.ts";
import { factsOf, mimeOf, type Named } from "../ui/file_words.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { complaint, notice } from "../ui/parts.ts";

export interface Readable extends Named {
  sha256: string;
  size: number;
}

const FORGOTTEN_MS = 60_000;

class Reader extends VisitElement {
  static override properties = {
    ...VisitElement.properties,
    file: { attribute: false },
    bytes: { state: true },
    text: { state: true },
    isElsewhere: { state: true },
  };
  declare file: Readable;
  declare bytes: Blob | null;
  declare text: string | null;
  declare isElsewhere: boolean;

  constructor() {
    super();
    this.bytes = null;
    this.text = null;
    this.isElsewhere = false;
  }

  protected override firstUpdated(): void {
    void this.attempt(() => this.#load());
  }

  async #load(): Promise<void> {
    const kind = mimeOf(this.file);
    if (kind === "application/pdf") await import("../ui/pdf_pages.ts");
    const bytes = await this.visit.bytesOf(this.file.sha256);
    if (bytes && kind.startsWith("text/")) this.text = await bytes.text();
    this.bytes = bytes;
    this.isElsewhere = bytes === null;
  }

  protected override render(): TemplateResult {
    return html`<dialog class="sheet sheet-reader" ${modal()} aria-label=${this.file.name} @close=${() => this.tell("closed")}>
      <div class="sheet-head"><h2 class="file-name">${this.file.name}</h2><button type="button" class="button button-quiet" @click=${() => this.tell("closed")}>${t("app.close")}</button></div>
      <div class="sheet-body"><p class="soft small">${factsOf(this.file)}</p>${complaint(this.fault)} ${this.#content()} ${this.bytes ? this.#copy(this.bytes) : nothing}</div>
    </dialog>`;
  }

  #content(): TemplateResult | typeof nothing {
    if (this.isElsewhere) return notice("attention", html`<p>${t("file.elsewhere")}</p>`);
    if (!this.bytes) return this.fault ? nothing : html`<p role="status">${t("app.opening")}</p>`;
    if (this.text !== null) return html`<pre class="file-text">${this.text}</pre>`;
    if (mimeOf(this.file) === "application/pdf") return html`<td-pdf .bytes=${this.bytes}></td-pdf>`;
    return notice("info", html`<p>${t("file.noReader")}</p>`);
  }

  #copy(bytes: Blob): TemplateResult {
    const save = () => {
      const address = URL.createObjectURL(bytes);
      Object.assign(document.createElement("a"), { href: address, download: this.file.name }).click();
      setTimeout(() => URL.revokeObjectURL(address), FORGOTTEN_MS);
    };
    return html`<section class="part"><button type="button" class="button" @click=${save}>${t("file.copy")}</button><p class="soft small">${t("file.copy.hint")}</p></section>`;
  }
}

named("td-reader", Reader);
