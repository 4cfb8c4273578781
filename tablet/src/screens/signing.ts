/** One hand on the glass, or the record that somebody does not sign; bound to the content that was shown. */
import { html, type nothing, type TemplateResult } from "lit";
import SignaturePad from "signature_pad";
import { t } from "../i18n/speak.ts";
import { modal } from "../ui/dialogs.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { complaint } from "../ui/parts.ts";
import { fileOf } from "../ui/picture.ts";

const ROOM = 12;

type Role = "leader" | "unit" | "secretary";

class Signing extends VisitElement {
  static override properties = {
    ...VisitElement.properties,
    seat: {},
    content: {},
    isRefusal: { type: Boolean },
    isDrawn: { state: true },
  };
  declare seat: Role;
  declare content: string;
  declare isRefusal: boolean;
  declare isDrawn: boolean;
  #pad: SignaturePad | null = null;

  constructor() {
    super();
    this.isRefusal = false;
    this.isDrawn = false;
  }

  /** The dialog has no size before it is shown. */
  protected override firstUpdated(): void {
    requestAnimationFrame(() => this.#prepare());
  }

  override disconnectedCallback(): void {
    this.#pad?.off();
    super.disconnectedCallback();
  }

  #prepare(): void {
    const canvas = this.querySelector("canvas");
    if (!canvas) return;
    const scale = Math.max(devicePixelRatio, 1);
    canvas.width = canvas.offsetWidth * scale;
    canvas.height = canvas.offsetHeight * scale;
    canvas.getContext("2d")?.scale(scale, scale);
    const pen = getComputedStyle(canvas).getPropertyValue("--pen").trim();
    this.#pad = new SignaturePad(canvas, { penColor: pen, minWidth: 1, maxWidth: 3.2 });
    this.#pad.addEventListener("endStroke", () => (this.isDrawn = true));
  }

  #signer(): { name: string; title: string } {
    const mate = this.visit.summary.team.find((one) => one.role === this.seat);
    if (mate) return { name: mate.full_name, title: mate.title };
    const unit = this.visit.participants.find((one) => one.side === "unit" && one.present);
    return { name: unit?.name ?? "", title: unit?.title ?? "" };
  }

  protected override render(): TemplateResult {
    const heading = t(`sign.${this.seat}`);
    return html`<dialog class="box box-wide" ${modal()} aria-label=${heading} @close=${() => this.tell("closed")}>
      <div class="sheet-head"><h2>${heading}</h2><button type="button" class="button button-quiet" @click=${() => this.tell("closed")}>${t("app.cancel")}</button></div>
      <form class="sheet-body" @submit=${this.#sign}>${this.#who()} ${this.isRefusal ? this.#refusal() : this.#field()}
        <p class="soft small">${t("sign.hash")}: <span class="fingerprint">${this.content.slice(0, 16)}…</span></p>
        ${complaint(this.fault)}
        <button class="button button-primary button-large button-wide" ?disabled=${this.isBusy || !(this.isRefusal || this.isDrawn)}>${t(this.isRefusal ? "sign.refuse" : "sign.accept")}</button>
      </form></dialog>`;
  }

  #who(): TemplateResult {
    const signer = this.#signer();
    return html`<div class="row"><div class="field"><label for="s-name">${t("sign.name")}</label><input class="input" id="s-name" name="name" required .value=${signer.name} ?readonly=${this.seat !== "unit"} /></div>
      <div class="field"><label for="s-title">${t("sign.title")}</label><input class="input" id="s-title" name="title" .value=${signer.title} ?readonly=${this.seat !== "unit"} /></div></div>`;
  }

  #field(): TemplateResult {
    return html`<p class="hint">${t("sign.pad.keyboard")}</p>
      <canvas class="pad" role="img" aria-label=${t("sign.pad", { name: this.#signer().name })}></canvas>
      <div class="actions field"><button type="button" class="button" ?disabled=${!this.isDrawn} @click=${this.#clear}>${t("sign.clear")}</button></div>`;
  }

  #clear(): void {
    this.#pad?.clear();
    this.isDrawn = false;
  }

  #refusal(): TemplateResult | typeof nothing {
    return html`<div class="field"><label for="s-reason">${t("sign.refuse.reason")}</label><textarea class="input" id="s-reason" name="reason" rows="2" maxlength="2000" required></textarea></div>
      <div class="field"><label for="s-witnesses">${t("sign.refuse.witnesses")}</label><p class="hint" id="s-hint">${t("sign.refuse.witnesses.hint")}</p><textarea class="input" id="s-witnesses" name="witnesses" rows="2" required aria-describedby="s-hint"></textarea></div>`;
  }

  #sign(event: SubmitEvent): void {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    const read = (name: string) => String(given.get(name) ?? "").trim();
    const who = { name: read("name"), title: read("title"), content: this.content };
    const witnesses = read("witnesses")
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
    void this.attempt(async () => {
      if (this.isRefusal) await this.visit.refuseToSign({ ...who, reason: read("reason"), witnesses });
      else await this.visit.sign({ ...who, role: this.seat, image: await this.#drawn() });
    }).then((done) => {
      if (done) this.tell("closed");
    });
  }

  #drawn(): Promise<Blob> {
    const canvas = this.querySelector("canvas");
    if (!canvas || !this.#pad) throw new TypeError("no canvas");
    const points = this.#pad.toData().flatMap((stroke) => stroke.points);
    return fileOf(trimmed(canvas, points), "image/png");
  }
}

/** The part of the glass on which something was drawn, with a little room around it. */
function trimmed(canvas: HTMLCanvasElement, points: readonly { x: number; y: number }[]): HTMLCanvasElement {
  const scale = canvas.width / canvas.offsetWidth;
  const [xs, ys] = [points.map((point) => point.x * scale), points.map((point) => point.y * scale)];
  const left = Math.max(0, Math.min(...xs) - ROOM);
  const top = Math.max(0, Math.min(...ys) - ROOM);
  const cut = document.createElement("canvas");
  cut.width = Math.ceil(Math.min(canvas.width, Math.max(...xs) + ROOM) - left);
  cut.height = Math.ceil(Math.min(canvas.height, Math.max(...ys) + ROOM) - top);
  cut.getContext("2d")?.drawImage(canvas, -left, -top);
  return cut;
}

named("td-signing", Signing);
