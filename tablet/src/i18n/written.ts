/** Days, times, numbers and sizes as people here write them; times are those of Asia/Ho_Chi_Minh everywhere. */
import { language } from "./speak.ts";

const ZONE = "Asia/Ho_Chi_Minh";
const KIB = 1024;

type Parts = Record<"day" | "month" | "year" | "hour" | "minute", string>;

function partsOf(moment: Date): Parts {
  const made = new Intl.DateTimeFormat("en-GB", {
    timeZone: ZONE,
    day: "2-digit",
    month: "2-digit",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(moment);
  return Object.fromEntries(made.map((part) => [part.type, part.value])) as Parts;
}

function isWhole(iso: string | null | undefined): iso is string {
  return Boolean(iso) && !Number.isNaN(Date.parse(iso as string));
}

/** 05/3/2024: days and the first two months take a zero, as official papers have it. */
export function day(iso: string | null | undefined): string {
  if (!isWhole(iso)) return "";
  const [year, month, date] = iso.length === 10 ? iso.split("-") : dayParts(iso);
  return `${date}/${Number(month) < 3 ? month : Number(month)}/${year}`;
}

function dayParts(iso: string): string[] {
  const parts = partsOf(new Date(iso));
  return [parts.year, parts.month, parts.day];
}

/** ngày 05 tháng 3 năm 2024, for the minutes. */
export function longDay(iso: string | null | undefined): string {
  if (!isWhole(iso)) return "ngày …… tháng …… năm ……";
  const [year, month, date] = iso.length === 10 ? iso.split("-") : dayParts(iso);
  return `ngày ${date} tháng ${Number(month) < 3 ? month : Number(month)} năm ${year}`;
}

/** 14:32 */
export function time(iso: string | null | undefined): string {
  if (!isWhole(iso)) return "";
  const parts = partsOf(new Date(iso));
  return `${parts.hour}:${parts.minute}`;
}

/** 8 giờ 05 phút, for the minutes. */
export function longTime(iso: string | null | undefined): string {
  if (!isWhole(iso)) return "…… giờ …… phút";
  const parts = partsOf(new Date(iso));
  return `${Number(parts.hour)} giờ ${parts.minute} phút`;
}

/** 14:32 where it is of today, 14:32 05/3/2024 where it is not. */
export function moment(iso: string | null | undefined, now: Date = new Date()): string {
  if (!isWhole(iso)) return "";
  return day(iso) === day(now.toISOString()) ? time(iso) : `${time(iso)} ${day(iso)}`;
}

/** 14:32 05/3/2024, whatever day it is today: for what stands in two people's records. */
export function dayAndTime(iso: string | null | undefined): string {
  return isWhole(iso) ? `${time(iso)} ${day(iso)}` : "";
}

/** The moment as a `datetime-local` field shows it, in the zone of the office. */
export function fieldMoment(iso: string | null | undefined): string {
  if (!isWhole(iso)) return "";
  const parts = partsOf(new Date(iso));
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

/** What was typed in a `datetime-local` field, as RFC 3339; empty if it is none. */
export function fromField(typed: string): string {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(typed) ? `${typed}:00+07:00` : "";
}

/** 1.234,5 */
export function number(value: number, digits = 1): string {
  const region = language() === "vi" ? "vi-VN" : "en-GB";
  return new Intl.NumberFormat(region, { maximumFractionDigits: digits }).format(value);
}

/** 82,2 %; null where nothing was counted. Half a tenth is rounded up. */
export function percentage(numerator: number, denominator: number): string | null {
  if (!denominator) return null;
  return `${number(Math.floor((2000 * numerator + denominator) / (2 * denominator)) / 10)} %`;
}

/** 820 kB, 4,5 MB or 10 GB, in steps of 1024. */
export function size(bytes: number): string {
  if (bytes < KIB * KIB) return `${number(Math.ceil(bytes / KIB), 0)} kB`;
  if (bytes < KIB ** 3) return `${number(bytes / KIB ** 2)} MB`;
  return `${number(bytes / KIB ** 3)} GB`;
}

/** Today in the zone of the office, YYYY-MM-DD. */
export function today(): string {
  const parts = partsOf(new Date());
  return `${parts.year}-${parts.month}-${parts.day}`;
}

/** How many days lie between today and the day; negative where it has passed. */
export function daysUntil(iso: string): number {
  return Math.round((Date.parse(iso.slice(0, 10)) - Date.parse(today())) / 86_400_000);
}

/** The text without marks and case, so that «kiem tra» finds «Kiểm tra». */
export function searchable(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/g, "d").replace(/Đ/g, "D").toLowerCase();
}
