/** Step 3: the draft minutes in the official form, to be read on the glass or printed on the spot. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../i18n/speak.ts";
import { day, longDay, longTime } from "../i18n/written.ts";
import type { FindingView, ItemSummary, ParticipantView, SignatureView } from "../store/views.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import "../ui/stored_picture.ts";
import { countedWords, scopeWords, verdictWords } from "./minutes.ts";
import { pointResults } from "./points.ts";

const NOTHING = "Không có.";
/** From so many letters in one cell on, a row may go on on the next page. */
const LONG_CELL = 400;

class ClosingMinutes extends VisitElement {
  static override properties = { ...VisitElement.properties, content: { state: true } };
  declare content: string;

  constructor() {
    super();
    this.content = "";
  }

  protected override updated(): void {
    void this.visit.contentHash().then((hash) => (this.content = hash));
  }

  protected override render(): TemplateResult {
    return html`<div class="no-print"><h1>${t("closing.step.minutes")}</h1><p class="soft">${t("minutes.lead")}</p>
        <p class="actions field"><button type="button" class="button" @click=${() => this.attempt(print)}>${t("minutes.print")}</button></p></div>
      <article class="paper" lang="vi">${this.#head()} ${this.#people()} ${this.#scope()} ${this.#results()} ${this.#problems()} ${this.#closing()}
        <p class="paper-foot">Mã nội dung: <span class="fingerprint">${this.content}</span>. Ảnh chữ ký vẽ tay ghi nhận việc ký tại chỗ, không phải chữ ký số.</p>
        ${this.#annex()}</article>`;
  }

  #head(): TemplateResult {
    const { agency, unit, inspection } = this.visit.package;
    const { started_at: started, place } = this.visit.fields;
    const decision = `Quyết định số ${inspection.decision_number ?? "……"} ${longDay(inspection.decided_on)}`;
    return html`<header class="paper-head">
        <div>${agency?.parent_name ? html`<p>${agency.parent_name.toUpperCase()}</p>` : nothing}<p class="strong">${(agency?.name ?? "……").toUpperCase()}</p><hr class="paper-rule" /><p>Số: ……/BB-……</p></div>
        <div><p class="strong nation">CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</p><p><span class="paper-motto">Độc lập - Tự do - Hạnh phúc</span></p></div>
      </header>
      <p class="paper-draft">BẢN NHÁP IN TẠI CHỖ, CHƯA PHÁT HÀNH</p>
      <div class="paper-title"><p>BIÊN BẢN</p><p>Kiểm tra hoạt động xây dựng, áp dụng, duy trì và cải tiến hệ thống quản lý chất lượng tại ${unit.name}</p><hr class="paper-rule" /></div>
      ${
        inspection.form === "on_site"
          ? html`<p>Vào hồi ${longTime(started)}, ${longDay(started)}, tại ${place || this.visit.announcement.place || "……"}, Đoàn kiểm tra theo ${decision} đã tiến hành kiểm tra và lập biên bản với các nội dung sau:</p>`
          : html`<p>Đoàn kiểm tra theo ${decision} đã xem xét hồ sơ, báo cáo của ${unit.name} và lập biên bản với các nội dung sau:</p>`
      }`;
  }

  #people(): TemplateResult {
    const of = (side: ParticipantView["side"]) =>
      this.visit.participants.filter((one) => one.side === side && one.present);
    const said = this.visit.announcement.statement;
    return html`<h2>I. THÀNH PHẦN</h2>
      <h3>1. Đoàn kiểm tra</h3>${peopleTable(of("team"))}
      <h3>2. Cơ quan chịu sự kiểm tra: ${this.visit.package.unit.name}</h3>${peopleTable(of("unit"))}
      ${of("other").length ? html`<h3>3. Thành phần khác</h3>${peopleTable(of("other"))}` : nothing}
      ${said ? html`<p>Công bố quyết định kiểm tra: ${said}</p>` : nothing}`;
  }

  #scope(): TemplateResult {
    return html`<h2>II. PHẠM VI VÀ CÁCH THỨC KIỂM TRA</h2>${scopeWords(this.visit.package, this.visit.items().length).map((line) => html`<p>${line}</p>`)}`;
  }

  #results(): TemplateResult {
    const items = this.visit.items();
    return html`<h2>III. KẾT QUẢ KIỂM TRA</h2><p>Đoàn đã kiểm tra ${countedWords(items)} Kết quả từng nội dung tại Phụ lục.</p>
      ${pointResults(items, this.visit.definition.sections).map((point) => html`<p>${point.code}) ${point.title}: ${countedWords(point.items)}</p>`)}`;
  }

  #problems(): TemplateResult {
    const { findings, fields } = this.visit;
    const [wrong, others] = [
      findings.filter((one) => one.needsCorrection),
      findings.filter((one) => !one.needsCorrection),
    ];
    return html`<h2>IV. CÁC VẤN ĐỀ TỒN TẠI</h2>
      ${wrong.length ? html`<table class="ruled problems"><thead><tr><th>TT</th><th>Vấn đề tồn tại, phân loại</th><th>Căn cứ</th><th>Bằng chứng</th><th>Thời hạn khắc phục</th></tr></thead><tbody>${wrong.map(problemRow)}</tbody></table>` : html`<p>Không có vấn đề tồn tại phải khắc phục.</p>`}
      <h2>V. GHI NHẬN VÀ KIẾN NGHỊ</h2>
      ${others.map((one, place) => html`<p>${place + 1}. ${one.categoryLabel}: ${one.text}</p>`)}
      ${fields.recommendations ? html`<p>Kiến nghị của Đoàn kiểm tra:</p>${paragraphs(fields.recommendations)}` : others.length ? nothing : html`<p>${NOTHING}</p>`}`;
  }

  #closing(): TemplateResult {
    const { explanations, findings, fields } = this.visit;
    const wrong = findings.filter((one) => one.needsCorrection);
    const said = wrong
      .map((one, place) => ({ number: place + 1, text: explanations[one.id]?.text ?? "" }))
      .filter((one) => one.text);
    const general = explanations.general?.text ?? "";
    return html`<h2>VI. Ý KIẾN CỦA CƠ QUAN CHỊU SỰ KIỂM TRA</h2>
      ${said.map((one) => html`<p>Về nội dung số ${one.number}: ${one.text}</p>`)} ${general || !said.length ? paragraphs(general) : nothing}
      <h2>VII. KẾT LUẬN VÀ YÊU CẦU</h2>${paragraphs(fields.conclusion ?? "")}
      ${wrong.length ? html`<p>${this.visit.package.unit.name} thực hiện hoặc đề xuất hành động khắc phục đối với các vấn đề tồn tại nêu tại mục IV và báo cáo tình hình thực hiện về đơn vị kiểm tra trong thời gian không quá 02 tháng kể từ ngày ký biên bản (điểm c khoản 2 Điều 37 Thông tư số 26/2014/TT-BKHCN).</p>` : nothing}
      <div class="paper-closing"><p>Biên bản ${fields.ended_at ? `kết thúc vào hồi ${longTime(fields.ended_at)}, ${longDay(fields.ended_at)}; ` : ""}được lập thành 02 bản có giá trị pháp lý như nhau, cơ quan chịu sự kiểm tra giữ 01 bản, Đoàn kiểm tra giữ 01 bản./.</p>${this.#signing()}</div>`;
  }

  /** Kept together with the sentence that closes the minutes. */
  #signing(): TemplateResult {
    const made = (role: string) =>
      this.visit.signatures.findLast((one) => one.role === role && one.isCurrent);
    const seat = (
      heading: string,
      one: SignatureView | undefined,
      name: string,
    ) => html`<div><p class="lead">${heading}</p>
      <div class="drawn">${one?.sha256 ? html`<td-picture .visit=${this.visit} .sha256=${one.sha256} .words=${`Ảnh chữ ký vẽ tay của ${one.name}`}></td-picture>` : nothing}</div>
      ${one?.refusal ? html`<p>Không ký. Lý do: ${one.refusal.reason}</p>` : nothing}<p class="lead">${one?.name ?? name}</p></div>`;
    const leader = this.visit.summary.team.find((mate) => mate.role === "leader")?.full_name ?? "";
    return html`<div class="paper-signing">${seat("ĐẠI DIỆN CƠ QUAN CHỊU SỰ KIỂM TRA", made("unit"), "")} ${seat("TRƯỞNG ĐOÀN KIỂM TRA", made("leader"), leader)}</div>`;
  }

  #annex(): TemplateResult {
    return html`<section class="paper-annex"><div class="paper-title"><p>PHỤ LỤC</p><p>Kết quả từng nội dung kiểm tra</p></div>
      <table class="ruled annex"><thead><tr><th>Mã</th><th>Nội dung kiểm tra và căn cứ</th><th>Kết quả</th><th>Ghi nhận và bằng chứng</th></tr></thead><tbody>${this.visit.items().map(annexRow)}</tbody></table></section>`;
  }
}

/** Not before the letters are there that the paper is set in. */
async function print(): Promise<void> {
  await document.fonts.ready;
  window.print();
}

function peopleTable(people: readonly ParticipantView[]): TemplateResult {
  if (!people.length) return html`<p>${NOTHING}</p>`;
  return html`<table class="people"><tbody>${people.map((one, place) => html`<tr><td>${place + 1}.</td><td>${one.name}</td><td>${one.title}</td><td>${one.role}</td></tr>`)}</tbody></table>`;
}

function paragraphs(text: string): TemplateResult[] {
  const lines = text.split("\n").filter((line) => line.trim());
  return (lines.length ? lines : [NOTHING]).map((line) => html`<p>${line}</p>`);
}

function problemRow(one: FindingView, place: number): TemplateResult {
  const evidence = one.evidence.filter(Boolean).join("; ");
  return html`<tr class=${breaking(one.text, one.reference, evidence)}><td>${place + 1}</td><td><p>${one.text}</p><p><span class="lead">${one.categoryLabel}</span>${one.items.length ? ` (mục ${one.items.join(", ")})` : ""}</p></td><td>${one.reference}</td><td>${evidence}</td><td>${day(one.dueOn)}</td></tr>`;
}

function annexRow(one: ItemSummary): TemplateResult {
  const evidence = one.answer?.evidence?.map((piece) => piece.text).join("; ");
  const note = one.answer?.note ?? "";
  const asked = one.item.question_vi + one.item.ref.text;
  return html`<tr class=${breaking(asked, note + (evidence ?? ""))}><td>${one.code}</td><td><p>${one.item.question_vi}</p><p><i>${one.item.ref.text}</i></p></td><td>${one.answer ? verdictWords(one.conclusion) : "Chưa trả lời"}</td><td>${note ? html`<p>${note}</p>` : nothing}${evidence ? html`<p><i>${evidence}</i></p>` : nothing}${one.photos ? html`<p><i>${one.photos} ảnh</i></p>` : nothing}${one.files ? html`<p><i>${one.files} tệp</i></p>` : nothing}</td></tr>`;
}

function breaking(...cells: string[]): string {
  return cells.some((cell) => cell.length > LONG_CELL) ? "long" : "";
}

named("td-closing-minutes", ClosingMinutes);
