/** One tablet before the small server, and team mates who bring their work as files. */
import { readFileSync } from "node:fs";
import { Session } from "../src/app/session.ts";
import type { OpenVisit } from "../src/app/visit.ts";
import { genesisOf } from "../src/rules/digest.ts";
import { Database } from "../src/store/database.ts";
import { type Device, deviceOf } from "../src/store/device.ts";
import { Files } from "../src/store/files.ts";
import { newId } from "../src/store/ids.ts";
import { Ledger } from "../src/store/ledger.ts";
import { firstWrap, Vault } from "../src/store/vault.ts";
import { compressed, exportLines } from "../src/sync/exchange_file.ts";
import { bodyOf, INSPECTION, ORIGIN, PERSON, type Push, SmallServer } from "./small_server.ts";

const CHECKLIST = readFileSync(new URL("../../tests/vectors/checklist.json", import.meta.url), "utf8");
export const PIN = "270593";
let number = 0;

export interface Bench {
  server: SmallServer;
  app: Session;
  visit: OpenVisit;
  databaseName: string;
  /** Answers one item; the note tells one answer from the next. */
  answer(note: string): Promise<string>;
  /** The app ends wherever it was, and is started and unlocked anew. */
  restarted(): Promise<void>;
  close(): void;
}

/** Enrolled, unlocked, with the inspection on it, before a server that knows the mates' tablets. */
export async function bench(mates: readonly Pick<Mate, "device">[] = []): Promise<Bench> {
  const server = new SmallServer(CHECKLIST);
  server.mates = mates.map(({ device }) => device);
  number += 1;
  const databaseName = `bench-${number}`;
  const options = { origin: ORIGIN, databaseName, fetch: server.fetch, isLoopOn: false, pinCost: 1_000 };
  const app = await Session.start(options);
  await app.enrol({ code: "q83vEjRWeJCrze8SNFZ4kA", label: "Máy số 1" });
  await app.signIn({ username: "truong.doan", password: "x" });
  await app.choosePin(PIN);
  await app.downloadComing(10_000);
  await app.download(INSPECTION);
  const own: Bench = {
    server,
    app,
    visit: await app.open(INSPECTION),
    databaseName,
    answer: (note) => own.visit.answer("A-2", { value: "phu_hop", note }),
    async restarted() {
      own.app.close();
      own.app = await Session.start(options);
      await own.app.unlock(PERSON.id, PIN);
      own.visit = await own.app.open(INSPECTION);
    },
    close: () => own.app.close(),
  };
  return own;
}

export interface Mate {
  device: Device;
  /** What the mate carries on a stick. */
  file: Blob;
}

/** A team mate whose tablet has recorded so many notes and met no server. */
export async function mate(notes = 1): Promise<Mate> {
  number += 1;
  const db = new Database(`bench-mate-${number}`);
  const vault = await Vault.open(await firstWrap(PIN, 1_000), PIN);
  const device = await deviceOf(db);
  await db.setFacts({ epoch: "e-1" });
  const ledger = new Ledger(db, vault, device.id);
  const context = { inspection: INSPECTION, checklist: "MAU@1.2.0", actor: PERSON.id };
  for (let place = 0; place < notes; place += 1) {
    const draft = { type: "note.add", entity: `note/${newId()}`, body: { text: `số ${place}` }, parents: [] };
    await ledger.record(context, [draft]);
  }
  const author = { db, ledger, device, genesis: await genesisOf(device.id, device.thumbprint) };
  const options = { label: "Máy số 2", withFiles: true, madeAt: new Date("2026-01-01T00:00:00Z") };
  const file = await compressed(exportLines(author, new Files(db, vault), options));
  db.close();
  return { device, file };
}

/** Whose batch is being pushed. */
export async function pusher(init: RequestInit): Promise<string> {
  return (await bodyOf<Push>(init)).device;
}
