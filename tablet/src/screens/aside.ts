/** An operation that the server keeps without effect: why, what it says, what stands there, and the leader's decision. */
import { html, nothing, type TemplateResult } from "lit";
import { found, t } from "../i18n/speak.ts";
import { dayAndTime } from "../i18n/written.ts";
import { itemOf } from "../rules/entities.ts";
import type { SetAsideView } from "../store/views.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { complaint } from "../ui/parts.ts";
import { saveFile } from "../ui/saving.ts";
import { deed } from "./deeds.ts";
import { plainWords, saidWords, tabletWords } from "./said.ts";

class Aside extends VisitElement {
  static override properties = { ...VisitElement.properties, aside: { attribute: false } };
  declare aside: SetAsideView;

  protected override render(): TemplateResult {
    const { aside } = this;
    const mayDecide = this.visit.may("quarantine.adopt", aside.place);
    return html`<article class="card" data-aside=${aside.opId}>
      <h2>${deed(aside.type, aside.entity)}</h2><p>${found(`code.${aside.code}`) ?? t("aside.otherCode", { code: aside.code })}</p>
      ${aside.place === aside.entity ? nothing : html`<p class="soft">${t("aside.becomes", { item: itemOf(aside.place) ?? "" })}</p>`}
      <div class="sides"><section class="side"><div><h3>${t("aside.kept")}</h3><p class="soft small">${aside.actorName} · ${tabletWords(this.visit, aside.device)} · ${dayAndTime(aside.wall)}</p></div>
        ${aside.code === "withheld" ? this.#withheld() : saidWords(this.visit, aside.entity, aside.writes)}</section>
      <section class="side"><h3>${t("aside.present")}</h3>${Object.keys(aside.present).length ? saidWords(this.visit, aside.entity, aside.present) : html`<p class="soft">${t("aside.present.none")}</p>`}</section></div>
      ${
        mayDecide
          ? html`<form @submit=${this.#decide}><div class="field"><label for="why-${aside.opId}">${t("conflict.reason")}</label><input class="input" id="why-${aside.opId}" name="reason" maxlength="2000" required /></div>
        ${complaint(this.fault)}
        ${aside.isAdoptable || aside.code === "withheld" ? nothing : html`<p class="soft small">${t("aside.notAdoptable")}</p>`}
        <div class="actions">${!aside.isAdoptable ? nothing : html`<button class="button button-primary" name="deed" value="adopt" ?disabled=${this.isBusy}>${t("aside.adopt")}</button>`}<button class="button" name="deed" value="dismiss" ?disabled=${this.isBusy}>${t("aside.dismiss")}</button></div></form>`
          : nothing
      }
    </article>`;
  }

  /** The text is too large to travel as one operation; only the tablet that recorded it has it. */
  #withheld(): TemplateResult {
    const { writes, actorName } = this.aside;
    if (Object.keys(writes).length === 0)
      return html`<p>${t("aside.withheld.elsewhere", { name: actorName })}</p>`;
    return html`<div class="said-long" tabindex="0" role="group" aria-label=${t("aside.kept")}>${saidWords(this.visit, this.aside.entity, writes)}</div>
      <button type="button" class="button" @click=${this.#save}>${t("aside.save")}</button>`;
  }

  #save(): void {
    const { type, entity, actorName, wall, writes, opId } = this.aside;
    const head = [deed(type, entity), actorName, dayAndTime(wall)].join("\n");
    const text = new Blob([`${head}\n\n${plainWords(writes)}\n`], { type: "text/plain;charset=utf-8" });
    saveFile(text, `${entity.replaceAll("/", "-")}-${opId.slice(-6)}.txt`);
  }

  #decide(event: SubmitEvent): void {
    event.preventDefault();
    const reason = String(new FormData(event.target as HTMLFormElement).get("reason") ?? "").trim();
    const isAdopting = (event.submitter as HTMLButtonElement | null)?.value === "adopt";
    const { opId } = this.aside;
    if (reason)
      void this.attempt(() =>
        isAdopting ? this.visit.adopt(opId, reason) : this.visit.dismiss(opId, reason),
      );
  }
}

named("td-aside", Aside);
