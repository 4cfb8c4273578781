/** The sentences of the draft minutes, always Vietnamese: what the record says, nothing made up for what it lacks. */
import type { PackageFacts } from "../app/facade.ts";
import { inRecord } from "../i18n/speak.ts";
import { day } from "../i18n/written.ts";
import type { ItemSummary } from "../store/views.ts";
import { VERDICTS, type Verdict } from "../ui/verdicts.ts";

const COUNTED: Record<Verdict, string> = {
  phu_hop: "phù hợp",
  luu_y: "có điểm lưu ý",
  kph_nhe: "không phù hợp nhẹ",
  kph_nang: "không phù hợp nặng",
  khong_ap_dung: "không áp dụng",
};
const FORMS = { on_site: "tại trụ sở", desk: "qua hồ sơ, báo cáo" } as const;

/** 07, 12: a number as the text of a document writes it. */
export function counted(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

/** «100 nội dung: 90 phù hợp, 02 không phù hợp nhẹ», whichever items are given. */
export function countedWords(items: readonly ItemSummary[]): string {
  const parts = VERDICTS.map((verdict) => ({
    verdict,
    count: items.filter((one) => one.conclusion === verdict).length,
  }))
    .filter(({ count }) => count)
    .map(({ verdict, count }) => `${counted(count)} ${COUNTED[verdict]}`);
  const judged = items.filter((one) => one.conclusion !== null).length;
  if (judged < items.length)
    parts.push(`${counted(items.length - judged)} chưa có kết luận hoặc chỉ ghi nhận số liệu`);
  return `${counted(items.length)} nội dung: ${parts.join(", ")}.`;
}

/** The verdict as a table of the minutes writes it. */
export function verdictWords(conclusion: string | null): string {
  const verdict = VERDICTS.find((known) => known === conclusion);
  return verdict ? inRecord(`verdict.${verdict}.whole`) : "Ghi nhận";
}

/** How and what was inspected, in one sentence each. */
export function scopeWords(facts: PackageFacts, items: number): string[] {
  const { form, standard, period_from: from, period_to: to } = facts.inspection;
  const period = from && to ? ` Thời kỳ kiểm tra: từ ngày ${day(from)} đến ngày ${day(to)}.` : "";
  return [
    `1. Hình thức: ${FORMS[form]}.${standard ? ` Tiêu chuẩn áp dụng: ${standard}.` : ""}${period}`,
    `2. Nội dung: theo Điều 36 Thông tư số 26/2014/TT-BKHCN, được cụ thể hóa bằng danh mục kiểm tra ${facts.checklist.ref}, gồm ${counted(items)} nội dung.`,
    "3. Căn cứ đánh giá: hồ sơ thực tế, phỏng vấn lãnh đạo, cán bộ, công chức và quan sát hoạt động thực tế, theo điểm b khoản 2 Điều 37 Thông tư số 26/2014/TT-BKHCN.",
  ];
}
