/** From an unknown tablet to an open one: enrol, sign in once, choose a PIN, unlock. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Topic } from "../app/facade.ts";
import { t } from "../i18n/speak.ts";
import type { Person } from "../store/views.ts";
import { AppElement, named } from "../ui/open_element.ts";
import { complaint, notice } from "../ui/parts.ts";
import { detailOf } from "../ui/sync_line.ts";
import "./forgotten_pin.ts";
import { codeOf } from "./scanner.ts";

const SHORTEST_PIN = 6;

export class Start extends AppElement {
  static override properties = {
    ...AppElement.properties,
    chosen: { state: true },
    isSigningIn: { state: true },
    isEnrolling: { type: Boolean },
    isForgotten: { state: true },
    isScanning: { state: true },
    mustChoosePin: { state: true },
  };
  protected override readonly topics: readonly Topic[] = ["stage", "sync"];
  declare chosen: Person | null;
  declare isSigningIn: boolean;
  declare isEnrolling: boolean;
  declare isForgotten: boolean;
  declare isScanning: boolean;
  declare mustChoosePin: Person | null;
  #scan = { whole: "", code: "" };

  constructor() {
    super();
    this.chosen = null;
    this.isSigningIn = false;
    this.isEnrolling = false;
    this.isForgotten = false;
    this.isScanning = false;
    this.mustChoosePin = null;
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    // Whoever begins anew leaves this screen before it can say so.
    if (this.app.stage !== "locked") this.isForgotten = false;
  }

  protected override render(): TemplateResult {
    return html`<div class="start"><section class="card start-card">${this.#step()}</section></div>`;
  }

  #step(): TemplateResult {
    if (this.app.stage === "unenrolled" || this.isEnrolling) return this.#enrolment();
    if (this.app.stage === "withdrawn") return this.#withdrawn();
    if (this.isForgotten)
      return html`<td-forgotten-pin .app=${this.app} @sign-in=${this.#signInAfterAll} @closed=${() => (this.isForgotten = false)}></td-forgotten-pin>`;
    if (this.mustChoosePin) return this.#pinChoice(this.mustChoosePin);
    if (this.app.stage === "signed_out" || this.isSigningIn) return this.#signIn();
    return this.#locked();
  }

  #withdrawn(): TemplateResult {
    return html`<h1>${t("start.withdrawn.title")}</h1><p>${t("start.withdrawn.lead")}</p>
      <button type="button" class="button button-primary button-large button-wide" @click=${() => (this.isEnrolling = true)}>${t("start.again.go")}</button>`;
  }

  #enrolment(): TemplateResult {
    const isAgain = this.app.stage === "ready";
    return html`<h1>${t(isAgain ? "start.again.go" : "start.enrol.title")}</h1>
      ${this.app.isEvicted ? notice("wrong", html`<p>${t("start.enrol.evicted")}</p>`) : nothing}
      <p class="soft">${t(isAgain ? "start.again.lead" : "start.enrol.lead")}</p>
      ${complaint(this.fault)}
      ${
        this.isScanning
          ? html`<td-scanner @scanned=${this.#scanned} @closed=${() => (this.isScanning = false)}></td-scanner>`
          : html`<p><button type="button" class="button button-wide" @click=${() => (this.isScanning = true)}>${t("start.enrol.scan")}</button></p>`
      }
      <form @submit=${this.#enrol}>
        <div class="field"><label for="code">${t("start.enrol.code")}</label><p class="hint" id="code-hint">${t("start.enrol.code.hint")}</p><input class="input" id="code" name="code" required autocomplete="off" autocapitalize="characters" spellcheck="false" aria-describedby="code-hint" /></div>
        <div class="field"><label for="label">${t("start.enrol.label")}</label><p class="hint" id="label-hint">${t("start.enrol.label.hint")}</p><input class="input" id="label" name="label" .value=${this.app.deviceLabel} required maxlength="60" aria-describedby="label-hint" /></div>
        <button class="button button-primary button-large button-wide" ?disabled=${this.isBusy}>${t("start.enrol.go")}</button>
      </form>`;
  }

  #scanned(event: CustomEvent<string>): void {
    this.isScanning = false;
    const field = this.querySelector<HTMLInputElement>("#code");
    this.#scan = { whole: event.detail, code: codeOf(event.detail) };
    if (field) field.value = this.#scan.code;
    this.querySelector<HTMLInputElement>("#label")?.focus();
  }

  #enrol(event: SubmitEvent): void {
    const given = sent(event);
    const code = text(given, "code").trim();
    // What was scanned also says for which server it is.
    const told = code === this.#scan.code ? this.#scan.whole : code;
    void this.attempt(async () => {
      await this.app.enrol({ code: told, label: text(given, "label").trim() });
      this.isEnrolling = false;
      this.tell("enrolled");
    });
  }

  #signInAfterAll(): void {
    this.isForgotten = false;
    this.isSigningIn = true;
  }

  #signIn(): TemplateResult {
    const back = this.app.stage === "locked";
    return html`<h1>${t("start.signIn.title")}</h1>
      <p class="soft">${t("start.signIn.lead")}</p>
      ${complaint(this.fault)}
      <form @submit=${this.#signingIn}>
        <div class="field"><label for="username">${t("start.signIn.username")}</label><input class="input" id="username" name="username" required autocomplete="username" autocapitalize="none" spellcheck="false" /></div>
        <div class="field"><label for="password">${t("start.signIn.password")}</label><input class="input" id="password" name="password" type="password" required autocomplete="current-password" /></div>
        <button class="button button-primary button-large button-wide" ?disabled=${this.isBusy}>${t("start.signIn.go")}</button>
        ${back ? html`<p class="actions"><button type="button" class="button button-quiet button-wide" @click=${() => (this.isSigningIn = false)}>${t("app.back")}</button></p>` : nothing}
      </form>`;
  }

  #signingIn(event: SubmitEvent): void {
    const given = sent(event);
    void this.attempt(async () => {
      const person = await this.app.signIn({
        username: text(given, "username").trim(),
        password: text(given, "password"),
      });
      const isAlone = person.hasPin && !person.canRecover && this.app.people.length === 1;
      // Nobody is there who could confirm another PIN.
      this.isForgotten = isAlone && this.app.stage === "locked";
      this.mustChoosePin = this.app.stage === "ready" || isAlone ? null : person;
      this.isSigningIn = false;
      this.tell("signed-in");
    });
  }

  #pinChoice(person: Person): TemplateResult {
    const { people } = this.app;
    const isKnown = people.some((one) => one.person_id === person.person_id && one.canRecover);
    const others = isKnown ? [] : people.filter((one) => one.person_id !== person.person_id && one.hasPin);
    return html`<h1>${t("start.pin.title")}</h1>
      <p>${t("start.pin.lead", { name: person.full_name })}</p>
      <p class="soft small">${t("start.pin.hint")}</p>
      ${complaint(this.fault)}
      <form @submit=${this.#choosePin}>
        ${pinField("pin", t("start.pin.new"), "new-password")} ${pinField("again", t("start.pin.again"), "new-password")}
        ${others.length ? witnessFields(others) : nothing}
        <button class="button button-primary button-large button-wide" ?disabled=${this.isBusy}>${t("start.pin.go")}</button>
        ${this.app.stage === "locked" ? html`<p class="actions"><button type="button" class="button button-quiet button-wide" @click=${() => (this.mustChoosePin = null)}>${t("app.back")}</button></p>` : nothing}
      </form>`;
  }

  #choosePin(event: SubmitEvent): void {
    const given = sent(event);
    if (given.get("pin") !== given.get("again")) {
      this.fault = t("start.pin.differs");
      return;
    }
    const who = text(given, "witness");
    const witness = who ? { person_id: who, pin: text(given, "witnessPin") } : undefined;
    void this.attempt(async () => {
      await this.app.choosePin(text(given, "pin"), witness);
      this.mustChoosePin = null;
    });
  }

  #locked(): TemplateResult {
    const people = this.app.people.filter((one) => one.hasPin);
    const chosen = this.chosen ?? (people.length === 1 ? people[0] : null) ?? null;
    return html`<h1>${t("start.locked.title")}</h1>
      ${complaint(this.fault)}
      ${chosen ? this.#unlockForm(chosen, people.length > 1) : this.#whoForm(people)}
      <p class="actions"><button type="button" class="button button-quiet button-wide" @click=${() => (this.isSigningIn = true)}>${t("start.signIn.other")}</button>
        <button type="button" class="button button-quiet button-wide" @click=${() => (this.isForgotten = true)}>${t("start.forgotten")}</button></p>
      ${this.#waiting()}`;
  }

  #waiting(): TemplateResult {
    const { waitingOps, waitingFiles } = this.app.sync;
    const safe = html`<p class="small">${t("start.locked.safe")}</p>`;
    if (waitingOps + waitingFiles === 0) return notice("info", safe);
    return notice("attention", html`<p>${t("start.locked.waiting")}</p>${safe}`, detailOf(this.app.sync));
  }

  #whoForm(people: readonly Person[]): TemplateResult {
    return html`<p>${t("start.locked.who")}</p>
      <div class="people-buttons">
        ${people.map((one) => html`<button type="button" class="button button-large" @click=${() => (this.chosen = one)}>${one.full_name}</button>`)}
      </div>`;
  }

  #unlockForm(person: Person, hasOthers: boolean): TemplateResult {
    return html`<form @submit=${(event: SubmitEvent) => this.#unlock(event, person)}>
      ${pinField("pin", t("start.locked.pin", { name: person.full_name }), "current-password")}
      <button class="button button-primary button-large button-wide" ?disabled=${this.isBusy}>${t("start.locked.go")}</button>
      ${hasOthers ? html`<p class="actions"><button type="button" class="button button-quiet button-wide" @click=${() => (this.chosen = null)}>${t("start.locked.another")}</button></p>` : nothing}
    </form>`;
  }

  #unlock(event: SubmitEvent, person: Person): void {
    const given = sent(event);
    const field = this.querySelector<HTMLInputElement>("#pin");
    void this.attempt(() => this.app.unlock(person.person_id, text(given, "pin"))).then((opened) => {
      if (opened || !field) return;
      field.value = "";
      field.focus();
    });
  }
}

function witnessFields(others: readonly Person[]): TemplateResult {
  return html`<p>${t("start.pin.witness")}</p>
    <div class="field"><label for="witness">${t("start.pin.witness.who")}</label>
      <select class="input" id="witness" name="witness">${others.map((one) => html`<option value=${one.person_id}>${one.full_name}</option>`)}</select></div>
    ${pinField("witnessPin", t("start.pin.witness.pin"), "off")}`;
}

/** A field for a PIN: figures only, hidden, no shorter than six. */
export function pinField(name: string, label: string, complete: string): TemplateResult {
  return html`<div class="field"><label for=${name}>${label}</label><input class="input pin" id=${name} name=${name} type="password" inputmode="numeric" pattern="[0-9]*" minlength=${SHORTEST_PIN} maxlength="32" required autocomplete=${complete as "off"} /></div>`;
}

function sent(event: SubmitEvent): FormData {
  event.preventDefault();
  return new FormData(event.target as HTMLFormElement);
}

function text(given: FormData, name: string): string {
  return String(given.get(name) ?? "");
}

named("td-start", Start);
