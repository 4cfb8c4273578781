/** What the screens read after each tap is what they would read of the whole log from its beginning. */
import { expect, test } from "vitest";
import type { PackageFacts } from "../src/app/facade.ts";
import { Reading } from "../src/app/reading.ts";
import type { Definition } from "../src/rules/definition.ts";
import { type Entry, Fold } from "../src/rules/fold.ts";
import { newId } from "../src/store/ids.ts";
import { vectors } from "./vectors.ts";

const checklist = vectors<Definition>("checklist");
const ONLOOKER = { person: "p1", device: "d1", files: new Map([["aa", { isOnServer: false }]]) };
const FACTS = {
  inspection: { profile: "day_du" },
  unit: { unit_type: "so_nganh" },
  team: [{ person_id: "p1", full_name: "Nguyễn Văn Trưởng", role: "leader" }],
  previous_findings: [{ items: ["A-2"], text: "Chưa công bố" }],
  prefill: {},
} as unknown as PackageFacts;

let seq = 0;
function tap(type: string, entity: string, body: object, parents: string[] = []): Entry {
  seq += 1;
  const operation = {
    op_id: newId(), seq, type, inspection: "i", entity, parents, checklist: "MAU@1.2.0", actor: "p1",
    hlc: "", wall: "2023-05-23T09:00:00.000+07:00", clk: "+0/0", body: JSON.stringify(body),
  }; // biome-ignore format: one member a line would hide the shape
  const outcome = { effect: "applied", code: null, pos: null, receivedAt: null, detail: null };
  return { operation, device: "d1", ...outcome };
}

function everythingOf(reading: Reading) {
  const { summaries, sections, gaps, progress, conflicts, photos, notes, remarks, participants } = reading;
  const items = summaries.map((one) => reading.item(one.code));
  return { summaries, sections, gaps, progress, conflicts, photos, notes, remarks, participants, items };
}

function taps(): Entry[] {
  const first = tap("answer.set", "answer/A-1", { value: "lan_dau" });
  const own = tap("answer.set", "answer/A-2", { value: "phu_hop" });
  const apart = tap("answer.set", "answer/A-2", { value: "kph_nhe" });
  const ended = tap("answer.resolve", "answer/A-2", { value: "kph_nhe", note: "Thiếu", reason: "Xem lại" }, [
    own.operation.op_id,
    apart.operation.op_id,
  ]);
  const photo = tap("photo.add", "photo/1", { blob: "sha256:aa", size: 1, mime: "image/jpeg", item: "A-2" });
  const moved = tap("photo.edit", "photo/1", { item: "A-1" }, [photo.operation.op_id]);
  const gone = tap("photo.retract", "photo/1", { reason: "Nhầm" }, [
    photo.operation.op_id,
    moved.operation.op_id,
  ]);
  const samples = checklist.sections.flatMap((one) => one.items).filter((one) => one.sample);
  const rows = samples.map((one) => tap("row.set", `row/${one.code}/1`, { columns: {} }));
  const note = tap("note.add", "note/1", { text: "Hỏi thêm", item: "A-1" });
  const remark = tap("remark.add", "remark/1", { entity: "answer/A-2", text: "Làm rõ" });
  const assigned = checklist.sections.map((one) =>
    tap("assignment.set", `assignment/${one.code}`, { members: ["p1"] }),
  );
  const present = tap("participant.set", "participant/1", { side: "unit", name: "Trần Văn A" });
  return [first, own, apart, ended, photo, moved, gone, ...rows, note, remark, ...assigned, present];
}

test("after each tap everything is as if it were read anew", () => {
  const fold = new Fold();
  const reading = new Reading(fold, checklist, FACTS, ONLOOKER);
  const begun = everythingOf(reading);
  const all = taps();
  for (const entry of [...all, ...all.map((one, place) => ({ ...one, pos: place + 1 }))]) {
    fold.add(entry);
    expect(everythingOf(reading)).toEqual(everythingOf(new Reading(fold, checklist, FACTS, ONLOOKER)));
  }
  expect(everythingOf(reading)).not.toEqual(begun);
});

test("a tap leaves the lines of all other items what they were", () => {
  const fold = new Fold();
  const reading = new Reading(fold, checklist, FACTS, ONLOOKER);
  fold.add(tap("answer.set", "answer/A-1", { value: "lan_dau" }));
  const before = new Map(reading.summaries.map((one) => [one.code, one]));
  fold.add(tap("answer.set", "answer/A-2", { value: "phu_hop" }));
  const changed = reading.summaries.filter((one) => before.get(one.code) !== one).map((one) => one.code);
  expect(changed).toEqual(["A-2"]);
});
