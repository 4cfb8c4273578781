/** The whole app: which screen is shown, the bar above it, and the state of the work below it, always. */
import "../../../static/css/tokens.css";
import "./style.css";
import "./visit.css";
import "./paper.css";
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Topic, Visit } from "../app/facade.ts";
import { speak, t } from "../i18n/speak.ts";
import { wordsOf } from "./faults.ts";
import { icon } from "./icons.ts";
import { AppElement, named } from "./open_element.ts";
import { complaint, notice } from "./parts.ts";
import { go, type Route, routeOf, toVisit } from "./routes.ts";
import { dress } from "./theme.ts";
import "./sync_line.ts";
import "../screens/start.ts";
import "../screens/work.ts";

/** Screens beyond the first are fetched when they are opened; the service worker has them all. */
const rest = () =>
  Promise.all([
    import("../screens/visit.ts"),
    import("../screens/waiting.ts"),
    import("../screens/settings.ts"),
  ]);

export class Root extends AppElement {
  static override properties = {
    ...AppElement.properties,
    route: { state: true },
    visit: { state: true },
    isWhole: { state: true },
  };
  protected override readonly topics: readonly Topic[] = ["stage", "inspections"];
  declare route: Route;
  declare visit: Visit | null;
  declare isWhole: boolean;
  #dressed = "";
  #person = "";
  readonly #moved = () => this.#follow();

  constructor() {
    super();
    this.route = routeOf(location.hash);
    this.visit = null;
    this.isWhole = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("hashchange", this.#moved);
  }

  override disconnectedCallback(): void {
    window.removeEventListener("hashchange", this.#moved);
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (changed.has("app") && this.app) this.changed();
  }

  protected override changed(): void {
    const { language, theme } = this.app.settings;
    if (this.#dressed !== language + theme) {
      this.#dressed = language + theme;
      speak(language);
      dress(theme);
    }
    if (this.app.stage !== "ready") this.visit = null;
    else this.#greet();
    // A tablet that begins anew has no place to go back to.
    if (this.app.stage === "unenrolled" && location.hash.length > 2) go("#/", true);
    this.#follow();
    this.requestUpdate();
  }

  /** Whoever takes over the tablet begins with their own work, not where somebody else was. */
  #greet(): void {
    const person = this.app.person?.person_id ?? "";
    if (this.#person && this.#person !== person) go("#/", true);
    this.#person = person;
  }

  #follow(): void {
    const before = this.route;
    this.route = routeOf(location.hash);
    if (this.app?.stage !== "ready") return;
    void rest().then(() => (this.isWhole = true));
    if (this.route.place === "visit") void this.#open(this.route.inspection);
    else this.visit = null;
    if (placeOf(before) !== placeOf(this.route)) void this.updateComplete.then(() => this.#arrive());
  }

  /** A new place begins at its top, and a screen reader is taken along. */
  #arrive(): void {
    window.scrollTo(0, 0);
    this.querySelector<HTMLElement>("#main")?.focus({ preventScroll: true });
  }

  async #open(inspection: string): Promise<void> {
    if (this.visit?.id === inspection) return;
    this.visit = null;
    try {
      const [opened] = await Promise.all([this.app.open(inspection), rest()]);
      if (this.route.place === "visit" && this.route.inspection === inspection) this.visit = opened;
      this.fault = "";
    } catch (thrown) {
      this.fault = wordsOf(thrown);
      go("#/", true);
    }
  }

  protected override render(): TemplateResult {
    if (!this.app) return html`<main class="main"><p role="status">${t("app.opening")}</p></main>`;
    if (this.app.stage !== "ready") return this.#outside();
    return html`<a class="skip" href="#main" @click=${this.#skip}>${t("app.skip")}</a>
      ${this.#bar()}
      <main class="main ${this.#width()}" id="main" tabindex="-1">
        ${complaint(this.fault)} ${this.app.update.isWaiting ? this.#update() : nothing} ${this.#screen()}
      </main>
      <td-sync-line class="sync no-print" .app=${this.app}></td-sync-line>`;
  }

  #skip(event: Event): void {
    event.preventDefault();
    this.querySelector<HTMLElement>("#main")?.focus();
  }

  #outside(): TemplateResult {
    return html`<header class="bar"><span class="product"><img src="/tablet/icon.svg" alt="" />${t("app.name")}</span><span class="bar-title"></span>${this.#languages()}</header>
      <main class="main" id="main" tabindex="-1"><td-start .app=${this.app}></td-start></main>
      ${this.app.stage === "locked" ? html`<td-sync-line class="sync no-print" .app=${this.app}></td-sync-line>` : nothing}`;
  }

  #languages(): TemplateResult {
    const other = this.app.settings.language === "vi" ? "en" : "vi";
    const choose = () =>
      this.attempt(() => this.app.saveSettings({ language: other })).then(() => this.changed());
    return html`<button type="button" class="button button-quiet" lang=${other} @click=${choose}>${other === "vi" ? "Tiếng Việt" : "English"}</button>`;
  }

  #bar(): TemplateResult {
    const isHome = this.route.place === "work";
    return html`<header class="bar">
      ${isHome ? html`<span class="product"><img src="/tablet/icon.svg" alt="" />${t("app.name")}</span>` : html`<a class="button button-icon button-quiet" href=${this.#above()} aria-label=${t("app.back")}>${icon("back")}</a>`}
      <span class="bar-title">${this.#title()}</span>
      <a class="button button-quiet" href="#/settings">${icon("gear")}<span>${t("app.settings")}</span></a>
      <button type="button" class="button button-quiet" @click=${() => this.app.lock()}>${icon("lock")}<span>${t("app.lock")}</span></button>
    </header>`;
  }

  #above(): string {
    const at = this.route;
    return at.place === "visit" && at.part !== "checklist" ? toVisit(at.inspection) : "#/";
  }

  #title(): string {
    if (this.route.place === "visit") return this.visit?.summary.unitName ?? "";
    return this.route.place === "work" ? (this.app.person?.full_name ?? "") : "";
  }

  #width(): string {
    if (this.route.place === "visit") return "";
    return this.route.place === "work" ? "main-middle" : "main-narrow";
  }

  #screen(): unknown {
    const { app, route } = this;
    if (route.place === "work") return html`<td-work .app=${app}></td-work>`;
    if (route.place === "sign-in")
      return html`<td-start .app=${app} .isSigningIn=${true} @signed-in=${() => go("#/waiting", true)}></td-start>`;
    if (route.place === "enrol")
      return html`<td-start .app=${app} .isEnrolling=${true} @enrolled=${() => go("#/waiting", true)}></td-start>`;
    const opening = html`<p role="status">${t("app.opening")}</p>`;
    if (!this.isWhole) return opening;
    const { visit } = this;
    if (route.place === "waiting") return html`<td-waiting .app=${app}></td-waiting>`;
    if (route.place === "settings")
      return html`<td-settings .app=${app} @saved=${() => this.changed()}></td-settings>`;
    if (!visit) return opening;
    return html`<td-visit .app=${app} .visit=${visit} .route=${route}></td-visit>`;
  }

  #update(): TemplateResult {
    const waiting = this.app.sync.waitingOps + this.app.sync.waitingFiles;
    const apply = () => this.attempt(() => this.app.applyUpdate({ despiteOutbox: true }));
    return notice(
      "info",
      html`${waiting ? html`<p>${t(this.app.sync.needs === "upgrade" ? "app.update.must" : "app.update.later", { count: waiting })}</p>` : nothing}<button type="button" class="button" @click=${apply}>${t("app.update.now")}</button>`,
      t("app.update"),
    );
  }
}

function placeOf(route: Route): string {
  return route.place === "visit" ? [route.inspection, route.part, route.section].join() : route.place;
}

named("td-app", Root);
