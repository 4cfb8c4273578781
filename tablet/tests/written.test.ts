/** Days, times and figures as Vietnamese papers write them, in the zone of the office wherever the tablet is. */
import { describe, expect, it } from "vitest";
import {
  day,
  fieldMoment,
  fromField,
  longDay,
  longTime,
  percentage,
  searchable,
  size,
  time,
} from "../src/i18n/written.ts";

describe("what is written", () => {
  it("puts a zero before days and the first two months alone", () => {
    expect(day("2024-02-05")).toBe("05/02/2024");
    expect(day("2024-03-05")).toBe("05/3/2024");
    expect(longDay("2023-11-24")).toBe("ngày 24 tháng 11 năm 2023");
  });

  it("shows a moment in Asia/Ho_Chi_Minh", () => {
    expect(time("2026-08-22T17:32:00Z")).toBe("00:32");
    expect(day("2026-08-22T17:32:00Z")).toBe("23/8/2026");
    expect(longTime("2026-08-22T01:05:00Z")).toBe("8 giờ 05 phút");
  });

  it("reads a field back as it was shown", () => {
    const typed = fieldMoment("2026-08-22T01:05:00Z");
    expect(typed).toBe("2026-08-22T08:05");
    expect(Date.parse(fromField(typed))).toBe(Date.parse("2026-08-22T01:05:00Z"));
    expect(fromField("2026-08-22")).toBe("");
  });

  it("rounds half a tenth up and never divides by nothing", () => {
    expect(percentage(134, 163)).toBe("82,2 %");
    expect(percentage(1, 8)).toBe("12,5 %");
    expect(percentage(0, 0)).toBeNull();
  });

  it("says nothing for what is no moment", () => {
    expect([day(null), day("soon"), time(undefined)]).toEqual(["", "", ""]);
  });

  it("finds words without their marks", () => {
    expect(searchable("Kiểm tra ĐỊA điểm")).toBe("kiem tra dia diem");
    expect(size(4.5 * 1024 * 1024)).toBe("4,5 MB");
  });
});
