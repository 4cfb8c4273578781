/** Language, looks, sending, storage and the tablet itself. */
import { html, nothing, type TemplateResult } from "lit";
import type { Settings as Chosen, Topic } from "../app/facade.ts";
import { type Key, t } from "../i18n/speak.ts";
import { size } from "../i18n/written.ts";
import type { StorageView } from "../store/views.ts";
import { wordsOf } from "../ui/faults.ts";
import { install, isOffered } from "../ui/installing.ts";
import { AppElement, named } from "../ui/open_element.ts";
import { complaint, fact, notice } from "../ui/parts.ts";
import { pinField } from "./start.ts";

class Settings extends AppElement {
  static override properties = { ...AppElement.properties, storage: { state: true }, said: { state: true } };
  protected override readonly topics: readonly Topic[] = ["stage"];
  declare storage: StorageView | null;
  declare said: string;

  constructor() {
    super();
    this.storage = null;
    this.said = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#measure();
  }

  async #measure(): Promise<void> {
    try {
      this.storage = await this.app.storage();
    } catch (thrown) {
      this.fault = wordsOf(thrown);
    }
  }

  #save(changed: Partial<Chosen>): void {
    void this.attempt(() => this.app.saveSettings(changed)).then(() => {
      this.tell("saved");
      this.requestUpdate();
    });
  }

  protected override render(): TemplateResult {
    const { settings } = this.app;
    return html`<h1>${t("settings.title")}</h1>
      ${complaint(this.fault)}
      <section class="card">
        ${this.#choice(
          t("settings.language"),
          settings.language,
          [
            ["vi", "Tiếng Việt"],
            ["en", "English"],
          ],
          (language) => this.#save({ language }),
        )}
        ${this.#choice(
          t("settings.theme"),
          settings.theme,
          [
            ["auto", t("settings.theme.auto")],
            ["light", t("settings.theme.light")],
            ["dark", t("settings.theme.dark")],
          ],
          (theme) => this.#save({ theme }),
        )}
      </section>
      <section class="card">
        ${this.#check("settings.advance", "advanceAfterAnswer")} ${this.#check("settings.metered", "pauseOnMetered")}
        ${this.#check("settings.originals", "sendOriginals")}
        <p class="hint">${t("settings.originals.hint")}</p>
      </section>
      ${this.#storage()} ${this.#device()} ${this.#pin()}`;
  }

  #choice<T extends string>(
    title: string,
    now: T,
    options: [T, string][],
    choose: (value: T) => void,
  ): TemplateResult {
    return html`<div class="field" role="group" aria-label=${title}><span class="label">${title}</span>
      <div class="choices">${options.map(([value, words]) => html`<button type="button" class="button" aria-pressed=${value === now} lang=${value === "en" || value === "vi" ? value : nothing} @click=${() => choose(value)}>${words}</button>`)}</div>
    </div>`;
  }

  #check(words: Key, name: "advanceAfterAnswer" | "pauseOnMetered" | "sendOriginals"): TemplateResult {
    const change = (event: Event) => this.#save({ [name]: (event.target as HTMLInputElement).checked });
    return html`<label class="check"><input type="checkbox" .checked=${this.app.settings[name]} @change=${change} />${t(words)}</label>`;
  }

  #storage(): TemplateResult | typeof nothing {
    const held = this.storage;
    if (!held) return nothing;
    const persist = () => this.attempt(() => this.app.persist()).then(() => this.#measure());
    return html`<section class="card"><h2>${t("settings.storage")}</h2>
      <p class="figures">${t("settings.used", { used: size(held.usedBytes), quota: size(held.quotaBytes) })}</p>
      ${held.isLow ? notice("attention", html`<p>${t("settings.low")}</p>`) : nothing}
      <p>${t(held.isPersistent ? "settings.persistent" : "settings.notPersistent")}</p>
      <div class="actions">
        ${held.isPersistent ? nothing : html`<button type="button" class="button" @click=${persist}>${t("settings.persist")}</button>`}
        ${isOffered() ? html`<button type="button" class="button" @click=${() => install().then(() => this.requestUpdate())}>${t("settings.install")}</button>` : nothing}
      </div>
    </section>`;
  }

  #device(): TemplateResult {
    const people = this.app.people.filter((one) => one.hasPin).map((one) => one.full_name);
    return html`<section class="card"><h2>${t("settings.device")}</h2>
      <dl class="facts">${fact(t("settings.device.name"), this.app.deviceLabel)} ${fact(t("settings.device.person"), this.app.person?.full_name)} ${fact(t("settings.device.people"), people.join(", "))}</dl>
    </section>`;
  }

  #pin(): TemplateResult {
    return html`<section class="card"><details><summary class="button button-quiet">${t("settings.pin")}</summary>
      <form @submit=${this.#changePin}>${pinField("old", t("settings.pin.old"), "current-password")} ${pinField("fresh", t("start.pin.new"), "new-password")} ${pinField("again", t("start.pin.again"), "new-password")}
        <button class="button button-primary" ?disabled=${this.isBusy}>${t("settings.pin")}</button></form>
      </details><p role="status">${this.said}</p></section>`;
  }

  #changePin(event: SubmitEvent): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const given = new FormData(form);
    if (given.get("fresh") !== given.get("again")) {
      this.fault = t("start.pin.differs");
      return;
    }
    void this.attempt(() => this.app.changePin(String(given.get("old")), String(given.get("fresh")))).then(
      (done) => {
        if (!done) return;
        form.reset();
        this.said = t("settings.pin.changed");
      },
    );
  }
}

named("td-settings", Settings);
