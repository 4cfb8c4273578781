/** What an operation wrote, as people read it: side by side in a conflict, in what was set aside, before a signature. */
import { html, nothing, type TemplateResult } from "lit";
import type { Visit } from "../app/facade.ts";
import { found, t } from "../i18n/speak.ts";
import { day, moment } from "../i18n/written.ts";
import { kindOf, RETRACT } from "../rules/entities.ts";
import type { Answer } from "../store/views.ts";
import { prose } from "../ui/parts.ts";
import { isVerdict, mark } from "../ui/verdicts.ts";
import "../ui/stored_picture.ts";

type Writes = Readonly<Record<string, unknown>>;

/** An answer with everything that stands behind it. */
function answerWords(answer: Answer): TemplateResult {
  const measured = answer.value !== undefined && answer.value !== null && !isVerdict(answer.value);
  return html`<p class="side-value">${mark(answer.conclusion ?? answer.value)}${measured ? html` ${valueWords(answer.value)}` : nothing}</p>
    ${answer.note ? html`<p>${prose(answer.note)}</p>` : nothing}
    ${answer.not_applicable_reason ? html`<p>${t("item.reason")}: ${prose(answer.not_applicable_reason)}</p>` : nothing}
    ${answer.evidence?.length ? html`<ul class="small">${answer.evidence.map((piece) => html`<li>${found(`evidence.${piece.kind}`) ?? piece.kind}: ${piece.text}</li>`)}</ul>` : nothing}`;
}

/** A measured value as the minutes write it. */
function valueWords(value: unknown): string {
  if (typeof value === "boolean") return t(value ? "value.co" : "value.khong");
  if (typeof value === "object" && value !== null && "numerator" in value && "denominator" in value) {
    return `${value.numerator}/${value.denominator}`;
  }
  const text = String(value);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return day(text);
  if (/^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(text)) return moment(text);
  return found(`value.${text}`) ?? text;
}

/** The members of a value, a line each. */
export function plainWords(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "object" || "numerator" in value) return valueWords(value);
  return Object.values("columns" in value ? (value.columns as object) : value)
    .filter((part) => part !== null && part !== "")
    .map((part) => (typeof part === "object" ? plainWords(part) : valueWords(part)))
    .join("\n");
}

/** The tablet by its label. */
export function tabletWords(visit: Visit, device: string): string {
  const known = visit.package.team.flatMap((mate) => mate.devices).find((one) => one.device === device);
  return known?.label || t("conflict.tablet", { device: device.slice(-6) });
}

/** Everything that the writes would put on the entity; a photo as a picture. */
export function saidWords(visit: Visit, entity: string, writes: Writes): TemplateResult {
  const { reason, [RETRACT]: isRetraction, ...members } = writes;
  const why =
    typeof reason === "string" && reason
      ? html`<p class="soft small">${t("conflict.reason")}: ${prose(reason)}</p>`
      : nothing;
  if (isRetraction) return html`<p>${t("said.retracted")}</p>${why}`;
  return html`${membersWords(visit, kindOf(entity), members)}${why}`;
}

function membersWords(visit: Visit, kind: string, members: Writes): TemplateResult {
  if (kind === "answer" && members.answer) return answerWords(members.answer as Answer);
  const file = (members[kind] ?? null) as { blob?: string; mime?: string } | null;
  if ((kind === "photo" || kind === "signature") && file?.blob) {
    const words = typeof members.caption === "string" ? members.caption : "";
    return html`<div class="said-picture"><td-picture .visit=${visit} .sha256=${file.blob.replace("sha256:", "")} .words=${words}></td-picture></div>${words ? html`<p>${prose(words)}</p>` : nothing}`;
  }
  if (kind === "file")
    return html`<p>${prose([members.item, members.caption].filter(Boolean).join("\n"))}</p>`;
  return html`<p>${prose(plainWords(members))}</p>`;
}
