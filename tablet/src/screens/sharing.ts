/** Sections given to members, so that everybody sees what is theirs; it forbids nobody anything. */
import { html, type TemplateResult } from "lit";
import { either, t } from "../i18n/speak.ts";
import type { SectionView } from "../store/views.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { complaint, notice } from "../ui/parts.ts";

class Sharing extends VisitElement {
  protected override render(): TemplateResult {
    const mayAssign = this.visit.may("assignment.set");
    return html`<h1>${t("sharing.title")}</h1><p class="soft">${t("sharing.lead")}</p>
      ${mayAssign ? "" : notice("info", html`<p>${t("sharing.onlyLeader")}</p>`)} ${complaint(this.fault)}
      ${this.visit.sections.map((section) => this.#section(section, mayAssign))}`;
  }

  #section(section: SectionView, mayAssign: boolean): TemplateResult {
    const { done, asked } = section.progress;
    return html`<section class="card" role="group" aria-label=${section.code}>
      <h2><span class="code">${section.code}</span> ${either(section.title, section.titleEn)}</h2>
      <p class="soft small">${t("progress.words", { done, asked })}${section.assignedTo.length ? "" : ` · ${t("sharing.nobody")}`}</p>
      <div class="choices">${this.visit.summary.team.map((member) => {
        const isTheirs = section.assignedTo.includes(member.person_id);
        return html`<button type="button" class="button" aria-pressed=${isTheirs} ?disabled=${!mayAssign} @click=${() => this.#turn(section, member.person_id)}>${member.full_name}</button>`;
      })}</div></section>`;
  }

  #turn(section: SectionView, person: string): void {
    void this.attempt(() => {
      const now = this.visit.sections.find((one) => one.code === section.code)?.assignedTo ?? [];
      const members = now.includes(person) ? now.filter((one) => one !== person) : [...now, person];
      return this.visit.assign(section.code, members);
    });
  }
}

named("td-sharing", Sharing);
