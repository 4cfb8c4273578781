/** Reads a QR code with the camera where the browser can; it sends no picture anywhere. */
import { html, type TemplateResult } from "lit";
import { t } from "../i18n/speak.ts";
import { named, OpenElement } from "../ui/open_element.ts";

interface Detector {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}
type DetectorMaker = new (options: { formats: string[] }) => Detector;

export class Scanner extends OpenElement {
  #stream: MediaStream | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#begin();
  }

  override disconnectedCallback(): void {
    this.#stop();
    super.disconnectedCallback();
  }

  protected override render(): TemplateResult {
    return html`<div class="scanner">
      <p role="status">${this.fault || t("start.enrol.scanning")}</p>
      ${this.fault ? "" : html`<video muted playsinline></video>`}
      <p class="actions"><button type="button" class="button" @click=${() => this.tell("closed")}>${t("app.cancel")}</button></p>
    </div>`;
  }

  async #begin(): Promise<void> {
    const Maker = (globalThis as { BarcodeDetector?: DetectorMaker }).BarcodeDetector;
    try {
      if (!Maker) throw new TypeError("no detector");
      const detector = new Maker({ formats: ["qr_code"] });
      this.#stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      await this.updateComplete;
      const video = this.querySelector("video");
      if (!video || !this.isConnected) return this.#stop();
      video.srcObject = this.#stream;
      await video.play();
      await this.#look(video, detector);
    } catch {
      this.#stop();
      this.fault = t("start.enrol.noScan");
    }
  }

  async #look(video: HTMLVideoElement, detector: Detector): Promise<void> {
    while (this.isConnected && this.#stream) {
      const [seen] = await detector.detect(video);
      if (seen) {
        this.#stop();
        this.tell("scanned", seen.rawValue);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  #stop(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
  }
}

named("td-scanner", Scanner);
