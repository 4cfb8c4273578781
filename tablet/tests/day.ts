/**
 * A team's day with two tablets against a real server, as told on the command line; prints what they know at the end.
 * Run by the server's tests: node tests/day.ts '{"origin": …, "inspection": …, "seats": […]}'.
 */
import { persistently, type Seat, seated, settled } from "./node_tablet.ts";

interface Told {
  origin: string;
  inspection: string;
  loseEvery: number;
  seats: { code: string; username: string; password: string }[];
}

const told = JSON.parse(process.argv[2] ?? "{}") as Told;
const { origin, inspection, loseEvery } = told;

const seats: Seat[] = [];
for (const seat of told.seats) seats.push(await seated(origin, { ...seat, inspection, loseEvery }));
const [leader, secretary] = seats as [Seat, Seat];
const [first, second] = [await leader.app.open(inspection), await secretary.app.open(inspection)];

// The secretary's tablet was enrolled after the leader's package was made; a quiet round brings its key.
for (let tries = 0; first.teamTablets.length === 0 && tries < 20; tries += 1) await leader.app.syncNow();

// A morning without network.
for (const seat of seats) seat.network.isCut = true;
await first.start();
await second.setAnnouncement({
  opened_at: "2023-05-23T08:00:00+07:00",
  place: "Phòng họp",
  statement: "Công bố",
});
await second.setParticipant({
  side: "unit",
  name: "Phạm Văn Giám Đốc",
  title: "Giám đốc",
  role: "",
  present: true,
});
const items = first.items().filter((one) => one.item.response === "conformity");
const half = Math.floor(items.length / 2);
const shared = items[half]?.code ?? "";
for (const [place, one] of items.entries()) {
  const visit = place < half ? first : second;
  const evidence = [{ kind: one.item.evidence_sources[0] ?? "ho_so", text: `Số ${place}, ngày 05/3/2022` }];
  await visit.answer(one.code, { value: "phu_hop", note: `Đã xem hồ sơ số ${place}`, evidence });
}
await first.answer(shared, { value: "kph_nhe", note: "Chưa cập nhật sổ theo dõi." });
const photo = new Uint8Array(300_000).map((_, place) => (place * 7 + (place >> 8)) % 251);
await first.addPhoto({ bytes: new Blob([photo]), mime: "image/jpeg", item: shared, caption: "Sổ theo dõi" });
await second.addNote("Hỏi lại bộ phận một cửa", shared);
const offline = { ops: leader.app.sync.waitingOps + secretary.app.sync.waitingOps };

// The file goes by hand to the leader's tablet before anybody has a network.
const { blob } = await secretary.app.exportUnsent({ withFiles: true });
const report = await leader.app.importFile(blob);
const seenOffline = first.conflicts.map((conflict) => conflict.entity);

for (const seat of seats) seat.network.isCut = false;
const exchangesBefore = secretary.network.exchanges;
await settled(secretary);
const exchangesOfTheDay = secretary.network.paths.slice(exchangesBefore);
await settled(leader);
await settled(secretary);
const [conflict] = first.conflicts;
const sides = conflict?.sides.map((side) => [side.actorName, (side.value as { value: string }).value]).sort();
if (conflict) {
  const chosen = conflict.sides.find((side) => (side.value as { value: string }).value === "kph_nhe");
  await first.resolveKeeping(conflict, chosen?.opId ?? "", "Đã đối chiếu tại chỗ.");
}
await first.setFields({ conclusion: "Duy trì hệ thống.", ended_at: "2023-05-23T11:30:00+07:00" });
await first.conclude();
await settled(leader);

// Both sides sign on the leader's glass.
leader.network.isCut = true;
const content = await first.contentHash();
const image = new Blob([new Uint8Array([137, 80, 78, 71, 1])], { type: "image/png" });
await first.sign({ role: "leader", name: "Nguyễn Văn Trưởng", title: "", content, image });
await first.sign({ role: "unit", name: "Phạm Văn Giám Đốc", title: "Giám đốc", content, image });
await first.signOff({ content, statement: "Đã đọc lại và nhất trí." });
const awaiting = [first.summary.awaitsConfirmation, first.signOffState?.state];
leader.network.isCut = false;
await settled(leader);
await first.submit();
await settled(leader);
await settled(secretary);

const bytes = await persistently(async () => {
  const found = await second.bytesOf(second.item(shared).photoViews[0]?.sha256 ?? "");
  if (!found) throw Object.assign(new Error("offline"), { code: "offline" });
  return found.size;
});

process.stdout.write(
  `${JSON.stringify({
    offline,
    report,
    seenOffline,
    shared,
    sides,
    content,
    awaiting,
    after: [first.summary.state, first.signOffState?.state],
    asked: first.items().length,
    sections: first.sections.map((section) => section.progress),
    contents: [await first.contentHash(), await second.contentHash()],
    states: [first.summary.state, second.summary.state],
    photoOnSecond: bytes,
    answersOnSecond: second.items().filter((one) => one.answer !== null).length,
    findings: second.findings.map((finding) => [finding.category, finding.items]),
    exchangesOfTheDay,
    waiting: seats.map((seat) => seat.app.sync.waitingOps + seat.app.sync.waitingFiles),
    setAside: first.setAside.length,
  })}\n`,
);
for (const seat of seats) seat.app.close();
// An answer that nobody read is watched for a minute longer, and would keep Node waiting for it.
process.exit(0);
