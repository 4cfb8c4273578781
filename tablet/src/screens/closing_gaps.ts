/** Step 1: what the record lacks, what is in conflict, and which team mates' tablets are behind. */
import { html, nothing, type TemplateResult } from "lit";
import type { TabletApp } from "../app/facade.ts";
import { either, t } from "../i18n/speak.ts";
import { moment } from "../i18n/written.ts";
import type { GapView, ItemSummary, SectionView, TeamTablet } from "../store/views.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { chip, empty, notice } from "../ui/parts.ts";
import { toVisit } from "../ui/routes.ts";
import "./waiting.ts";

class ClosingGaps extends VisitElement {
  static override properties = { ...VisitElement.properties, app: { attribute: false } };
  declare app: TabletApp;

  protected override render(): TemplateResult {
    const { gaps, conflicts } = this.visit;
    const lacking = new Set(gaps.map((gap) => gap.item)).size;
    const open = this.visit.remarks.filter((one) => one.state === "open").length;
    const to = (part: "conflicts" | "remarks") => toVisit(this.visit.id, part);
    return html`<h1>${t("closing.step.gaps")}</h1>
      ${conflicts.length ? notice("wrong", html`<p>${t("gaps.conflicts", { count: conflicts.length })} <a href=${to("conflicts")}>${t("visit.place.conflicts")}</a></p>`) : nothing}
      ${open ? notice("attention", html`<p>${t("gaps.remarks", { count: open })} <a href=${to("remarks")}>${t("visit.place.remarks")}</a></p>`) : nothing}
      ${lacking ? html`<p>${t("gaps.count", { count: lacking })}</p>${this.#sections(gaps)}` : empty(t("gaps.complete"), t("gaps.complete.advice"))}
      ${this.#tablets()}`;
  }

  #sections(gaps: GapView[]): TemplateResult[] {
    const byItem = Map.groupBy(gaps, (gap) => gap.item);
    const items = this.visit.items().filter((one) => byItem.has(one.code));
    return this.visit.sections
      .map((section) => ({ section, lacking: items.filter((one) => one.section === section.code) }))
      .filter(({ lacking }) => lacking.length)
      .map(({ section, lacking }) => this.#section(section, lacking, byItem));
  }

  #section(section: SectionView, lacking: ItemSummary[], byItem: Map<string, GapView[]>): TemplateResult {
    const words = (one: ItemSummary) =>
      [...new Set((byItem.get(one.code) ?? []).map((gap) => t(`lack.${gap.lack}`)))].join(", ");
    return html`<section class="gap-group"><h2>${section.code} ${either(section.title, section.titleEn)}</h2>
      <ul class="plain-list">${lacking.map((one) => html`<li><a class="gap-link" href=${toVisit(this.visit.id, "checklist", section.code, one.code)}><span class="code">${one.code}</span><span class="gap-question">${either(one.item.question_vi, one.item.question_en)}</span><span class="gap-words">${words(one)}</span></a></li>`)}</ul></section>`;
  }

  #tablets(): TemplateResult {
    const { teamTablets } = this.visit;
    return html`<section class="card"><h2>${t("gaps.tablets")}</h2><p class="soft">${t("gaps.tablets.lead")}</p>
      ${teamTablets.length ? html`<ul class="plain-list lines">${teamTablets.map(tabletLine)}</ul>` : html`<p>${t("gaps.tablets.none")}</p>`}
      <div class="actions"><td-import .app=${this.app}></td-import></div></section>`;
  }
}

function tabletLine(one: TeamTablet): TemplateResult {
  const known = one.lastSeq
    ? t("gaps.tablets.until", { time: moment(one.lastWall), seq: one.lastSeq })
    : t("gaps.tablets.never");
  return html`<li><span><strong>${one.personName}</strong>, ${one.label}<br /><span class="soft small">${known}</span></span>
    ${one.provisional ? chip(t("gaps.tablets.provisional", { count: one.provisional }), "attention") : one.lastSeq ? nothing : chip(`▲ ${t("gaps.tablets.never")}`, "attention")}</li>`;
}

named("td-closing-gaps", ClosingGaps);
