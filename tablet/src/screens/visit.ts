/** One inspection: its parts and sections at hand on the left (or above), the part that was chosen beside them. */
import { html, nothing, type TemplateResult } from "lit";
import type { TabletApp } from "../app/facade.ts";
import { either, found, type Key, t } from "../i18n/speak.ts";
import { day } from "../i18n/written.ts";
import type { SectionView } from "../store/views.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { chip, notice } from "../ui/parts.ts";
import "../ui/room.ts";
import { PARTS, type Part, type Route, toVisit } from "../ui/routes.ts";
import "./checklist.ts";
import "./closing.ts";
import "./conflicts.ts";
import "./notes.ts";
import "./opening.ts";
import "./remarks.ts";
import "./self_report.ts";
import "./sharing.ts";
import { mayRecord } from "./recording.ts";

type VisitRoute = Extract<Route, { place: "visit" }>;

class VisitScreen extends VisitElement {
  static override properties = {
    ...VisitElement.properties,
    app: { attribute: false },
    route: { attribute: false },
  };
  declare app: TabletApp;
  declare route: VisitRoute;

  protected override render(): TemplateResult {
    return html`<div class="visit">
      <nav class="rail" aria-label=${t("visit.places")}>
        <ul class="rail-list rail-places">${PARTS.filter((part) => part !== "checklist").map((part) => this.#place(part))}</ul>
        <p class="rail-title">${t("visit.sections")}</p>
        <ul class="rail-list">${this.visit.sections.map((section) => this.#section(section))}</ul>
      </nav>
      <div class="visit-part">${this.#head()} ${this.#part()}</div>
    </div>`;
  }

  #head(): TemplateResult {
    const { summary, package: facts } = this.visit;
    const { decision_number: number, decided_on: decided } = facts.inspection;
    return html`<div class="visit-head no-print"><p class="chips">
        ${chip(found(`state.${summary.state}`) ?? summary.state)}
        ${summary.awaitsConfirmation ? chip(t("work.confirming"), "attention") : nothing}
        <span class="soft small">${day(summary.plannedOn)}${number ? ` · ${t("visit.decision", { number, day: day(decided) })}` : nothing}</span>
        <td-self-report class="visit-report" .visit=${this.visit} .isButton=${true}></td-self-report>
      </p>
      <td-room .app=${this.app}></td-room>
      ${this.#supplemented()} ${this.#sentBack()} ${mayRecord(this.visit, "answer.set") ? nothing : notice("info", html`<p>${t("visit.frozen", { state: found(`state.${summary.state}`) ?? summary.state })}</p>`)}
    </div>`;
  }

  #supplemented(): TemplateResult | typeof nothing {
    const { supplemented } = this.visit;
    if (!supplemented) return nothing;
    const told = { checklist: supplemented.checklist, day: day(supplemented.at) };
    return html`<p class="soft small">${t("visit.supplemented", told)}</p>`;
  }

  #sentBack(): TemplateResult | typeof nothing {
    const { sentBack } = this.visit;
    if (!sentBack) return nothing;
    return notice(
      "attention",
      html`<p>${sentBack.reason}${sentBack.dueOn ? html` <strong>${t("visit.sentBack.due", { day: day(sentBack.dueOn) })}</strong>` : nothing}</p><p><a href=${toVisit(this.visit.id, "remarks")}>${t("visit.place.remarks")}</a></p>`,
      t("visit.sentBack"),
    );
  }

  #place(part: Part): TemplateResult {
    const count = this.#count(part);
    return html`<li><a class="rail-link" href=${toVisit(this.visit.id, part)} aria-current=${this.route.part === part ? "page" : nothing}>
      <span class="rail-name">${t(`visit.short.${part}` as Key)}</span>
      ${count ? chip(String(count), part === "conflicts" ? "wrong" : "attention") : nothing}</a></li>`;
  }

  #count(part: Part): number {
    if (part === "conflicts") return this.visit.conflicts.length + this.visit.setAside.length;
    if (part === "remarks") return this.visit.remarks.filter((one) => one.state === "open").length;
    return part === "notes" ? this.visit.notes.length : 0;
  }

  #section(section: SectionView): TemplateResult {
    const { done, asked } = section.progress;
    const isHere = this.route.part === "checklist" && this.#sectionCode() === section.code;
    return html`<li><a class="rail-link" href=${toVisit(this.visit.id, "checklist", section.code)} aria-current=${isHere ? "page" : nothing} title=${either(section.title, section.titleEn)}>
      <span class="rail-name"><span class="code">${section.code}</span><span class="rail-words"> ${either(section.title, section.titleEn)}</span></span>
      <span class="rail-count ${done === asked ? "is-done" : ""}"><span aria-hidden="true">${section.conflicts ? "▲ " : ""}${done}/${asked}</span><span class="hidden-words">${t("progress.words", { done, asked })}${section.conflicts ? `, ${t("work.conflicts", { count: section.conflicts })}` : ""}</span></span></a></li>`;
  }

  #sectionCode(): string {
    const known = this.visit.sections.some((one) => one.code === this.route.section);
    return known ? this.route.section : (this.visit.sections[0]?.code ?? "");
  }

  #part(): TemplateResult {
    const { visit, app, route } = this;
    switch (route.part) {
      case "opening":
        return html`<td-opening .visit=${visit}></td-opening>`;
      case "sharing":
        return html`<td-sharing .visit=${visit}></td-sharing>`;
      case "conflicts":
        return html`<td-conflicts .visit=${visit}></td-conflicts>`;
      case "remarks":
        return html`<td-remarks .visit=${visit}></td-remarks>`;
      case "notes":
        return html`<td-notes .visit=${visit} .app=${app}></td-notes>`;
      case "closing":
        return html`<td-closing .visit=${visit} .app=${app} .step=${route.section}></td-closing>`;
      default:
        return html`<td-checklist .visit=${visit} .app=${app} .section=${this.#sectionCode()} .item=${route.item}></td-checklist>`;
    }
  }
}

named("td-visit", VisitScreen);
