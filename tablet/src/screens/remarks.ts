/** What the supervisor asks about: where, until when, what the team answers. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../i18n/speak.ts";
import { day, moment } from "../i18n/written.ts";
import type { RemarkView } from "../store/views.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { chip, complaint, empty, notice, prose } from "../ui/parts.ts";
import { toVisit } from "../ui/routes.ts";
import { thing } from "./deeds.ts";

class Remarks extends VisitElement {
  protected override render(): TemplateResult {
    const { remarks } = this.visit;
    return html`<h1>${t("remarks.title")}</h1>
      ${complaint(this.fault)}
      ${remarks.length ? html`${notice("info", html`<p>${t("remarks.after")}</p>`)} ${remarks.map((one) => this.#remark(one))}` : empty(t("remarks.none"), t("remarks.none.advice"))}`;
  }

  #remark(one: RemarkView): TemplateResult {
    const item = this.visit.items().find((asked) => `answer/${asked.code}` === one.about);
    return html`<article class="card" data-remark=${one.id}>
      <p class="chips">${chip(t(`remarks.${one.state}`), one.state === "open" ? "attention" : one.state === "accepted" ? "good" : "plain")}${one.dueOn ? chip(t("remarks.due", { day: day(one.dueOn) })) : nothing}</p>
      <h2>${item ? html`<span class="code">${item.code}</span> ${item.item.question_vi}` : thing(one.about)}</h2>
      <p>${prose(one.text)}</p>
      ${one.answers.map((answer) => html`<blockquote class="notice"><p>${prose(answer.text)}</p><p class="soft small">${answer.author.actorName}, ${moment(answer.author.wall)}</p></blockquote>`)}
      ${item ? html`<p><a class="button" href=${toVisit(this.visit.id, "checklist", item.section, item.code)}>${t("remarks.goto", { code: item.code })}</a></p>` : nothing}
      ${one.state === "accepted" || !this.visit.may("remark.answer", `remark/${one.id}`) ? nothing : this.#reply(one)}
    </article>`;
  }

  #reply(one: RemarkView): TemplateResult {
    const answer = (event: SubmitEvent) => {
      event.preventDefault();
      const form = event.target as HTMLFormElement;
      const text = String(new FormData(form).get("text") ?? "").trim();
      if (!text) return;
      void this.attempt(() => this.visit.answerRemark(`remark/${one.id}`, text)).then((done) => {
        if (done) form.reset();
      });
    };
    return html`<form @submit=${answer}><div class="field"><label for="reply-${one.id}">${t("remarks.reply")}</label><textarea class="input" id="reply-${one.id}" name="text" rows="2" maxlength="10000" required></textarea></div>
      <button class="button button-primary" ?disabled=${this.isBusy}>${t("remarks.send")}</button></form>`;
  }
}

named("td-remarks", Remarks);
