/** The words that screens put together: places in the address, pieces of evidence, deeds, counts of the minutes. */
import { describe, expect, it } from "vitest";
import { Refusal } from "../src/app/facade.ts";
import { inRecord, speak, t } from "../src/i18n/speak.ts";
import { deed, thing } from "../src/screens/deeds.ts";
import { pieceWords } from "../src/screens/evidence_words.ts";
import { countedWords } from "../src/screens/minutes.ts";
import { phrasesFor } from "../src/screens/phrases.ts";
import { pointResults } from "../src/screens/points.ts";
import type { ItemSummary } from "../src/store/views.ts";
import { wordsOf } from "../src/ui/faults.ts";
import { routeOf, toVisit } from "../src/ui/routes.ts";

const item = (code: string, conclusion: string | null, point?: string, note = "") =>
  ({
    code,
    section: "P1-A",
    conclusion,
    item: { dieu_36: point },
    answer: { note },
    author: { isMine: true },
  }) as unknown as ItemSummary;

describe("the address", () => {
  it("leads back to where it came from, whatever the names hold", () => {
    const hash = toVisit("0198-a", "checklist", "P1-A", "TC-7.1/03");
    expect(routeOf(hash)).toEqual({
      place: "visit",
      inspection: "0198-a",
      part: "checklist",
      section: "P1-A",
      item: "TC-7.1/03",
    });
    expect(toVisit("x")).toBe("#/i/x/checklist");
  });

  it("leads home from whatever is no place", () => {
    expect(routeOf("")).toEqual({ place: "work" });
    expect(routeOf("#/nowhere")).toEqual({ place: "work" });
    expect(routeOf("#/i/x/nowhere")).toMatchObject({ part: "checklist" });
  });
});

describe("a refusal", () => {
  it("is told in a sentence with its figures, or in the server's own words", () => {
    expect(wordsOf(new Refusal("pin_wrong", "", { left: 3 }))).toBe("Mã PIN chưa đúng. Còn 3 lần thử.");
    expect(wordsOf(new Refusal("value_invalid", "", { fault: "ratio_above_one" }))).toContain(
      "tử số lớn hơn mẫu số",
    );
    expect(wordsOf(new Refusal("never_seen", "Máy chủ đang bảo trì."))).toBe("Máy chủ đang bảo trì.");
    expect(wordsOf(new TypeError("x is undefined"))).toBe(t("fault.unnamed"));
  });
});

describe("words", () => {
  it("write a piece of evidence as the minutes print it", () => {
    expect(
      pieceWords("ho_so", { what: "Quyết định thành lập", number: "12/QĐ-SNV", day: "2022-02-05" }),
    ).toBe("Quyết định thành lập, số 12/QĐ-SNV ngày 05/02/2022");
    expect(pieceWords("phong_van", { who: "Bà Hoa", role: "", what: "đã tập huấn" })).toBe(
      "Bà Hoa: đã tập huấn",
    );
    expect(pieceWords("quan_sat", { what: "Có niêm yết" })).toBe("Có niêm yết");
  });

  it("name what an operation did, and fall back to its own name", () => {
    expect(deed("answer.set", "answer/PL-16")).toBe("Ghi câu trả lời PL-16");
    expect(deed("inspection.send_back", "inspection")).toBe("Trả lại");
    expect(deed("future.thing", "future/1")).toBe("future.thing");
    expect(thing("answer/PL-16")).toBe("Câu trả lời PL-16");
  });

  it("count the verdicts and say what has none", () => {
    const items = [item("1", "phu_hop"), item("2", "kph_nhe"), item("3", null)];
    expect(countedWords(items)).toBe(
      "03 nội dung: 01 phù hợp, 01 không phù hợp nhẹ, 01 chưa có kết luận hoặc chỉ ghi nhận số liệu.",
    );
  });

  it("sum up by the points of the law in their order, sections last", () => {
    const sections = [{ code: "P1-A", title_vi: "Phần một" }] as never;
    const results = pointResults(
      [item("1", "phu_hop", "2.a"), item("2", null, "1.đ"), item("3", "luu_y")],
      sections,
    );
    expect(results.map((one) => [one.code, one.others])).toEqual([
      ["1.đ", 1],
      ["2.a", 0],
      ["P1-A", 0],
    ]);
    expect(results[2]?.title).toBe("Phần một");
  });

  it("offer one's own short notes before the ready ones, each once", () => {
    const own = [
      item("1", "phu_hop", "", "Đã xem sổ."),
      item("2", "kph_nhe", "", "Khác"),
      item("3", "phu_hop", "", "Đã xem sổ."),
    ];
    expect(phrasesFor("phu_hop", "9", own)[0]).toBe("Đã xem sổ.");
    expect(phrasesFor("phu_hop", "9", own).filter((one) => one === "Đã xem sổ.")).toHaveLength(1);
    expect(phrasesFor(null, "9", own)).toEqual([]);
  });

  it("tell one from many in English, and keep the record Vietnamese", () => {
    globalThis.document = { documentElement: {} } as Document;
    speak("en");
    expect(t("item.photos", { count: 1 })).toBe("1 photo");
    expect(t("item.photos", { count: 2 })).toBe("2 photos");
    expect(inRecord("role.leader")).toBe("Trưởng đoàn");
    speak("vi");
    expect(t("item.photos", { count: 2 })).toBe("2 ảnh");
  });
});
