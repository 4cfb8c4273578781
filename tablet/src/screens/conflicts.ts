/** Two values for one thing, side by side with their authors, until somebody who may decides with a reason. */
import { html, nothing, type TemplateResult } from "lit";
import { either, found, t } from "../i18n/speak.ts";
import { day, moment } from "../i18n/written.ts";
import { conclusionsOf, itemsOf } from "../rules/definition.ts";
import type { Answer, ConflictView, Head, SetAsideView } from "../store/views.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { chip, complaint, empty, prose } from "../ui/parts.ts";
import { isVerdict, mark, shape, toneOf } from "../ui/verdicts.ts";
import { deed, thing } from "./deeds.ts";

const OTHER = "other";

class Conflicts extends VisitElement {
  protected override render(): TemplateResult {
    const { conflicts, setAside } = this.visit;
    return html`<h1>${t("conflict.title")}</h1>
      ${conflicts.length ? html`<p class="soft">${t("conflict.lead")}</p>` : empty(t("conflict.none"), t("conflict.none.advice"))}
      ${conflicts.map((one) => html`<td-conflict .visit=${this.visit} .conflict=${one}></td-conflict>`)}
      ${setAside.length ? html`<h1>${t("aside.title")}</h1><p class="soft">${t("aside.lead")}</p>${setAside.map((one) => html`<td-aside .visit=${this.visit} .aside=${one}></td-aside>`)}` : nothing}`;
  }
}

class Conflict extends VisitElement {
  static override properties = {
    ...VisitElement.properties,
    conflict: { attribute: false },
    chosen: { state: true },
    verdict: { state: true },
  };
  declare conflict: ConflictView;
  declare chosen: string;
  declare verdict: string;

  constructor() {
    super();
    this.chosen = "";
    this.verdict = "";
  }

  protected override render(): TemplateResult {
    const { conflict } = this;
    const item = itemsOf(this.visit.definition).find((one) => one.code === conflict.item);
    const isAnswer = conflict.entity.startsWith("answer/");
    return html`<section class="card" data-conflict=${conflict.entity}>
      <h2>${item ? html`<span class="code">${item.code}</span> ${either(item.question_vi, item.question_en)}` : thing(conflict.entity)}</h2>
      <div class="sides">${conflict.sides.map((side) => this.#side(side, isAnswer))}</div>
      ${conflict.mayResolve ? this.#decision(isAnswer && item?.response === "conformity") : html`<p class="soft">${t("conflict.onlyLeader")}</p>`}
    </section>`;
  }

  #side(side: Head, isAnswer: boolean): TemplateResult {
    const isChosen = this.chosen === side.opId;
    return html`<article class="side ${isChosen ? "is-chosen" : ""}">
      <div><p class="side-author">${side.actorName}</p>
      <p class="soft small">${moment(side.wall)} · ${side.receivedAt ? t("conflict.received", { time: moment(side.receivedAt) }) : t("conflict.notReceived")}</p></div>
      ${isAnswer ? answerWords(side.value as Answer) : html`<p>${prose(plainWords(side.value))}</p>`}
      ${this.conflict.mayResolve ? html`<button type="button" class="button" aria-pressed=${isChosen} aria-label="${t("conflict.chooseThis")}: ${side.actorName}" @click=${() => (this.chosen = side.opId)}>${t(isChosen ? "conflict.chosen" : "conflict.chooseThis")}</button>` : nothing}
    </article>`;
  }

  #decision(takesOther: boolean): TemplateResult {
    const isOther = this.chosen === OTHER;
    return html`<form @submit=${this.#resolve}>
      ${takesOther ? html`<p><button type="button" class="button" aria-pressed=${isOther} @click=${() => (this.chosen = isOther ? "" : OTHER)}>${t("conflict.other")}</button></p>` : nothing}
      ${isOther ? this.#other() : nothing}
      <div class="field"><label for="reason-${this.conflict.entity}">${t("conflict.reason")}</label><p class="hint">${t("conflict.reason.hint")}</p><textarea class="input" id="reason-${this.conflict.entity}" name="reason" rows="2" required></textarea></div>
      ${complaint(this.fault)}
      <button class="button button-primary" ?disabled=${this.isBusy || !this.chosen || (isOther && !this.verdict)}>${t("conflict.resolve")}</button>
    </form>`;
  }

  #other(): TemplateResult {
    return html`<div class="answers field" role="group" aria-label=${t("conflict.other")}>
        ${conclusionsOf(this.visit.definition).map(({ value, label_vi: words }) => html`<button type="button" class="answer ${this.verdict === value && isVerdict(value) ? toneOf(value) : ""}" aria-pressed=${this.verdict === value} @click=${() => (this.verdict = value)}>${isVerdict(value) ? shape(value) : nothing}<span>${found(`verdict.${value}`) ?? words}</span></button>`)}
      </div>
      <div class="field"><label for="note-${this.conflict.entity}">${t("conflict.other.note")}</label><textarea class="input" id="note-${this.conflict.entity}" name="note" rows="2"></textarea></div>`;
  }

  #resolve(event: SubmitEvent): void {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    const reason = String(given.get("reason") ?? "").trim();
    if (!reason) return;
    const stated = { value: this.verdict, conclusion: null, note: String(given.get("note") ?? "").trim() };
    void this.attempt(() =>
      this.chosen === OTHER
        ? this.visit.resolveStating(this.conflict, stated, reason)
        : this.visit.resolveKeeping(this.conflict, this.chosen, reason),
    );
  }
}

/** What the server keeps without effect, with the sentence that says why. */
class Aside extends VisitElement {
  static override properties = { ...VisitElement.properties, aside: { attribute: false } };
  declare aside: SetAsideView;

  protected override render(): TemplateResult {
    const { aside } = this;
    const mayDecide = this.visit.may("quarantine.adopt", aside.entity);
    return html`<article class="card" data-aside=${aside.opId}>
      <p class="chips">${chip(deed(aside.type, aside.entity))}</p><p>${found(`code.${aside.code}`) ?? aside.message}</p>
      <p class="soft small">${aside.actorName}, ${moment(aside.wall)}</p>
      ${
        mayDecide
          ? html`<form @submit=${this.#decide}><div class="field"><label for="why-${aside.opId}">${t("conflict.reason")}</label><input class="input" id="why-${aside.opId}" name="reason" required /></div>
        ${complaint(this.fault)}
        <div class="actions"><button class="button button-primary" name="deed" value="adopt" ?disabled=${this.isBusy}>${t("aside.adopt")}</button><button class="button" name="deed" value="dismiss" ?disabled=${this.isBusy}>${t("aside.dismiss")}</button></div></form>`
          : nothing
      }
    </article>`;
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

function answerWords(answer: Answer): TemplateResult {
  const measured = answer.value !== undefined && answer.value !== null && !isVerdict(answer.value);
  return html`<p class="side-value">${mark(answer.conclusion ?? answer.value)}${measured ? html` ${valueWords(answer.value)}` : nothing}</p>
    ${answer.note ? html`<p>${prose(answer.note)}</p>` : nothing}
    ${answer.not_applicable_reason ? html`<p>${t("item.reason")}: ${prose(answer.not_applicable_reason)}</p>` : nothing}
    ${answer.evidence?.length ? html`<ul class="small">${answer.evidence.map((piece) => html`<li>${found(`evidence.${piece.kind}`) ?? piece.kind}: ${piece.text}</li>`)}</ul>` : nothing}`;
}

/** A measured value as the minutes write it. */
export function valueWords(value: unknown): string {
  if (typeof value === "object" && value !== null && "numerator" in value && "denominator" in value) {
    return `${value.numerator}/${value.denominator}`;
  }
  const text = String(value);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? day(text) : (found(`value.${text}`) ?? text);
}

function plainWords(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "object") return valueWords(value);
  return Object.values("columns" in value ? (value.columns as object) : value)
    .filter((part) => part !== null && part !== "")
    .map((part) => (typeof part === "object" ? JSON.stringify(part) : valueWords(part)))
    .join("\n");
}

named("td-conflict", Conflict);
named("td-aside", Aside);
named("td-conflicts", Conflicts);
