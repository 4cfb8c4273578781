/** A text that saves itself: when the field is left, when nobody types for a while, and before the page goes. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { t } from "../i18n/speak.ts";
import { wordsOf } from "./faults.ts";
import { named, OpenElement } from "./open_element.ts";

const IDLE_MS = 2500;
const LINE_MOST = 1000;
let made = 0;

export type Save = (text: string) => Promise<unknown>;

export class WordsField extends OpenElement {
  static override properties = {
    ...OpenElement.properties,
    label: {},
    hint: {},
    placeholder: {},
    value: {},
    isLine: { type: Boolean },
    isOff: { type: Boolean },
    most: { type: Number },
    save: { attribute: false },
    state: { state: true },
  };
  declare label: string;
  declare hint: string;
  declare placeholder: string;
  declare value: string;
  declare isLine: boolean;
  declare isOff: boolean;
  /** Characters; more would not travel in one operation with everything beside it. */
  declare most: number;
  declare save: Save;
  declare state: "same" | "typing" | "saved";
  #typed: string | null = null;
  #timer = 0;
  readonly #id = `words-${++made}`;
  readonly #leave = () => void this.#keep();

  constructor() {
    super();
    Object.assign(this, {
      label: "",
      hint: "",
      placeholder: "",
      value: "",
      isLine: false,
      isOff: false,
      most: 10_000,
      state: "same",
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this.#leave);
    window.addEventListener("pagehide", this.#leave);
  }

  override disconnectedCallback(): void {
    document.removeEventListener("visibilitychange", this.#leave);
    window.removeEventListener("pagehide", this.#leave);
    void this.#keep();
    super.disconnectedCallback();
  }

  /** The text as it stands in the field, saved or not. */
  get text(): string {
    return this.#typed ?? this.value ?? "";
  }

  /** The phrase stands at the end of the text and is saved at once. */
  async add(phrase: string): Promise<void> {
    const text = this.text.trimEnd();
    this.#typed = text ? `${text} ${phrase}` : phrase;
    await this.#keep();
  }

  protected override updated(changed: PropertyValues): void {
    const field = this.querySelector<HTMLTextAreaElement | HTMLInputElement>(`#${this.#id}`);
    if (changed.has("value") && field && this.#typed === null) field.value = this.value ?? "";
  }

  #type(event: Event): void {
    this.#typed = (event.target as HTMLTextAreaElement).value;
    this.state = "typing";
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#keep(), IDLE_MS);
  }

  /** What was typed is durable, or still here and said to be unsaved. */
  async #keep(): Promise<void> {
    clearTimeout(this.#timer);
    const typed = this.#typed;
    if (typed === null) return;
    if (typed === (this.value ?? "")) return this.#rest(typed, "same");
    const save = this.save;
    this.fault = "";
    try {
      await save(typed);
      this.value = typed;
      this.#rest(typed, "saved");
    } catch (thrown) {
      this.fault = wordsOf(thrown);
    }
  }

  #rest(typed: string, state: "same" | "saved"): void {
    if (this.#typed !== typed) return;
    this.#typed = null;
    this.state = state;
    const field = this.querySelector<HTMLTextAreaElement | HTMLInputElement>(`#${this.#id}`);
    if (field && field.value !== typed) field.value = typed;
  }

  protected override render(): TemplateResult {
    const states = { same: "", typing: t("item.typing"), saved: t("item.saved") };
    return html`<div class="field">
      <label for=${this.#id}>${this.label}</label>
      ${this.hint ? html`<p class="hint" id="${this.#id}-hint">${this.hint}</p>` : nothing}
      ${this.#control()}
      <p class="saving" aria-live="polite">${this.fault || states[this.state]}</p>
    </div>`;
  }

  #control(): TemplateResult {
    const described = this.hint ? `${this.#id}-hint` : nothing;
    if (this.isLine) {
      return html`<input class="input" id=${this.#id} aria-describedby=${described} maxlength=${this.isLine ? Math.min(this.most, LINE_MOST) : this.most} placeholder=${this.placeholder} ?disabled=${this.isOff} .value=${this.text} @input=${this.#type} @change=${() => this.#keep()} />`;
    }
    return html`<textarea class="input" id=${this.#id} rows="3" aria-describedby=${described} maxlength=${this.isLine ? Math.min(this.most, LINE_MOST) : this.most} placeholder=${this.placeholder} ?disabled=${this.isOff} .value=${this.text} @input=${this.#type} @change=${() => this.#keep()}></textarea>`;
  }
}

named("td-words", WordsField);
