/** Evidence in words, of the three kinds that the law names: a record, an interview, an observation. */
import { html, type TemplateResult } from "lit";
import { type Key, t } from "../i18n/speak.ts";
import type { EvidencePiece, ItemView } from "../store/views.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { complaint, prose } from "../ui/parts.ts";
import { KINDS, type Kind, pieceWords } from "./evidence_words.ts";

const FIELDS: Record<Kind, readonly string[]> = {
  ho_so: ["what", "number", "day"],
  phong_van: ["who", "role", "what"],
  quan_sat: ["where", "what"],
};

class Evidence extends VisitElement {
  static override properties = {
    ...VisitElement.properties,
    view: { attribute: false },
    isOff: { type: Boolean },
    kind: { state: true },
  };
  declare view: ItemView;
  declare isOff: boolean;
  declare kind: Kind | null;

  constructor() {
    super();
    this.isOff = false;
    this.kind = null;
  }

  get #pieces(): EvidencePiece[] {
    return this.view.answer?.evidence ?? [];
  }

  protected override render(): TemplateResult {
    return html`${this.#pieces.length ? html`<ul class="plain-list">${this.#pieces.map((piece, place) => this.#piece(piece, place))}</ul>` : html`<p class="soft">${t("item.evidence.none")}</p>`}
      ${complaint(this.fault)}
      ${this.isOff ? "" : html`<div class="choices" role="group" aria-label=${t("item.evidence.add")}>${KINDS.map((kind) => html`<button type="button" class="button" aria-pressed=${this.kind === kind} @click=${() => (this.kind = this.kind === kind ? null : kind)}>+ ${t(`evidence.${kind}`)}</button>`)}</div>`}
      ${this.kind && !this.isOff ? this.#form(this.kind) : ""}`;
  }

  #piece(piece: EvidencePiece, place: number): TemplateResult {
    const kind = KINDS.find((known) => known === piece.kind);
    return html`<li class="evidence"><span><span class="evidence-kind">${kind ? t(`evidence.${kind}`) : piece.kind}</span><br />${prose(piece.text)}</span>
      ${this.isOff ? "" : html`<button type="button" class="button button-quiet" aria-label="${t("app.remove")}: ${piece.text}" ?disabled=${this.isBusy} @click=${() => this.#write((pieces) => pieces.filter((_, other) => other !== place))}>${t("app.remove")}</button>`}</li>`;
  }

  #form(kind: Kind): TemplateResult {
    const field = (name: string) => {
      const words = t(`evidence.${kind}.${name}` as Key);
      const control =
        name === "what"
          ? html`<textarea class="input" id="ev-${name}" name=${name} rows="2" maxlength="4000" required></textarea>`
          : html`<input class="input" id="ev-${name}" name=${name} type=${name === "day" ? "date" : "text"} maxlength="500" />`;
      return html`<div class="field"><label for="ev-${name}">${words}</label>${control}</div>`;
    };
    return html`<form class="card" @submit=${(event: SubmitEvent) => this.#add(event, kind)}>
      ${FIELDS[kind].map(field)}<div class="actions"><button class="button button-primary" ?disabled=${this.isBusy}>${t("item.evidence.add")}</button><button type="button" class="button button-quiet" @click=${() => (this.kind = null)}>${t("app.cancel")}</button></div></form>`;
  }

  #add(event: SubmitEvent, kind: Kind): void {
    event.preventDefault();
    const given = Object.fromEntries(
      [...new FormData(event.target as HTMLFormElement)].map(([name, value]) => [name, String(value).trim()]),
    );
    const text = pieceWords(kind, given);
    if (!text) return;
    void this.#write((pieces) => [...pieces, { kind, text }]).then((done) => {
      if (done) this.kind = null;
    });
  }

  #write(change: (pieces: EvidencePiece[]) => EvidencePiece[]): Promise<boolean> {
    return this.attempt(() => {
      const evidence = change(this.visit.item(this.view.code).answer?.evidence ?? []);
      const kinds = [...new Set(evidence.map((piece) => piece.kind))];
      return this.visit.answer(this.view.code, { evidence, evidence_kind: kinds });
    });
  }
}

named("td-evidence", Evidence);
