/** A sign-off that the server did not take because the record had grown: what is new, by whom, and the two ways on. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { inRecord, t } from "../i18n/speak.ts";
import { moment } from "../i18n/written.ts";
import type { BehindSignOff, UnseenView } from "../store/views.ts";
import { wordsOf } from "../ui/faults.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { complaint } from "../ui/parts.ts";
import { toVisit } from "../ui/routes.ts";
import { deed } from "./deeds.ts";
import { saidWords } from "./said.ts";

class BehindSignOffPart extends VisitElement {
  static override properties = { ...VisitElement.properties, behind: { state: true } };
  declare behind: BehindSignOff | null;

  constructor() {
    super();
    this.behind = null;
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    void this.#look();
  }

  async #look(): Promise<void> {
    try {
      const behind = await this.visit.behindSignOff();
      // Another object that says the same would be looked at for ever.
      if (JSON.stringify(behind) !== JSON.stringify(this.behind)) this.behind = behind;
    } catch (thrown) {
      this.fault = wordsOf(thrown);
    }
  }

  protected override render(): TemplateResult {
    const { behind } = this;
    if (!behind) return html`${complaint(this.fault)}`;
    const { unseen, elsewhere } = behind;
    return html`${complaint(this.fault)}
      ${unseen.length ? html`<p>${t("stale.lead", { count: unseen.length })}</p><ul class="plain-list lines">${unseen.map((one) => this.#line(one))}</ul>` : nothing}
      ${elsewhere ? html`<p>${t("stale.elsewhere", { count: elsewhere })} <a href="#/waiting">${t("wait.title")}</a></p>` : nothing}
      <div class="sides">${this.#again()} ${unseen.length ? this.#without(behind) : nothing}</div>`;
  }

  #line(one: UnseenView): TemplateResult {
    return html`<li data-unseen=${one.opId}><div><strong>${deed(one.type, one.entity)}</strong>
      <p class="soft small">${one.actorName} · ${moment(one.wall)}</p>${saidWords(this.visit, one.entity, one.writes)}</div></li>`;
  }

  #again(): TemplateResult {
    return html`<section class="side"><h3>${t("stale.again")}</h3><p>${t("stale.again.what")}</p>
      <p class="actions"><a class="button" href=${toVisit(this.visit.id, "closing", "minutes")}>${t("stale.again.go")}</a></p></section>`;
  }

  #without({ unseen, elsewhere, isSignedWithout }: BehindSignOff): TemplateResult {
    const exclude = unseen.map((one) => one.opId);
    const close = () => {
      const content = this.visit.signOffState?.content ?? "";
      const statement = inRecord("stale.without");
      void this.attempt(() => this.visit.signOff({ content, statement, exclude }));
    };
    return html`<section class="side"><h3>${t("stale.without")}</h3><p>${t(isSignedWithout ? "stale.without.what" : "stale.without.not")}</p>
      ${isSignedWithout ? html`<p class="actions"><button type="button" class="button" ?disabled=${this.isBusy || elsewhere > 0} @click=${close}>${t("stale.without")}</button></p>` : nothing}</section>`;
  }
}

named("td-behind-signoff", BehindSignOffPart);
