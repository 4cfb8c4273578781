/** The second tap of a photo: look at it, cover or mark what matters, say what it shows, attach it. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { NewFile, TabletApp } from "../app/facade.ts";
import { t } from "../i18n/speak.ts";
import { modal } from "../ui/dialogs.ts";
import { wordsOf } from "../ui/faults.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { complaint, notice } from "../ui/parts.ts";
import "../ui/room.ts";
import { fileOf, paint, pointOn, reduced, type Stroke } from "../ui/picture.ts";

class NewPhoto extends VisitElement {
  static override properties = {
    ...VisitElement.properties,
    code: {},
    file: { attribute: false },
    app: { attribute: false },
    pen: { state: true },
    strokes: { state: true },
  };
  declare code: string;
  declare file: File;
  declare app: TabletApp;
  declare pen: Stroke["pen"];
  declare strokes: Stroke[];
  #picture: ImageBitmap | null = null;
  #drawing = false;

  constructor() {
    super();
    this.code = "";
    this.pen = "mark";
    this.strokes = [];
  }

  protected override firstUpdated(): void {
    void this.#load();
  }

  override disconnectedCallback(): void {
    this.#picture?.close();
    this.#picture = null;
    super.disconnectedCallback();
  }

  async #load(): Promise<void> {
    try {
      this.#picture = await reduced(this.file);
      this.requestUpdate();
    } catch {
      this.fault = t("photo.unreadable");
    }
  }

  protected override updated(_changed: PropertyValues): void {
    const canvas = this.querySelector("canvas");
    if (canvas && this.#picture) paint(canvas, this.#picture, this.strokes);
  }

  protected override render(): TemplateResult {
    const title = this.code ? t("photo.title", { code: this.code }) : t("photo.title.free");
    return html`<dialog class="box" ${modal()} aria-label=${title} @close=${() => this.tell("closed")}>
      <div class="sheet-head"><h2>${title}</h2><button type="button" class="button button-quiet" @click=${() => this.tell("closed")}>${t("app.cancel")}</button></div>
      <form class="sheet-body" @submit=${this.#attach}>
        ${notice("attention", html`<p>${t("photo.reminder")}</p>`)} ${complaint(this.fault)}
        <td-room .app=${this.app}></td-room>
        ${this.#picture ? this.#canvas() : nothing}
        <div class="field"><label for="caption">${t("photo.caption")}</label><input class="input" id="caption" name="caption" maxlength="300" autocomplete="off" /></div>
        <button class="button button-primary button-large button-wide" ?disabled=${this.isBusy || !this.#picture}>${this.code ? t("photo.attach", { code: this.code }) : t("photo.attach.free")}</button>
      </form>
    </dialog>`;
  }

  #canvas(): TemplateResult {
    const pen = (one: Stroke["pen"]) =>
      html`<button type="button" class="button" aria-pressed=${this.pen === one} @click=${() => (this.pen = one)}>${t(`photo.${one}`)}</button>`;
    return html`<div class="canvas-frame"><canvas role="img" aria-label=${t("photo.canvas")} @pointerdown=${this.#begin} @pointermove=${this.#draw} @pointerup=${this.#end} @pointercancel=${this.#end}></canvas></div>
      <div class="actions field" role="group" aria-label=${t("photo.pens")}>${pen("mark")} ${pen("cover")}
        <button type="button" class="button" ?disabled=${!this.strokes.length} @click=${() => (this.strokes = this.strokes.slice(0, -1))}>${t("photo.undo")}</button>
      </div>`;
  }

  #begin(event: PointerEvent): void {
    const canvas = event.target as HTMLCanvasElement;
    canvas.setPointerCapture(event.pointerId);
    this.#drawing = true;
    this.strokes = [...this.strokes, { pen: this.pen, points: [pointOn(canvas, event)] }];
  }

  #draw(event: PointerEvent): void {
    const last = this.strokes.at(-1);
    if (!this.#drawing || !last) return;
    last.points.push(pointOn(event.target as HTMLCanvasElement, event));
    this.strokes = [...this.strokes];
  }

  #end(): void {
    this.#drawing = false;
  }

  /** When the file was made: that of a picture from the gallery may be days ago. */
  get #takenAt(): Date {
    return new Date(Math.min(this.file.lastModified || Date.now(), Date.now()));
  }

  #attach(event: SubmitEvent): void {
    event.preventDefault();
    const canvas = this.querySelector("canvas");
    if (!canvas) return;
    const caption = String(new FormData(event.target as HTMLFormElement).get("caption") ?? "").trim();
    void this.attempt(async () => {
      const bytes = await fileOf(canvas, "image/jpeg");
      const about = { caption, takenAt: this.#takenAt, ...(this.code ? { item: this.code } : {}) };
      const photo = await this.visit.addPhoto({ bytes, mime: "image/jpeg", ...about });
      await this.#keepOriginal({ ...about, originalOf: photo, name: this.file.name }, bytes);
      this.tell("closed");
    });
  }

  /** The camera's own file goes along where the office asks for it, unless something was covered on it. */
  async #keepOriginal(about: Omit<NewFile, "bytes" | "mime">, sent: Blob): Promise<void> {
    const isCovered = this.strokes.some((stroke) => stroke.pen === "cover");
    if (!this.app.settings.sendOriginals || isCovered || this.file.size <= sent.size) return;
    await this.visit
      .addFile({ bytes: this.file, mime: this.file.type || "image/jpeg", ...about })
      .catch((thrown: unknown) => (this.fault = wordsOf(thrown)));
  }
}

named("td-new-photo", NewPhoto);
