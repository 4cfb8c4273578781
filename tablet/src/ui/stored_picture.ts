/** A picture by its hash, from this tablet or the server; its memory is given back when it leaves the page. */
import { html, type PropertyValues, type TemplateResult } from "lit";
import { t } from "../i18n/speak.ts";
import { named, VisitElement } from "./open_element.ts";

export class StoredPicture extends VisitElement {
  static override properties = {
    ...VisitElement.properties,
    sha256: {},
    words: {},
    address: { state: true },
  };
  declare sha256: string;
  declare words: string;
  declare address: string | null;

  constructor() {
    super();
    this.sha256 = "";
    this.words = "";
    this.address = null;
  }

  override disconnectedCallback(): void {
    this.#forget();
    super.disconnectedCallback();
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("sha256")) void this.#fetch();
  }

  async #fetch(): Promise<void> {
    const wanted = this.sha256;
    const blob = await this.visit.bytesOf(wanted).catch(() => null);
    if (wanted !== this.sha256 || !this.isConnected) return;
    this.#forget();
    this.address = blob ? URL.createObjectURL(blob) : null;
  }

  #forget(): void {
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = null;
  }

  protected override render(): TemplateResult {
    if (this.address) return html`<img src=${this.address} alt=${this.words} />`;
    return html`<span class="soft small">${t("photo.elsewhere")}</span>`;
  }
}

named("td-picture", StoredPicture);
