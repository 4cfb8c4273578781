/** A photo or a file that belongs to another item goes there. */
import { html, type TemplateResult } from "lit";
import type { Visit } from "../app/facade.ts";
import { either, t } from "../i18n/speak.ts";

interface Wanted {
  visit: Visit;
  /** Where it is now. */
  code: string;
  isBusy: boolean;
  move(item: string): void;
}

export function movingItem({ visit, code, isBusy, move }: Wanted): TemplateResult {
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    const item = String(new FormData(event.target as HTMLFormElement).get("item") ?? "");
    if (item) move(item);
  };
  const options = (section: string) =>
    visit
      .items({ section })
      .filter((one) => one.code !== code)
      .map(
        (one) =>
          html`<option value=${one.code}>${one.code} ${either(one.item.question_vi, one.item.question_en)}</option>`,
      );
  return html`<details><summary class="button button-quiet">${t("move.item")}</summary>
      <form @submit=${send}><div class="field"><label for="move-to">${t("move.to")}</label><p class="hint">${t("move.hint")}</p>
        <select class="input" id="move-to" name="item" required><option value="">${t("move.choose")}</option>
          ${visit.sections.map((one) => html`<optgroup label="${one.code} ${either(one.title, one.titleEn)}">${options(one.code)}</optgroup>`)}</select></div>
      <button class="button" ?disabled=${isBusy}>${t("move.do")}</button></form></details>`;
}
