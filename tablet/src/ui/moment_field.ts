/** A moment in the zone of the office, with a button for now; saved when it is chosen. */
import { html, type TemplateResult } from "lit";
import { t } from "../i18n/speak.ts";
import { fieldMoment, fromField } from "../i18n/written.ts";
import { named, OpenElement } from "./open_element.ts";
import { complaint } from "./parts.ts";

let made = 0;

export class MomentField extends OpenElement {
  static override properties = {
    ...OpenElement.properties,
    label: {},
    value: {},
    isOff: { type: Boolean },
    save: { attribute: false },
  };
  declare label: string;
  declare value: string;
  declare isOff: boolean;
  declare save: (moment: string) => Promise<unknown>;
  readonly #id = `moment-${++made}`;

  protected override render(): TemplateResult {
    const change = (event: Event) => this.#keep(fromField((event.target as HTMLInputElement).value));
    const now = () => this.#keep(fromField(fieldMoment(new Date().toISOString())));
    return html`<div class="field"><label for=${this.#id}>${this.label}</label>
      <div class="choices"><input class="input input-moment" id=${this.#id} type="datetime-local" .value=${fieldMoment(this.value)} ?disabled=${this.isOff} @change=${change} />
      <button type="button" class="button" aria-label="${this.label}: ${t("opening.now")}" ?disabled=${this.isOff} @click=${now}>${t("opening.now")}</button></div>${complaint(this.fault)}</div>`;
  }

  #keep(moment: string): void {
    if (moment) void this.attempt(() => this.save(moment));
  }
}

named("td-moment", MomentField);
