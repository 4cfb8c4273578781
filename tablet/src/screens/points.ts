/** The points of Điều 36 under which results are summed up; short titles, always Vietnamese, as the minutes are. */
import type { Section } from "../rules/definition.ts";
import type { ItemSummary } from "../store/views.ts";
import { VERDICTS, type Verdict } from "../ui/verdicts.ts";

/** Source: Thông tư 26/2014/TT-BKHCN Điều 36 khoản 1 (a–g), khoản 2 (a–e). */
export const TITLES: Record<string, string> = {
  "1.a": "Phạm vi áp dụng",
  "1.b": "Phổ biến, hướng dẫn áp dụng",
  "1.c": "Tuân thủ tiêu chuẩn, quy trình, pháp luật",
  "1.d": "Thực hiện các quá trình",
  "1.đ": "Xem xét, đánh giá nội bộ, khắc phục",
  "1.e": "Xử lý khiếu nại",
  "1.g": "Cải tiến",
  "2.a": "Sự tham gia của lãnh đạo và các đơn vị",
  "2.b": "Xác nhận hiệu lực",
  "2.c": "Công bố, thông báo, niêm yết",
  "2.d": "Cập nhật văn bản quy phạm pháp luật",
  "2.đ": "Công bố lại",
  "2.e": "Chọn tổ chức, chuyên gia tư vấn",
};

export interface PointResult {
  code: string;
  title: string;
  counts: Record<Verdict, number>;
  /** Asked, and without a conclusion so far or by nature. */
  others: number;
  items: ItemSummary[];
}

/** How the items that are asked came out, point by point in the order of the law, sections after them. */
export function pointResults(items: readonly ItemSummary[], sections: readonly Section[]): PointResult[] {
  const byCode = new Map<string, ItemSummary[]>();
  for (const one of items) {
    const code = one.item.dieu_36 ?? one.section;
    byCode.set(code, [...(byCode.get(code) ?? []), one]);
  }
  const order = [...Object.keys(TITLES), ...sections.map((section) => section.code)];
  const titleOf = (code: string) =>
    TITLES[code] ?? sections.find((one) => one.code === code)?.title_vi ?? code;
  return order
    .filter((code) => byCode.has(code))
    .map((code) => resultOf(code, titleOf(code), byCode.get(code) ?? []));
}

function resultOf(code: string, title: string, items: ItemSummary[]): PointResult {
  const count = (verdict: Verdict) => items.filter((one) => one.conclusion === verdict).length;
  const counts = Object.fromEntries(
    VERDICTS.map((verdict) => [verdict, count(verdict)]),
  ) as PointResult["counts"];
  const judged = VERDICTS.reduce((sum, verdict) => sum + counts[verdict], 0);
  return { code, title, counts, others: items.length - judged, items };
}
