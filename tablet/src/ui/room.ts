/** Says in time that the tablet is nearly full: where work is written and where photos are taken. */
import { html, nothing, type TemplateResult } from "lit";
import type { Topic } from "../app/facade.ts";
import { t } from "../i18n/speak.ts";
import { AppElement, named } from "./open_element.ts";
import { notice } from "./parts.ts";

class Room extends AppElement {
  static override properties = { ...AppElement.properties, isLow: { state: true } };
  protected override readonly topics: readonly Topic[] = ["inspections"];
  declare isLow: boolean;
  #measuring = false;

  constructor() {
    super();
    this.isLow = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#measure();
  }

  protected override changed(): void {
    void this.#measure();
  }

  /** One measurement at a time: every tap asks for one. */
  async #measure(): Promise<void> {
    if (this.#measuring) return;
    this.#measuring = true;
    try {
      this.isLow = (await this.app.storage()).isLow;
    } finally {
      this.#measuring = false;
    }
  }

  protected override render(): TemplateResult | typeof nothing {
    return this.isLow ? notice("attention", html`<p>${t("settings.low")}</p>`) : nothing;
  }
}

named("td-room", Room);
