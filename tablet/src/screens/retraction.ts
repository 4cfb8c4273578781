/** Taking something back with a reason: it is hidden from the minutes and stays in the log. */
import { html, type TemplateResult } from "lit";
import { t } from "../i18n/speak.ts";

interface Wanted {
  words: "photo.retract" | "file.retract" | "note.retract";
  isBusy: boolean;
  retract(reason: string): void;
}

export function retraction({ words, isBusy, retract }: Wanted): TemplateResult {
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    const reason = String(new FormData(event.target as HTMLFormElement).get("reason") ?? "").trim();
    if (reason) retract(reason);
  };
  return html`<details><summary class="button button-quiet">${t(words)}</summary>
      <form @submit=${send}><div class="field"><label for="why">${t(`${words}.reason`)}</label><p class="hint">${t(`${words}.hint`)}</p><input class="input" id="why" name="reason" maxlength="2000" required /></div>
      <button class="button" ?disabled=${isBusy}>${t(words)}</button></form></details>`;
}
