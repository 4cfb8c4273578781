/** The answer to an item in the form that its kind asks for; shown as chosen only once it is durable. */
import { html, nothing, type TemplateResult } from "lit";
import { either, found, t } from "../i18n/speak.ts";
import { number, percentage, today } from "../i18n/written.ts";
import { conclusionsOf, NOT_APPLICABLE, optionsOf } from "../rules/definition.ts";
import { asDay, meetsDateRule, meetsTarget } from "../rules/values.ts";
import type { Answer, ItemSummary, State } from "../store/views.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { complaint } from "../ui/parts.ts";
import { isVerdict, shape, toneOf, wholeWord } from "../ui/verdicts.ts";
import "../ui/words_field.ts";
import { mayRecord } from "./recording.ts";

interface Choice {
  value: string;
  words: string;
}

export class Response extends VisitElement {
  static override properties = {
    ...VisitElement.properties,
    summary: { attribute: false },
    state: {},
    isInSheet: { type: Boolean },
    write: { attribute: false },
    pending: { state: true },
  };
  protected override readonly isWatching = false;
  declare summary: ItemSummary;
  /** Of the inspection: what is signed takes no answers. */
  declare state: State;
  declare isInSheet: boolean;
  /** Where the answer goes instead of the record: a decision that is still being put into words. */
  declare write: ((changed: Answer) => Promise<unknown>) | null;
  declare pending: string | null;

  constructor() {
    super();
    this.isInSheet = false;
    this.write = null;
    this.pending = null;
  }

  get #isOff(): boolean {
    return !this.write && !mayRecord(this.visit, "answer.set", `answer/${this.summary.code}`);
  }

  #write(changed: Answer): Promise<unknown> {
    return this.write ? this.write(changed) : this.visit.answer(this.summary.code, changed);
  }

  protected override render(): TemplateResult {
    const { response, requires_conclusion: isConcluded } = this.summary.item;
    const isSetAside =
      this.summary.conclusion === NOT_APPLICABLE || this.summary.answer?.value === NOT_APPLICABLE;
    return html`${response === "conformity" ? nothing : this.#measure()}
      ${response === "conformity" || isConcluded ? this.#verdicts(isConcluded === true) : nothing}
      ${isSetAside ? this.#reason() : nothing} ${complaint(this.fault)}`;
  }

  /** The members are durable before anything here shows them as chosen. */
  async #save(changed: Answer, pending: string): Promise<void> {
    this.pending = pending;
    const wasSaved = await this.attempt(() => this.#write(changed));
    this.pending = null;
    if (wasSaved) this.tell("answered", this.summary.code);
  }

  #buttons(choices: Choice[], now: unknown, choose: (value: string) => void, label: string): TemplateResult {
    const isLong = choices.some((one) => one.words.length > 24);
    return html`<div class="answers ${isLong ? "answers-long" : ""}" role="group" aria-label=${label}>
      ${choices.map(({ value, words }) => {
        const tone = isVerdict(value) ? toneOf(value) : "tone-plain";
        return html`<button type="button" class="answer ${value === now ? tone : ""} ${this.pending === value ? "is-saving" : ""}" data-value=${value} aria-pressed=${value === now} title=${isVerdict(value) ? wholeWord(value) : nothing} ?disabled=${this.#isOff} @click=${() => choose(value)}>${isVerdict(value) ? shape(value) : nothing}<span>${words}</span></button>`;
      })}
    </div>`;
  }

  #verdicts(isBeside: boolean): TemplateResult {
    const { code, answer } = this.summary;
    const now = isBeside ? answer?.conclusion : answer?.value;
    const choices = conclusionsOf(this.visit.definition).map((one) => ({
      value: one.value,
      words: found(`verdict.${one.value}`) ?? either(one.label_vi, one.label_en),
    }));
    const choose = (value: string) => {
      if (value === now) return;
      const reason =
        answer?.not_applicable_reason && value !== NOT_APPLICABLE ? { not_applicable_reason: null } : {};
      void this.#save(
        isBeside ? { conclusion: value, ...reason } : { value, conclusion: null, ...reason },
        value,
      );
    };
    return html`${isBeside ? html`<p class="sub-label">${t("item.conclusion")}</p>` : nothing}${this.#buttons(choices, now, choose, t("item.answers", { code }))}`;
  }

  #measure(): TemplateResult | typeof nothing {
    switch (this.summary.item.response) {
      case "yes_no":
      case "choice":
        return this.#options();
      case "ratio":
        return this.#ratio();
      case "date":
        return this.#date();
      case "number":
        return this.#number();
      case "sample":
        return this.isInSheet ? nothing : this.#sample();
      default:
        return this.#text();
    }
  }

  #options(): TemplateResult {
    const { item, code, answer } = this.summary;
    const options = optionsOf(this.visit.definition, item);
    const choices = options.map((one) => ({
      value: one.value,
      words: found(`value.${one.value}`) ?? either(one.label_vi, one.label_en),
    }));
    const takesSetAside = !item.requires_conclusion && !options.some((one) => one.value === NOT_APPLICABLE);
    if (takesSetAside) choices.push({ value: NOT_APPLICABLE, words: t("value.khong_ap_dung") });
    const now = answer?.conclusion === NOT_APPLICABLE ? NOT_APPLICABLE : answer?.value;
    const choose = (value: string) => {
      if (value === now) return;
      const isAside = takesSetAside && value === NOT_APPLICABLE;
      void this.#save(
        isAside
          ? { value: null, conclusion: NOT_APPLICABLE }
          : { value, ...(takesSetAside ? { conclusion: null } : {}) },
        value,
      );
    };
    return html`<div class="measure-block">${this.#buttons(choices, now, choose, t("item.answers", { code }))}</div>`;
  }

  #ratio(): TemplateResult {
    const { item, answer, code } = this.summary;
    const now = (answer?.value ?? {}) as { numerator?: number; denominator?: number };
    const field = (name: "numerator" | "denominator", words: string) =>
      html`<label>${words}<input class="input input-number" type="number" inputmode="numeric" min="0" step="1" name=${name} .value=${String(now[name] ?? "")} ?disabled=${this.#isOff} @change=${this.#count} /></label>`;
    return html`<div class="measure" data-ratio=${code}>${field("numerator", item.ratio?.numerator_vi ?? "")} ${field("denominator", item.ratio?.denominator_vi ?? "")}
      <span class="measure-result" role="status">${this.#percent(now)}</span></div>`;
  }

  #count(): void {
    const read = (name: string) => this.querySelector<HTMLInputElement>(`[name=${name}]`)?.value ?? "";
    const [above, below] = [read("numerator"), read("denominator")];
    if (!/^\d+$/.test(above) || !/^\d+$/.test(below)) return;
    this.fault = Number(above) > Number(below) ? t("ratio.above") : "";
    if (!this.fault)
      void this.#save({ value: { numerator: Number(above), denominator: Number(below) } }, "ratio");
  }

  #percent({
    numerator,
    denominator,
  }: {
    numerator?: number;
    denominator?: number;
  }): TemplateResult | typeof nothing {
    if (numerator === undefined || denominator === undefined) return nothing;
    const percent = percentage(numerator, denominator);
    const isReached = meetsTarget(this.summary.item, { numerator, denominator });
    const target = number(this.summary.item.ratio?.target_percent ?? 0);
    return html`${percent ? t("ratio.percent", { percent }) : t("ratio.none")}${isReached === null ? nothing : html`<span class=${isReached ? "tone-conform" : "tone-minor"}>${isReached ? "●" : "▲"} ${t(isReached ? "ratio.reached" : "ratio.notReached", { target })}</span>`}`;
  }

  #date(): TemplateResult {
    const { answer } = this.summary;
    const value = typeof answer?.value === "string" ? answer.value : "";
    const change = (event: Event) =>
      void this.#save({ value: (event.target as HTMLInputElement).value || null }, "date");
    return html`<div class="measure"><label>${t("date.last")}<input class="input input-day" type="date" min="1900-01-01" max="2100-12-31" .value=${value} ?disabled=${this.#isOff} @change=${change} /></label>
      <span class="measure-result" role="status">${value ? this.#recency(value) : nothing}</span></div>`;
  }

  #recency(last: string): TemplateResult | typeof nothing {
    const rule = this.summary.item.date_rule;
    if (!rule) return nothing;
    const on = (this.visit.fields.started_at ?? this.visit.summary.plannedOn ?? today()).slice(0, 10);
    const [lastDay, day] = [asDay(last), asDay(on)];
    if (!lastDay || !day) return nothing;
    const isMet = meetsDateRule(rule, lastDay, day);
    const words = last > on ? t("date.rule.future") : t(isMet ? "date.rule.ok" : "date.rule.late");
    return html`<span class=${isMet ? "tone-conform" : "tone-minor"}>${isMet ? "●" : "▲"} ${words}</span> <span class="soft small">${found(`date.rule.${rule.default_basis}`) ?? ""}</span>`;
  }

  #number(): TemplateResult {
    const { item, answer } = this.summary;
    const change = (event: Event) => {
      const typed = (event.target as HTMLInputElement).valueAsNumber;
      void this.#save({ value: Number.isNaN(typed) ? null : typed }, "number");
    };
    const hasRange = item.min !== undefined && item.max !== undefined;
    return html`<div class="measure"><label>${item.unit || t("thing.answer")}<input class="input input-number" type="number" inputmode="decimal" step="any" min=${item.min ?? nothing} max=${item.max ?? nothing} .value=${String(answer?.value ?? "")} ?disabled=${this.#isOff} @change=${change} /></label>
      ${hasRange ? html`<span class="measure-result soft small">${t("number.range", { min: number(item.min ?? 0), max: number(item.max ?? 0) })}</span>` : nothing}</div>`;
  }

  #sample(): TemplateResult {
    const need = this.summary.item.sample?.min_rows ?? 0;
    return html`<p class="measure"><button type="button" class="button" @click=${() => this.tell("fill")}>${t("sample.fill")}</button><span class="measure-result figures">${t("sample.rows", { have: this.summary.rows, need })}</span></p>`;
  }

  #text(): TemplateResult {
    const value = typeof this.summary.answer?.value === "string" ? this.summary.answer.value : "";
    return html`<td-words .label=${t("text.answer")} .value=${value} .isOff=${this.#isOff} .save=${(text: string) => this.#write({ value: text || null })}></td-words>`;
  }

  #reason(): TemplateResult {
    const { answer } = this.summary;
    return html`<td-words .label=${t("item.reason")} .value=${answer?.not_applicable_reason ?? ""} .isOff=${this.#isOff} isLine .save=${(text: string) => this.#write({ not_applicable_reason: text || null })}></td-words>`;
  }
}

named("td-response", Response);
