/** Step 5: both sides sign on the glass over the content that is shown; the leader signs off, then submits. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { found, inRecord, t } from "../i18n/speak.ts";
import { moment } from "../i18n/written.ts";
import type { SignatureView } from "../store/views.ts";
import { wordsOf } from "../ui/faults.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { chip, complaint, notice } from "../ui/parts.ts";
import "../ui/stored_picture.ts";
import "./behind_signoff.ts";
import "./signing.ts";

const SEATS = ["leader", "unit", "secretary"] as const;
type Seat = (typeof SEATS)[number];
const GROUP = 8;

class ClosingSign extends VisitElement {
  static override properties = {
    ...VisitElement.properties,
    content: { state: true },
    signing: { state: true },
    isRefusing: { state: true },
  };
  declare content: string;
  declare signing: Seat | null;
  declare isRefusing: boolean;

  constructor() {
    super();
    this.content = "";
    this.signing = null;
    this.isRefusing = false;
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (!this.signing) void this.#hash();
  }

  async #hash(): Promise<void> {
    try {
      this.content = await this.visit.contentHash();
    } catch (thrown) {
      this.fault = wordsOf(thrown);
    }
  }

  protected override render(): TemplateResult {
    const { summary } = this.visit;
    if (summary.form === "desk")
      return html`<h1>${t("closing.step.sign")}</h1>${notice("info", html`<p>${t("sign.desk")}</p>`)} ${complaint(this.fault)} ${this.#after()}`;
    return html`<h1>${t("closing.step.sign")}</h1><p class="soft">${t("sign.lead")}</p>
      ${complaint(this.fault)}
      <section class="card"><div class="hash-block"><strong>${t("sign.hash")}</strong><span class="fingerprint" data-content=${this.content}>${grouped(this.content)}</span></div><p class="soft small">${t("sign.hash.hint")}</p></section>
      <div class="seats">${SEATS.filter((seat) => seat !== "secretary" || this.#hasSecretary()).map((seat) => this.#seat(seat))}</div>
      ${this.#signOff()} ${this.#after()}
      ${this.signing ? html`<td-signing .visit=${this.visit} .seat=${this.signing} .content=${this.content} .isRefusal=${this.isRefusing} @closed=${this.#closed}></td-signing>` : nothing}`;
  }

  #hasSecretary(): boolean {
    return this.visit.summary.team.some((mate) => mate.role === "secretary");
  }

  #closed(): void {
    this.signing = null;
    this.isRefusing = false;
  }

  #seat(seat: Seat): TemplateResult {
    const made = this.visit.signatures.filter((one) => one.role === seat);
    const current = made.findLast((one) => one.isCurrent);
    const stale = made.findLast((one) => !one.isCurrent);
    const maySign = this.visit.summary.state === "agreed" && this.#mayDraw(seat);
    return html`<section class="card" data-seat=${seat} aria-label=${t(`sign.${seat}`)}><h2>${t(`sign.${seat}`)}</h2>
      ${current ? this.#made(current) : html`<p>${chip(`○ ${t("sign.none")}`)}</p>${stale ? html`<p class="small tone-attention">◆ ${t("sign.stale")}</p>` : nothing}`}
      ${
        maySign
          ? html`<div class="actions"><button type="button" class="button ${current ? "" : "button-primary"}" aria-label="${t(current ? "sign.drawAgain" : "sign.draw")}: ${t(`sign.${seat}`)}" @click=${() => (this.signing = seat)}>${t(current ? "sign.drawAgain" : "sign.draw")}</button>
        ${seat === "unit" ? html`<button type="button" class="button" @click=${this.#refuse}>${t("sign.refuse")}</button>` : nothing}</div>`
          : nothing
      }
    </section>`;
  }

  #refuse(): void {
    this.isRefusing = true;
    this.signing = "unit";
  }

  #mayDraw(seat: Seat): boolean {
    const mine = this.visit.summary.role;
    if (seat === "leader") return mine === "leader";
    if (seat === "secretary") return mine === "secretary";
    return mine === "leader" || mine === "deputy" || mine === "secretary";
  }

  #made(one: SignatureView): TemplateResult {
    if (one.refusal)
      return html`<p><strong>${one.name}</strong></p><p class="tone-minor">▲ ${t("sign.refused", { reason: one.refusal.reason })}</p><p class="soft small">${one.refusal.witnesses.join("; ")}</p>`;
    return html`<div class="seat-drawn">${one.sha256 ? html`<td-picture .visit=${this.visit} .sha256=${one.sha256} .words=${`${t("thing.signature")}: ${one.name}`}></td-picture>` : nothing}</div>
      <p><strong>${one.name}</strong><br /><span class="soft small">${one.title}</span></p><p class="small tone-conform">● ${t("sign.current", { time: moment(one.author.wall) })}</p>`;
  }

  #signOff(): TemplateResult | typeof nothing {
    const { summary, openSteps } = this.visit;
    if (summary.awaitsConfirmation)
      return notice(
        "attention",
        html`<p>${t("sign.waiting.lead")}</p>${this.#awaited().map((line) => html`<p>${line}</p>`)}`,
        t("sign.waiting"),
      );
    if (summary.state === "in_progress") return notice("info", html`<p>${t("sign.notAgreed")}</p>`);
    if (summary.state !== "agreed") return nothing;
    if (!openSteps.includes("signoff")) return notice("info", html`<p>${t("sign.onlyLeader")}</p>`);
    if (this.#isStale()) return this.#refused();
    return html`${this.#refused()}<section class="card">
      <p>${t("sign.signOff.what", { hash: grouped(this.content).slice(0, 2 * GROUP + 1) })}</p>
      <button type="button" class="button button-primary button-large button-wide" ?disabled=${this.isBusy} @click=${this.#close}>${t("sign.signOff")}</button></section>`;
  }

  /** Which tablets and files the server waits for. */
  #awaited(): string[] {
    const { missing } = this.visit.signOffState?.detail ?? {};
    if (Array.isArray(missing)) return [t("sign.waiting.files", { count: missing.length })];
    const devices = this.visit.package.team.flatMap((mate) =>
      mate.devices.map((one) => ({ ...one, name: mate.full_name })),
    );
    return Object.entries(missing ?? {}).map(([device, seq]) => {
      const known = devices.find((one) => one.device === device);
      return t("sign.waiting.tablet", {
        name: known ? `${known.name}, ${known.label}` : device,
        seq: String(seq),
      });
    });
  }

  #refused(): TemplateResult | typeof nothing {
    const told = this.visit.signOffState;
    if (told?.state !== "refused") return nothing;
    const words = html`<p>${found(`code.${told.code}`) ?? t("sign.refusedByServer", { code: String(told.code) })}</p>`;
    return html`<section class="card" data-refused=${told.code}>${notice("wrong", words, t("sign.notTaken", { time: moment(told.wall) }))}
      ${this.#isStale() ? html`<td-behind-signoff .visit=${this.visit}></td-behind-signoff>` : nothing}</section>`;
  }

  /** What was signed is not what stands, and nobody has signed anew. */
  #isStale(): boolean {
    const told = this.visit.signOffState;
    if (told?.state !== "refused" || told.code !== "signoff_stale") return false;
    return !["leader", "unit"].every((role) =>
      this.visit.signatures.some((one) => one.role === role && one.isCurrent),
    );
  }

  #close(): void {
    const statement = inRecord("sign.signOff");
    void this.attempt(() => this.visit.signOff({ content: this.content, statement }));
  }

  #after(): TemplateResult | typeof nothing {
    const { summary, openSteps } = this.visit;
    const done =
      summary.state === "signed" ? "sign.done" : summary.state === "submitted" ? "sign.submitted" : null;
    return html`${done ? notice("good", html`<p>${t(done)}</p>`) : nothing}
      ${openSteps.includes("submit") ? html`<button type="button" class="button button-primary button-large button-wide" ?disabled=${this.isBusy} @click=${() => this.attempt(() => this.visit.submit())}>${t("sign.submit")}</button>` : nothing}
      ${openSteps.includes("reopen") ? this.#reopening() : nothing}`;
  }

  #reopening(): TemplateResult {
    const reopen = (event: SubmitEvent) => {
      event.preventDefault();
      const reason = String(new FormData(event.target as HTMLFormElement).get("reason") ?? "").trim();
      if (reason) void this.attempt(() => this.visit.reopen(reason));
    };
    return html`<details class="card"><summary class="button button-quiet">${t("sign.reopen")}</summary><form @submit=${reopen}><div class="field"><label for="why-reopen">${t("sign.reopen.reason")}</label><input class="input" id="why-reopen" name="reason" maxlength="2000" required /></div><button class="button" ?disabled=${this.isBusy}>${t("sign.reopen")}</button></form></details>`;
  }
}

/** A long hash in groups of eight, so that eyes can compare it. */
function grouped(hash: string): string {
  return hash.match(/.{1,8}/g)?.join(" ") ?? "";
}

named("td-closing-sign", ClosingSign);
