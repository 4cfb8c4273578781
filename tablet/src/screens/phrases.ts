/** Sentences that inspectors write again and again, by verdict; they go into the record, so they are Vietnamese. */
import type { ItemSummary } from "../store/views.ts";

const READY: Record<string, readonly string[]> = {
  phu_hop: ["Có đủ hồ sơ, thực hiện đúng quy định.", "Đã đối chiếu hồ sơ lưu, thực hiện đúng quy trình."],
  luu_y: ["Đã thực hiện nhưng hồ sơ lưu chưa đầy đủ.", "Cần theo dõi, cập nhật thường xuyên hơn."],
  kph_nhe: [
    "Chưa có hồ sơ chứng minh việc thực hiện.",
    "Văn bản chưa được cập nhật theo quy định hiện hành.",
    "Thực hiện chưa đúng thời hạn quy định.",
  ],
  kph_nang: ["Chưa thực hiện nội dung này.", "Không có quy trình và hồ sơ liên quan."],
  khong_ap_dung: ["Cơ quan không có hoạt động này trong thời kỳ kiểm tra."],
};
const OWN_MOST = 3;
const OWN_LONGEST = 90;

/** The ready sentences for the conclusion, after the short notes that the team wrote elsewhere with the same one. */
export function phrasesFor(
  conclusion: string | null,
  item: string,
  others: readonly ItemSummary[],
): string[] {
  const own = others
    .filter((one) => one.code !== item && one.conclusion === conclusion && one.author?.isMine)
    .map((one) => (typeof one.answer?.note === "string" ? one.answer.note.trim() : ""))
    .filter((note) => note && note.length <= OWN_LONGEST && !note.includes("\n"));
  return [...new Set([...own.slice(-OWN_MOST), ...(READY[conclusion ?? ""] ?? [])])];
}
