/** One line of the list: the question, small marks of what is there, and the answer at one tap. */
import { html, nothing, type TemplateResult } from "lit";
import type { TabletApp } from "../app/facade.ts";
import { either, t } from "../i18n/speak.ts";
import { moment } from "../i18n/written.ts";
import type { ItemSummary, State } from "../store/views.ts";
import { icon } from "../ui/icons.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { chip } from "../ui/parts.ts";
import { toVisit } from "../ui/routes.ts";
import { fileField } from "./files.ts";
import "./new_photo.ts";
import "./response.ts";
import { mayRecord } from "./recording.ts";

/** What browsers can draw, so that it can be drawn upon. */
const DRAWN = /^image\/(jpeg|png|webp)$/;

class ItemRow extends VisitElement {
  static override properties = {
    ...VisitElement.properties,
    app: { attribute: false },
    summary: { attribute: false, hasChanged: differs },
    state: {},
    isOpen: { type: Boolean },
    shot: { state: true },
    fresh: { state: true },
  };
  protected override readonly isWatching = false;
  declare app: TabletApp;
  declare summary: ItemSummary;
  declare state: State;
  declare isOpen: boolean;
  declare shot: File | null;
  declare fresh: File | null;

  constructor() {
    super();
    this.isOpen = false;
    this.shot = null;
    this.fresh = null;
  }

  protected override render(): TemplateResult {
    const { item, code } = this.summary;
    return html`<article class="item ${this.isOpen ? "is-open" : ""}" id="item-${code}" aria-label=${code}>
      <div class="item-head">
        <button type="button" class="item-open" aria-label="${t("item.open", { code })}: ${either(item.question_vi, item.question_en)}" @click=${() => this.tell("opened")}>
          <span class="item-question"><span class="code">${code}</span> ${either(item.question_vi, item.question_en)}</span>
        </button>
        <div class="item-side">${this.#camera()} ${this.#file()}</div>
      </div>
      <div class="item-marks">${this.#marks()}</div>
      <div class="item-response">
        ${
          this.summary.hasConflict
            ? html`<a class="button button-wide" href=${toVisit(this.visit.id, "conflicts")}>▲ ${t("item.conflict")}</a>`
            : html`<td-response .visit=${this.visit} .summary=${this.summary} .state=${this.state} @fill=${() => this.tell("opened")}></td-response>`
        }
      </div>
      ${this.shot ? html`<td-new-photo .visit=${this.visit} .app=${this.app} .code=${code} .file=${this.shot} @closed=${() => (this.shot = null)}></td-new-photo>` : nothing}
      ${this.fresh ? html`<td-new-file .visit=${this.visit} .code=${code} .file=${this.fresh} @closed=${() => (this.fresh = null)}></td-new-file>` : nothing}
    </article>`;
  }

  #camera(): TemplateResult | typeof nothing {
    if (!mayRecord(this.visit, "photo.add")) return nothing;
    const take = (event: Event) => {
      const field = event.target as HTMLInputElement;
      this.shot = field.files?.[0] ?? null;
      field.value = "";
    };
    return html`<label class="button button-quiet">${icon("camera")}<span>${t("item.takePhoto")}</span><input class="hidden-words" type="file" accept="image/*" capture="environment" aria-label=${t("item.takePhotoOf", { code: this.summary.code })} @change=${take} /></label>`;
  }

  #file(): TemplateResult | typeof nothing {
    if (!mayRecord(this.visit, "file.add")) return nothing;
    const label = t("item.attachTo", { code: this.summary.code });
    return fileField(t("item.attach"), (file) => this.#chosen(file), "button-quiet", label);
  }

  /** A picture that is chosen as a file goes the way of photos, where what must not be seen can be covered. */
  #chosen(file: File): void {
    if (DRAWN.test(file.type)) this.shot = file;
    else this.fresh = file;
  }

  #marks(): unknown {
    const one = this.summary;
    return [
      one.item.criticality === "critical"
        ? html`<span class="item-mark">★ ${t("item.critical")}</span>`
        : nothing,
      one.hasPreviousFinding ? chip(`⟲ ${t("item.earlier")}`, "info") : nothing,
      one.openRemarks ? chip(`◆ ${t("item.remark")}`, "attention") : nothing,
      one.hasNote ? html`<span class="item-mark">${icon("note")}${t("item.note")}</span>` : nothing,
      one.photos
        ? html`<span class="item-mark">${icon("camera")}${t("item.photos", { count: one.photos })}</span>`
        : nothing,
      one.files
        ? html`<span class="item-mark">${icon("file")}${t("item.files", { count: one.files })}</span>`
        : nothing,
      one.item.response === "sample"
        ? html`<span class="item-mark">${icon("table")}${t("item.rows", { count: one.rows })}</span>`
        : nothing,
      one.author
        ? html`<span class="item-mark">${one.author.isMine ? t("item.byMe", { time: moment(one.author.wall) }) : t("item.by", { name: one.author.actorName, time: moment(one.author.wall) })}</span>`
        : nothing,
      one.answer
        ? one.lacks.map((lack) => html`<span class="item-mark tone-minor">${t(`lack.${lack}`)}</span>`)
        : nothing,
    ];
  }
}

/** Whether the line would look different; most taps change one line of the list. */
export function differs(now: ItemSummary, before: ItemSummary | undefined): boolean {
  return now !== before && (before === undefined || likeness(now) !== likeness(before));
}

function likeness(one: ItemSummary): string {
  const { code, author, conclusion, lacks, photos, files, rows, openRemarks } = one;
  const marks = [one.hasConflict, one.hasNote, one.hasPreviousFinding];
  const counts = [photos, files, rows, openRemarks];
  return [code, author?.opId, author?.actorName, conclusion, lacks, counts, marks].join();
}

named("td-item", ItemRow);
