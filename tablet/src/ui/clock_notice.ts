/** A clock that is far off changes no order and loses nothing, but it stands in the minutes: people are told. */
import { html, nothing, type TemplateResult } from "lit";
import type { TabletApp } from "../app/facade.ts";
import { t } from "../i18n/speak.ts";
import { moment } from "../i18n/written.ts";
import { notice } from "./parts.ts";

const WORTH_TELLING_MS = 5 * 60_000;

export function clockNotice(app: TabletApp): TemplateResult | typeof nothing {
  const { clockOffsetMs } = app;
  if (Math.abs(clockOffsetMs) < WORTH_TELLING_MS) return nothing;
  const now = Date.now();
  // Both with their day: what differs may be the year.
  const written = (at: number) => moment(new Date(at).toISOString(), new Date(0));
  const told = { here: written(now), there: written(now + clockOffsetMs) };
  return notice("attention", html`<p>${t("clock.wrong.lead", told)}</p>`, t("clock.wrong"));
}
