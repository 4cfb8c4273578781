/** A PIN that nobody remembers: who can still open the tablet, and what is lost if nobody can. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../i18n/speak.ts";
import { wordsOf } from "../ui/faults.ts";
import { AppElement, named } from "../ui/open_element.ts";
import { complaint, notice } from "../ui/parts.ts";

class ForgottenPin extends AppElement {
  static override properties = {
    ...AppElement.properties,
    unsent: { state: true },
    isSure: { state: true },
  };
  declare unsent: { operations: number; files: number } | null;
  declare isSure: boolean;

  constructor() {
    super();
    this.unsent = null;
    this.isSure = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#count();
  }

  async #count(): Promise<void> {
    try {
      this.unsent = await this.app.unsent();
    } catch (thrown) {
      this.fault = wordsOf(thrown);
    }
  }

  protected override render(): TemplateResult {
    const isAlone = this.app.people.length < 2;
    const names = this.app.people.filter((one) => one.canRecover).map((one) => one.full_name);
    const isHelped = names.length > 0 || !isAlone;
    return html`<h1>${t("start.forgotten")}</h1>
      <p>${t("start.forgotten.key")}</p>
      ${complaint(this.fault)}
      ${names.length ? html`<p>${t("start.forgotten.recover", { names: names.join(", ") })}</p>` : nothing}
      ${isAlone ? nothing : html`<p>${t("start.forgotten.witness")}</p>`}
      ${
        !isHelped
          ? nothing
          : html`<p class="actions"><button type="button" class="button button-primary button-wide" @click=${() => this.tell("sign-in")}>${t("start.signIn.go")}</button></p>`
      }
      ${this.unsent ? this.#beginAnew(this.unsent) : nothing}
      <p class="actions"><button type="button" class="button button-quiet button-wide" @click=${() => this.tell("closed")}>${t("app.back")}</button></p>`;
  }

  #beginAnew({ operations, files }: { operations: number; files: number }): TemplateResult {
    const isLossless = operations + files === 0;
    return html`<h2>${t("start.anew")}</h2><p>${t("start.anew.lead")}</p>
      ${notice(isLossless ? "info" : "wrong", html`<p>${isLossless ? t("start.anew.nothing") : t("start.anew.lost", { operations, files })}</p>`)}
      <form @submit=${this.#forget}><label class="check"><input type="checkbox" required .checked=${this.isSure} @change=${this.#agree} />${t("start.anew.sure")}</label>
      <button class="button button-wide" ?disabled=${this.isBusy || !this.isSure}>${t("start.anew.go")}</button></form>`;
  }

  #agree(event: Event): void {
    this.isSure = (event.target as HTMLInputElement).checked;
  }

  #forget(event: SubmitEvent): void {
    event.preventDefault();
    void this.attempt(async () => {
      await this.app.forgetEverything();
      this.tell("closed");
    });
  }
}

named("td-forgotten-pin", ForgottenPin);
