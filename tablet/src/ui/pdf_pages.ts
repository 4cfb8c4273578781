/**
 * The pages of a PDF, drawn here: tablets have no reader of their own inside a page, and what lies sealed should not
 * have to leave the app to be read. Only pages near the eye are in memory.
 */
import { html, type TemplateResult } from "lit";
import {
  GlobalWorkerOptions,
  getDocument,
  type PDFDocumentLoadingTask,
  type PDFPageProxy,
} from "pdfjs-dist/legacy/build/pdf.mjs";
import workerAddress from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";
import { t } from "../i18n/speak.ts";
import { named, OpenElement } from "./open_element.ts";
import { complaint } from "./parts.ts";

GlobalWorkerOptions.workerSrc = workerAddress;

/** Decoders of scans, as scripts: the page's policy lets no WebAssembly in. */
const DECODERS = "/tablet/pdf/";
const NEAR = "1200px 0px";
const SHARPEST = 2;

class PdfPages extends OpenElement {
  static override properties = {
    ...OpenElement.properties,
    bytes: { attribute: false },
    pages: { state: true },
  };
  declare bytes: Blob;
  declare pages: PDFPageProxy[];
  #task: PDFDocumentLoadingTask | null = null;
  #observer: IntersectionObserver | null = null;

  constructor() {
    super();
    this.pages = [];
  }

  protected override firstUpdated(): void {
    void this.#open();
  }

  override disconnectedCallback(): void {
    this.#observer?.disconnect();
    void this.#task?.destroy();
    super.disconnectedCallback();
  }

  async #open(): Promise<void> {
    try {
      const data = await this.bytes.arrayBuffer();
      this.#task = getDocument({ data, useWasm: false, wasmUrl: DECODERS, useSystemFonts: true });
      const whole = await this.#task.promise;
      const numbers = Array.from({ length: whole.numPages }, (_, place) => place + 1);
      this.pages = await Promise.all(numbers.map((number) => whole.getPage(number)));
    } catch {
      this.#failed();
    }
  }

  protected override render(): TemplateResult {
    if (this.fault) return html`${complaint(this.fault)}`;
    if (!this.pages.length) return html`<p role="status">${t("app.opening")}</p>`;
    return html`${this.pages.map((page) => this.#page(page))}`;
  }

  #page(page: PDFPageProxy): TemplateResult {
    const { width, height } = page.getViewport({ scale: 1 });
    const words = t("file.page", { number: page.pageNumber, count: this.pages.length });
    return html`<figure class="pdf-page"><canvas role="img" aria-label=${words} data-page=${page.pageNumber} width=${Math.round(width)} height=${Math.round(height)}></canvas><p class="hidden-words"></p><figcaption class="soft small">${words}</figcaption></figure>`;
  }

  protected override updated(): void {
    if (this.#observer || !this.pages.length) return;
    this.#observer = new IntersectionObserver((seen) => seen.forEach((one) => void this.#moved(one)), {
      rootMargin: NEAR,
    });
    for (const canvas of this.querySelectorAll("canvas")) this.#observer.observe(canvas);
  }

  async #moved({ target, isIntersecting }: IntersectionObserverEntry): Promise<void> {
    const canvas = target as HTMLCanvasElement;
    const page = this.pages[Number(canvas.dataset.page) - 1];
    if (!page || canvas.dataset.drawn === String(isIntersecting)) return;
    canvas.dataset.drawn = String(isIntersecting);
    if (!isIntersecting) empty(page, canvas);
    else await draw(page, canvas).catch(() => this.#failed());
  }

  /** What was closed while it was being drawn is no fault. */
  #failed(): void {
    if (this.isConnected) this.fault = t("file.damaged");
  }
}

/** The place keeps its shape; the memory of what was drawn is given back. */
function empty(page: PDFPageProxy, canvas: HTMLCanvasElement): void {
  const { width, height } = page.getViewport({ scale: 1 });
  canvas.width = Math.round(width);
  canvas.height = Math.round(height);
}

async function draw(page: PDFPageProxy, canvas: HTMLCanvasElement): Promise<void> {
  const sharpness = Math.min(SHARPEST, devicePixelRatio || 1);
  const scale = (canvas.clientWidth * sharpness) / page.getViewport({ scale: 1 }).width;
  const viewport = page.getViewport({ scale });
  canvas.width = Math.round(viewport.width);
  canvas.height = Math.round(viewport.height);
  await page.render({ canvas, viewport }).promise;
  const { items } = await page.getTextContent();
  const words = canvas.parentElement?.querySelector(".hidden-words");
  if (words) words.textContent = items.map((item) => ("str" in item ? item.str : "")).join(" ");
}

named("td-pdf", PdfPages);
