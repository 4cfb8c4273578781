/** Việc của tôi: a card for each inspection, nearest day first, with all that decides where to go now. */
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Topic } from "../app/facade.ts";
import { found, type Key, t } from "../i18n/speak.ts";
import { day, daysUntil } from "../i18n/written.ts";
import type { InspectionSummary, State, StorageView } from "../store/views.ts";
import { clockNotice } from "../ui/clock_notice.ts";
import { wordsOf } from "../ui/faults.ts";
import { install, isOffered, onOffer } from "../ui/installing.ts";
import { AppElement, named } from "../ui/open_element.ts";
import { chip, complaint, empty, notice, ring } from "../ui/parts.ts";
import { toVisit } from "../ui/routes.ts";

const COMING_DAYS = 14;
const FAR_DAYS = 60;
const HANDED_IN: readonly State[] = [
  "submitted",
  "approved",
  "issued",
  "awaiting_correction",
  "under_review",
  "closed",
  "cancelled",
  "postponed",
];

export class Work extends AppElement {
  static override properties = {
    ...AppElement.properties,
    listed: { state: true },
    said: { state: true },
    storage: { state: true },
    loading: { state: true },
  };
  protected override readonly topics: readonly Topic[] = ["inspections", "sync"];
  declare listed: InspectionSummary[] | null;
  declare said: string;
  declare storage: StorageView | null;
  declare loading: string;
  #unheard: () => void = () => undefined;

  constructor() {
    super();
    this.listed = null;
    this.said = "";
    this.storage = null;
    this.loading = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#unheard = onOffer(() => this.requestUpdate());
    void this.#list();
  }

  override disconnectedCallback(): void {
    this.#unheard();
    super.disconnectedCallback();
  }

  protected override changed(topic: Topic): void {
    if (topic === "inspections") void this.#list();
  }

  async #list(): Promise<void> {
    try {
      this.listed = await this.app.inspections();
      this.storage = await this.app.storage();
    } catch (thrown) {
      this.fault = wordsOf(thrown);
    }
  }

  protected override render(): TemplateResult {
    return html`<div class="work-head">
        <h1>${t("work.title")}</h1>
        <button type="button" class="button" ?disabled=${this.isBusy} @click=${this.#downloadComing}>${this.isBusy && this.loading === "all" ? t("work.downloading") : t("work.downloadComing")}</button>
      </div>
      <div role="status">${this.said ? notice("good", html`<p>${this.said}</p>`) : nothing}</div>
      ${this.storage?.isLow ? notice("attention", html`<p>${t("settings.low")}</p>`) : nothing}
      ${clockNotice(this.app)} ${complaint(this.fault)} ${this.listed ? this.#groups(this.listed) : html`<p>${t("app.opening")}</p>`} ${this.#keeping()}`;
  }

  /** Until the browser has promised to keep what is here. */
  #keeping(): TemplateResult | typeof nothing {
    if (this.storage?.isPersistent !== false) return nothing;
    const persist = () => this.attempt(() => this.app.persist()).then(() => this.#list());
    const ask = html`<button type="button" class="button" ?disabled=${this.isBusy} @click=${persist}>${t("settings.persist")}</button>`;
    const put = html`<button type="button" class="button" @click=${() => install().then(() => this.#list())}>${t("settings.install")}</button>`;
    return notice(
      "info",
      html`<p>${t("work.keep")}</p><p class="actions">${ask} ${isOffered() ? put : nothing}</p>`,
      t("settings.notPersistent"),
    );
  }

  #groups(listed: InspectionSummary[]): TemplateResult {
    if (!listed.length && this.app.sync.isReached === null)
      return html`<p role="status">${t("work.asking")}</p>`;
    if (!listed.length) return empty(t("work.none"), t("work.none.advice"), this.#reach());
    const done = listed.filter((one) => HANDED_IN.includes(one.state));
    const open = listed.filter((one) => !HANDED_IN.includes(one.state));
    const before = open.filter((one) => one.plannedOn !== null && daysUntil(one.plannedOn) < 0);
    const now = open.filter((one) => !before.includes(one));
    const groups: [Key, InspectionSummary[]][] = [
      ["work.now", now],
      ["work.before", before],
      ["work.past", done],
    ];
    return html`${groups.filter(([, cards]) => cards.length).map(([title, cards]) => this.#group(t(title), cards))}`;
  }

  #group(title: string, cards: InspectionSummary[]): TemplateResult {
    return html`<section><h2 class="work-group">${title}</h2>${repeat(
      cards,
      (one) => one.id,
      (one) => this.#card(one),
    )}</section>`;
  }

  #reach(): TemplateResult {
    return html`<p><button type="button" class="button" @click=${() => this.attempt(() => this.app.syncNow())}>${t("work.none.go")}</button></p>`;
  }

  #card(one: InspectionSummary): TemplateResult {
    return html`<article class="card work-card" data-inspection=${one.id}>
      ${one.progress ? ring(one.progress.done, one.progress.asked) : html`<span class="ring ring-none" aria-hidden="true"></span>`}
      <div>
        <h2>${one.isDownloaded ? html`<a href=${toVisit(one.id)}>${one.unitName}</a>` : one.unitName}</h2>
        <p class="work-line">${when(one)} · ${t(`form.${one.form}`)}</p>
        <p class="work-line soft small">${one.role ? t("work.myRole", { role: t(`role.${one.role}`) }) : nothing}${one.team.length ? html` · ${t("work.team", { names: one.team.map((mate) => mate.full_name).join(", ") })}` : nothing}</p>
        <p class="chips">${chips(one)}</p>
      </div>
      ${this.#deeds(one)}
    </article>`;
  }

  #deeds(one: InspectionSummary): TemplateResult | typeof nothing {
    if (one.isDownloaded && one.isWhole && !one.hasNewPackage) return nothing;
    const words =
      this.loading === one.id
        ? "work.downloading"
        : one.hasNewPackage && one.isDownloaded
          ? "work.renew"
          : "work.download";
    return html`<div class="actions"><button type="button" class="button ${one.isDownloaded ? "" : "button-primary"}" ?disabled=${this.isBusy} @click=${() => this.#download(one.id)} aria-label="${t(words)}: ${one.unitName}">${t(words)}</button></div>`;
  }

  #download(id: string): void {
    this.loading = id;
    void this.attempt(() => this.app.download(id)).finally(() => (this.loading = ""));
  }

  #downloadComing(): void {
    this.loading = "all";
    void this.attempt(async () => {
      const got = await this.app.downloadComing(COMING_DAYS);
      this.said = got.length ? t("work.downloaded", { count: got.length }) : t("work.nothingComing");
    }).finally(() => (this.loading = ""));
  }
}

function when(one: InspectionSummary): TemplateResult {
  if (!one.plannedOn) return html`${t("work.noDay")}`;
  return html`<strong class="figures">${day(one.plannedOn)}</strong>${HANDED_IN.includes(one.state) ? nothing : html`${away(daysUntil(one.plannedOn))}`}`;
}

/** Near days in words; a day long past says enough by itself. */
function away(days: number): string {
  if (Math.abs(days) > FAR_DAYS) return "";
  if (days === 0) return `, ${t("work.today")}`;
  if (days === 1) return `, ${t("work.tomorrow")}`;
  return days > 0 ? `, ${t("work.inDays", { count: days })}` : `, ${t("work.daysAgo", { count: -days })}`;
}

function chips(one: InspectionSummary): unknown[] {
  return [
    chip(found(`state.${one.state}`) ?? one.state),
    one.conflicts ? chip(`▲ ${t("work.conflicts", { count: one.conflicts })}`, "wrong") : nothing,
    one.openRemarks ? chip(`◆ ${t("work.remarks", { count: one.openRemarks })}`, "attention") : nothing,
    one.awaitsConfirmation ? chip(t("work.confirming"), "attention") : nothing,
    one.waitingOps + one.waitingFiles
      ? chip(t("work.waiting", { count: one.waitingOps + one.waitingFiles }), "attention")
      : nothing,
    one.isDownloaded ? nothing : chip(t("work.notHere")),
    one.isDownloaded && !one.isWhole ? chip(t("work.unfinished"), "attention") : nothing,
    one.hasNewPackage && one.isDownloaded ? chip(t("work.newer"), "info") : nothing,
  ];
}

named("td-work", Work);
