/** Where the work stands, in two honest states, always at the same place: on this tablet, on the server. */
import { html, nothing, svg, type TemplateResult } from "lit";
import type { Topic } from "../app/facade.ts";
import { t } from "../i18n/speak.ts";
import { moment } from "../i18n/written.ts";
import type { SyncStatus } from "../store/views.ts";
import { AppElement, named } from "./open_element.ts";

const SIGNS = {
  here: svg`<rect x="5" y="2.5" width="14" height="19" rx="2"/><path d="M9 12l2 2 4-4"/>`,
  there: svg`<path d="M7 18a4 4 0 0 1 0-8 5.5 5.5 0 0 1 10.5-1A4.3 4.3 0 0 1 17 18z"/><path d="M9.5 13.5l2 2 3.5-4"/>`,
  wrong: svg`<path d="M12 3l9.5 17h-19z"/><path d="M12 10v4.5M12 17.3v.2"/>`,
};

/** Everything about the state in one sentence, without its first words. */
export function detailOf(sync: SyncStatus): string {
  const said: string[] = [];
  if (sync.waitingOps) said.push(t("sync.ops", { count: sync.waitingOps }));
  if (sync.waitingRelays) said.push(t("sync.relays", { count: sync.waitingRelays }));
  const moving = sync.uploads.length;
  if (sync.waitingFiles > moving || (sync.waitingFiles && !moving))
    said.push(t("sync.files", { count: sync.waitingFiles }));
  if (moving) said.push(t("sync.sendingFiles", { count: moving, percent: percentOf(sync) }));
  else if (sync.phase === "working") said.push(t("sync.sending"));
  if (sync.isPausedOnMetered && sync.waitingFiles) said.push(t("sync.paused"));
  else if (sync.isReached === false && sync.phase !== "working") said.push(t("sync.noNetwork"));
  return said.join(" · ");
}

function percentOf(sync: SyncStatus): number {
  const size = sync.uploads.reduce((sum, one) => sum + one.size, 0);
  const sent = sync.uploads.reduce((sum, one) => sum + one.sent, 0);
  return size ? Math.floor((100 * sent) / size) : 0;
}

class SyncLine extends AppElement {
  protected override readonly topics: readonly Topic[] = ["sync", "inspections", "stage"];

  protected override render(): TemplateResult {
    const { sync } = this.app;
    const isThere = sync.waitingOps + sync.waitingFiles === 0;
    const isWrong = sync.needs !== "nothing";
    const tone = isWrong ? "wrong" : isThere ? "there" : "here";
    const isShut = this.app.stage === "locked" && !isThere;
    const detail = [isWrong ? t("sync.attention") : "", detailOf(sync), isShut ? t("sync.unlock") : ""]
      .filter(Boolean)
      .join(" · ");
    const said = html`<svg class="sync-sign" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${SIGNS[tone]}</svg>
      <span><span class="sync-state">${this.#state(sync, isThere)}</span>${detail ? html`<span class="sync-detail"> · ${detail}</span>` : nothing}</span>`;
    // What waits is listed for whoever has unlocked the tablet.
    if (this.app.stage !== "ready") return html`<p class="sync-line sync-${tone}" role="status">${said}</p>`;
    return html`<button type="button" class="sync-line sync-${tone}" aria-label="${t("sync.label")}: ${this.#state(sync, isThere)}${detail ? `, ${detail}` : ""}" @click=${() => (location.hash = "#/waiting")}>${said}</button>
    <p class="hidden-words" role="status">${isWrong ? t(`need.${sync.needs}` as "need.sign_in") : ""}</p>`;
  }

  #state(sync: SyncStatus, isThere: boolean): string {
    if (!isThere) return t("sync.here");
    return sync.confirmedAt ? t("sync.thereAt", { time: moment(sync.confirmedAt) }) : t("sync.never");
  }
}

named("td-sync-line", SyncLine);
