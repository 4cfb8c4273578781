/** Everything that can be recorded in an open inspection, beside what is read of it. */
import { itemsOf } from "../rules/definition.ts";
import { sha256OfBytes } from "../rules/digest.ts";
import { isInRecord, kindOf } from "../rules/entities.ts";
import { foldOf } from "../rules/fold.ts";
import { answerFault, rowFault } from "../rules/values.ts";
import { lacksRoom } from "../store/files.ts";
import { newId } from "../store/ids.ts";
import type { NewBlob } from "../store/ledger.ts";
import type * as view from "../store/views.ts";
import { originalsOf } from "./attachments.ts";
import { adopting, dismissing, drafted, keeping, stating } from "./drafting.ts";
import type * as facade from "./facade.ts";
import { Refusal } from "./facade.ts";
import { type Host, VisitLog } from "./visit_log.ts";
import { VisitViews } from "./visit_views.ts";

const MOST_FILE_BYTES = 50 * 1024 * 1024;

export class OpenVisit extends VisitViews implements facade.Visit {
  /** Throws Refusal not_downloaded. */
  static async open(host: Host, id: string): Promise<OpenVisit> {
    return new OpenVisit(await VisitLog.open(host, id));
  }

  /** What lies on the flash is shown from now on. */
  refresh(): Promise<void> {
    return this.log.refresh();
  }

  async answer(item: string, changed: view.Answer): Promise<string> {
    const entity = `answer/${item}`;
    const heads = this.log.reading.heads<view.Answer>(entity, "answer");
    const base = heads.find((head) => head.isMine) ?? heads[0];
    const body = { ...base?.value, ...changed };
    this.#expectAnswer(item, body);
    await this.log.write("answer.set", entity, body);
    return entity;
  }

  /** Throws Refusal value_invalid. */
  #expectAnswer(item: string, body: view.Answer): void {
    const known = itemsOf(this.definition).find((one) => one.code === item);
    const fault = known ? answerFault(this.definition, known, body) : "item_unknown";
    if (fault) throw new Refusal("value_invalid", fault, { fault });
  }

  async setRow(
    item: string,
    columns: Record<string, unknown>,
    entity = `row/${item}/${newId()}`,
  ): Promise<string> {
    const known = itemsOf(this.definition).find((one) => one.code === item);
    const fault = known ? rowFault(this.definition, known, columns) : "item_unknown";
    if (fault) throw new Refusal("value_invalid", fault, { fault });
    await this.log.write("row.set", entity, { columns });
    return entity;
  }

  async retractRow(entity: string): Promise<void> {
    await this.log.write("row.retract", entity, {});
  }

  addPhoto(given: facade.NewFile): Promise<string> {
    return this.#attach("photo", given);
  }

  addFile(given: facade.NewFile): Promise<string> {
    return this.#attach("file", given);
  }

  async checkRoom(bytes: number): Promise<void> {
    refuseSize(bytes);
    if (await lacksRoom(bytes)) throw new Refusal("storage_full");
  }

  async #attach(kind: "photo" | "file", given: facade.NewFile): Promise<string> {
    const blob = await newBlob(given.bytes, given.mime);
    const entity = `${kind}/${newId()}`;
    const { item, caption, takenAt, name, originalOf } = given;
    const body = {
      blob: `sha256:${blob.sha256}`,
      size: blob.bytes.byteLength,
      mime: blob.mime,
      taken_at: (takenAt ?? new Date()).toISOString(),
      ...(item === undefined ? {} : { item }),
      ...(name === undefined ? {} : { name }),
      ...(originalOf === undefined ? {} : { original_of: originalOf }),
      caption: caption ?? "",
    };
    await this.log.write(`${kind}.add`, entity, body, [blob]);
    return entity;
  }

  async editAttachment(entity: string, changed: { item?: string; caption?: string }): Promise<void> {
    await this.log.write(`${kindOf(entity)}.edit`, entity, changed);
  }

  async retractAttachment(entity: string, reason: string): Promise<void> {
    const { fold, host } = this.log;
    const originals = originalsOf(fold, entity).filter((one) => this.may("file.retract", one));
    await this.log.record(
      [entity, ...originals].map((one) =>
        drafted(fold, host.person, `${kindOf(one)}.retract`, one, { reason }),
      ),
    );
  }

  async bytesOf(sha256: string): Promise<Blob | null> {
    const bytes = await this.log.host.files.bytes(sha256);
    if (bytes) return new Blob([bytes], { type: (await this.log.host.files.mime(sha256)) ?? "" });
    return this.log.host.fetchBlob(sha256, this.id);
  }

  async addNote(text: string, item?: string): Promise<void> {
    await this.log.write("note.add", `note/${newId()}`, { text, ...(item === undefined ? {} : { item }) });
  }

  async editNote(entity: string, text: string): Promise<void> {
    const { item } = (this.log.fold.values(entity).note ?? {}) as { item?: string };
    await this.log.write("note.edit", entity, { text, ...(item === undefined ? {} : { item }) });
  }

  async retractNote(entity: string, reason: string): Promise<void> {
    await this.log.write("note.retract", entity, { reason });
  }

  async setAnnouncement(changed: view.Announcement): Promise<void> {
    await this.log.write("announcement.set", "announcement", changed);
  }

  async setParticipant(
    given: Omit<view.ParticipantView, "id" | "entity">,
    entity = `participant/${newId()}`,
  ): Promise<string> {
    const { side, name, title, role, present } = given;
    await this.log.write("participant.set", entity, { side, name, title, role, present });
    return entity;
  }

  async retractParticipant(entity: string): Promise<void> {
    await this.log.write("participant.retract", entity, {});
  }

  async setFields(changed: view.InspectionFields): Promise<void> {
    await this.log.write("inspection.set", "inspection", changed);
  }

  async setFinding(changed: facade.FindingChange, entity = `finding/${newId()}`): Promise<string> {
    await this.log.write("finding.set", entity, changed);
    return entity;
  }

  async retractFinding(entity: string, reason: string): Promise<void> {
    await this.log.write("finding.retract", entity, { reason });
  }

  async setExplanation(about: string, given: { text: string; by: string }): Promise<void> {
    await this.log.write("explanation.set", `explanation/${about}`, given);
  }

  async answerRemark(entity: string, text: string): Promise<void> {
    await this.log.write("remark.answer", entity, { text });
  }

  async assign(section: string, members: string[]): Promise<void> {
    await this.log.write("assignment.set", `assignment/${section}`, { members });
  }

  async resolveKeeping(conflict: view.ConflictView, opId: string, reason: string): Promise<void> {
    await this.log.record([keeping(this.log.fold, conflict, opId, reason)]);
  }

  async resolveStating(conflict: view.ConflictView, value: unknown, reason: string): Promise<void> {
    if (conflict.kind === "answer" && conflict.item) this.#expectAnswer(conflict.item, value as view.Answer);
    await this.log.record([stating(this.log.fold, conflict, { [conflict.field]: value }, reason)]);
  }

  async adopt(opId: string, reason: string): Promise<void> {
    await this.log.record([adopting(this.log.fold, opId, reason)]);
  }

  async dismiss(opId: string, reason: string): Promise<void> {
    await this.log.record([dismissing(this.log.fold, opId, reason)]);
  }

  // ------------------------------------------------------------------ steps and signatures

  start(): Promise<void> {
    return this.#step("start");
  }

  conclude(): Promise<void> {
    return this.#step("conclude");
  }

  submit(): Promise<void> {
    return this.#step("submit");
  }

  /** What was signed is cited, so that everybody sees what is being changed. */
  async reopen(reason: string): Promise<void> {
    return this.#step("reopen", { reason, content: await this.contentHash() });
  }

  async #step(step: string, body: Record<string, unknown> = {}): Promise<void> {
    if (!this.openSteps.includes(step))
      throw new Refusal("step_not_allowed", step, { step, state: this.state });
    await this.log.record([{ type: `inspection.${step}`, entity: "inspection", body, parents: [] }]);
  }

  async sign(given: Parameters<facade.Visit["sign"]>[0]): Promise<void> {
    await this.#expectContent(given.content);
    const { role, name, title, content } = given;
    const blob = await newBlob(given.image, given.image.type || "image/png");
    const body = { role, name, title, content, blob: `sha256:${blob.sha256}` };
    await this.log.write("signature.add", `signature/${newId()}`, body, [blob]);
  }

  async refuseToSign(given: Parameters<facade.Visit["refuseToSign"]>[0]): Promise<void> {
    await this.#expectContent(given.content);
    const { name, title, content, reason, witnesses } = given;
    const body = { role: "unit", name, title, content, refusal: { reason, witnesses } };
    await this.log.write("signature.add", `signature/${newId()}`, body);
  }

  async #expectContent(shown: string, exclude: readonly string[] = []): Promise<void> {
    const stands = await this.contentWithout(exclude);
    if (stands !== shown) throw new Refusal("content_changed", "", { content: stands });
  }

  async signOff(given: { content: string; statement?: string; exclude?: string[] }): Promise<void> {
    const { content, statement = "", exclude = [] } = given;
    if (!this.openSteps.includes("signoff")) {
      throw new Refusal("step_not_allowed", "signoff", { step: "signoff", state: this.state });
    }
    await this.#expectContent(content, exclude);
    const signed = foldOf(this.log.fold.entries.values(), exclude);
    const open = signed.conflicts().filter((conflict) => isInRecord(conflict.entity)).length;
    if (open > 0) throw new Refusal("conflicts_open", "", { count: open });
    const has = (role: string) =>
      this.signatures.some(
        (one) =>
          one.role === role && one.content === content && (one.sha256 || (one.refusal && role === "unit")),
      );
    const roles = ["leader", "unit"].filter((role) => !has(role));
    if (roles.length > 0) throw new Refusal("signatures_missing", "", { roles });
    const body = { content, seen: this.#seen(exclude), exclude, statement };
    await this.log.record([{ type: "inspection.signoff", entity: "inspection", body, parents: [] }]);
  }

  /** The last operation of each tablet that was in what the signers were shown. */
  #seen(exclude: readonly string[]): Record<string, number> {
    const last: Record<string, number> = {};
    for (const entry of this.log.fold.entries.values()) {
      if (exclude.includes(entry.operation.op_id)) continue;
      last[entry.device] = Math.max(last[entry.device] ?? 0, entry.operation.seq);
    }
    return last;
  }
}

function refuseSize(size: number): void {
  if (size === 0) throw new Refusal("file_empty");
  if (size > MOST_FILE_BYTES) throw new Refusal("file_too_large", "", { size, max: MOST_FILE_BYTES });
}

export async function newBlob(given: Blob, mime: string): Promise<NewBlob> {
  refuseSize(given.size);
  const bytes = await given.arrayBuffer();
  return { sha256: await sha256OfBytes(bytes), mime: mime || given.type, bytes };
}
