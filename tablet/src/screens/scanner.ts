/** Reads a QR code with the camera where the browser can; it sends no picture anywhere. */
import { html, type TemplateResult } from "lit";
import { t } from "../i18n/speak.ts";
import { named, OpenElement } from "../ui/open_element.ts";

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
interface DetectorMaker {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}
const FORMAT = "qr_code";
/** Large enough for a code that fills a third of the picture, small enough for a slow tablet. */
const LONGEST_SIDE = 800;

/** The browser's own detector where it knows these codes; elsewhere ours, fetched when it is first needed. */
async function detectorHere(): Promise<Detector> {
  const Maker = (globalThis as { BarcodeDetector?: DetectorMaker }).BarcodeDetector;
  if ((await Maker?.getSupportedFormats())?.includes(FORMAT) && Maker)
    return new Maker({ formats: [FORMAT] });
  const { default: decoded } = await import("qr/decode.js");
  const canvas = document.createElement("canvas");
  return {
    async detect(video) {
      const share = Math.min(1, LONGEST_SIDE / Math.max(video.videoWidth, video.videoHeight, 1));
      canvas.width = Math.round(video.videoWidth * share);
      canvas.height = Math.round(video.videoHeight * share);
      const context = canvas.getContext("2d", { willReadFrequently: true });
      if (!context || canvas.width === 0) return [];
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      try {
        return [{ rawValue: decoded(context.getImageData(0, 0, canvas.width, canvas.height)) }];
      } catch {
        return []; // no code in this picture
      }
    },
  };
}

/** The code that a person would type, in what the QR holds. */
export function codeOf(scanned: string): string {
  try {
    const { code } = JSON.parse(scanned) as { code?: unknown };
    return typeof code === "string" ? code : scanned;
  } catch {
    return scanned;
  }
}

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
    try {
      const detector = await detectorHere();
      this.#stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      await this.updateComplete;
      const video = this.querySelector("video");
      if (!video || !this.isConnected) return this.#stop();
      video.srcObject = this.#stream;
      await video.play();
      await this.#look(video, detector);
    } catch (thrown) {
      this.#stop();
      const isForbidden = (thrown as Error).name === "NotAllowedError";
      this.fault = t(isForbidden ? "start.enrol.noCamera" : "start.enrol.noScan");
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
