/** Two values for one thing, side by side with their authors, until somebody who may decides with a reason. */
import { html, nothing, type TemplateResult } from "lit";
import { either, found, t } from "../i18n/speak.ts";
import { dayAndTime } from "../i18n/written.ts";
import { type ChecklistItem, itemsOf } from "../rules/definition.ts";
import { RETRACT } from "../rules/entities.ts";
import type { Answer, ConflictView, EvidencePiece, Head, ItemView, PhotoView } from "../store/views.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { complaint, empty } from "../ui/parts.ts";
import "./aside.ts";
import { thing } from "./deeds.ts";
import "./response.ts";
import { saidWords, tabletWords } from "./said.ts";

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
    draft: { state: true },
  };
  declare conflict: ConflictView;
  declare chosen: string;
  /** The answer that is neither side's, as far as it has been put together. */
  declare draft: Answer;

  constructor() {
    super();
    this.chosen = "";
    this.draft = {};
  }

  protected override render(): TemplateResult {
    const { conflict } = this;
    const item = itemsOf(this.visit.definition).find((one) => one.code === conflict.item);
    const isAnswer = conflict.entity.startsWith("answer/");
    const photos = isAnswer && item ? this.visit.item(item.code).photoViews : [];
    return html`<section class="card" data-conflict=${conflict.entity}>
      <h2>${item ? html`<span class="code">${item.code}</span> ${either(item.question_vi, item.question_en)}` : thing(conflict.entity)}</h2>
      <div class="sides">${conflict.sides.map((side) => this.#side(side, photos))}</div>
      ${conflict.mayResolve ? this.#decision(isAnswer ? item : undefined) : html`<p class="soft">${t("conflict.onlyLeader")}</p>`}
    </section>`;
  }

  #side(side: Head, photos: readonly PhotoView[]): TemplateResult {
    const { entity, field } = this.conflict;
    const isChosen = this.chosen === side.opId;
    const writes =
      field === RETRACT ? ((side.value ?? { [RETRACT]: true }) as object) : { [field]: side.value };
    const own = photos.filter((one) => one.author.device === side.device);
    return html`<article class="side ${isChosen ? "is-chosen" : ""}">
      <div><p class="side-author">${side.actorName}</p>
      <p class="soft small">${tabletWords(this.visit, side.device)} · ${dayAndTime(side.wall)}<br />${side.receivedAt ? t("conflict.received", { time: dayAndTime(side.receivedAt) }) : t("conflict.notReceived")}</p></div>
      ${saidWords(this.visit, entity, { ...writes })}
      ${own.length ? html`<div class="photos">${own.map((one) => html`<figure class="photo"><td-picture .visit=${this.visit} .sha256=${one.sha256} .words=${one.caption || t("thing.photo")}></td-picture><figcaption>${one.caption}</figcaption></figure>`)}</div>` : nothing}
      ${this.conflict.mayResolve ? html`<button type="button" class="button" aria-pressed=${isChosen} aria-label="${t("conflict.chooseThis")}: ${side.actorName}" @click=${() => (this.chosen = side.opId)}>${t(isChosen ? "conflict.chosen" : "conflict.chooseThis")}</button>` : nothing}
    </article>`;
  }

  #decision(item: ChecklistItem | undefined): TemplateResult {
    const isOther = this.chosen === OTHER && item !== undefined;
    return html`<form @submit=${this.#resolve}>
      ${item ? html`<p><button type="button" class="button" aria-pressed=${isOther} @click=${() => this.#toggle()}>${t("conflict.other")}</button></p>` : nothing}
      ${isOther ? this.#other(this.visit.item(item.code)) : nothing}
      <div class="field"><label for="reason-${this.conflict.entity}">${t("conflict.reason")}</label><p class="hint">${t("conflict.reason.hint")}</p><textarea class="input" id="reason-${this.conflict.entity}" name="reason" rows="2" maxlength="2000" required></textarea></div>
      ${complaint(this.fault)}
      <button class="button button-primary" ?disabled=${this.isBusy || !this.chosen || (isOther && !isSaid(this.draft))}>${t("conflict.resolve")}</button>
    </form>`;
  }

  #toggle(): void {
    this.chosen = this.chosen === OTHER ? "" : OTHER;
    this.draft = withEvidence(this.conflict.sides.map((side) => side.value as Answer));
  }

  /** The item's own control, which writes into the draft; what both sides saw is kept as evidence. */
  #other(view: ItemView): TemplateResult {
    const summary = { ...view, answer: this.draft, conclusion: this.draft.conclusion ?? null };
    const write = async (changed: Answer) => {
      this.draft = { ...this.draft, ...changed };
    };
    const evidence = this.draft.evidence ?? [];
    return html`<div class="field"><td-response .visit=${this.visit} .summary=${summary} .state=${this.visit.summary.state} .isInSheet=${true} .write=${write}></td-response></div>
      ${evidence.length ? html`<p>${t("conflict.other.evidence")}</p><ul class="small">${evidence.map((piece) => html`<li>${found(`evidence.${piece.kind}`) ?? piece.kind}: ${piece.text}</li>`)}</ul>` : nothing}
      <div class="field"><label for="note-${this.conflict.entity}">${t("conflict.other.note")}</label><textarea class="input" id="note-${this.conflict.entity}" name="note" rows="2" maxlength="10000"></textarea></div>`;
  }

  #resolve(event: SubmitEvent): void {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    const reason = String(given.get("reason") ?? "").trim();
    if (!reason) return;
    const stated = { ...this.draft, note: String(given.get("note") ?? "").trim() };
    void this.attempt(() =>
      this.chosen === OTHER
        ? this.visit.resolveStating(this.conflict, stated, reason)
        : this.visit.resolveKeeping(this.conflict, this.chosen, reason),
    );
  }
}

function isSaid(draft: Answer): boolean {
  return (draft.value ?? null) !== null || Boolean(draft.conclusion);
}

/** An answer that says nothing yet and keeps what either side has seen, each piece once. */
export function withEvidence(sides: readonly (Answer | null)[]): Answer {
  const pieces = new Map<string, EvidencePiece>();
  for (const piece of sides.flatMap((side) => side?.evidence ?? [])) {
    pieces.set(JSON.stringify([piece.kind, piece.text]), piece);
  }
  const evidence = [...pieces.values()];
  if (evidence.length === 0) return {};
  return { evidence, evidence_kind: [...new Set(evidence.map((piece) => piece.kind))] };
}

named("td-conflict", Conflict);
named("td-conflicts", Conflicts);
