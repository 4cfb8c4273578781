/**
 * What may not cost a tablet its work, against a real server: a stolen mate's batch in its hands, and a server put back
 * from a backup while the tablet has nothing to send. Run by the server's tests, which do what is asked on stdout.
 */
import { createInterface } from "node:readline";
import { type Seat, seated, settled } from "./node_tablet.ts";

interface Told {
  origin: string;
  inspection: string;
  seats: { code: string; username: string; password: string }[];
}

const told = JSON.parse(process.argv[2] ?? "{}") as Told;
const { origin, inspection } = told;
const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** The office does something, and says when it is done. */
async function ask(deed: string, of = ""): Promise<void> {
  process.stdout.write(`${JSON.stringify({ deed, of })}\n`);
  await answers.next();
}

const seats: Seat[] = [];
for (const seat of told.seats) seats.push(await seated(origin, { ...seat, inspection }));
const [leader, secretary] = seats as [Seat, Seat];
const [first, second] = [await leader.app.open(inspection), await secretary.app.open(inspection)];
for (let tries = 0; first.teamTablets.length === 0 && tries < 20; tries += 1) await leader.app.syncNow();
await settled(leader);
await ask("backup");

const [one, two] = first.items().filter((item) => item.item.response === "conformity");
for (const seat of seats) seat.network.isCut = true;
await second.answer(two?.code ?? "", { value: "phu_hop", note: "Thư ký đã xem." });
const { blob } = await secretary.app.exportUnsent({ withFiles: true });
await leader.app.importFile(blob);
await first.answer(one?.code ?? "", { value: "phu_hop", note: "Trưởng đoàn đã xem." });
const photo = new Uint8Array(200_000).map((_, place) => (place * 7 + (place >> 8)) % 251);
await first.addPhoto({ bytes: new Blob([photo]), mime: "image/jpeg", item: one?.code ?? "" });
await ask("stolen", first.teamTablets[0]?.device);

leader.network.isCut = false;
await leader.app.syncNow();
const carried = {
  stage: leader.app.stage,
  waiting: [leader.app.sync.waitingOps, leader.app.sync.waitingFiles, leader.app.sync.waitingRelays],
  reasons: (await leader.app.waitingRelays()).map((line) => line.reason),
  needs: leader.app.sync.needs,
};

await ask("restore");
await leader.app.syncNow();
await settled(leader);
const after = {
  stage: leader.app.stage,
  waiting: [leader.app.sync.waitingOps, leader.app.sync.waitingFiles, leader.app.sync.waitingRelays],
  whereabouts: [one, two].map((item) => first.item(item?.code ?? "").heads.map((head) => head.whereabouts)),
};
process.stdout.write(`${JSON.stringify({ carried, after })}\n`);
for (const seat of seats) seat.app.close();
process.exit(0);
