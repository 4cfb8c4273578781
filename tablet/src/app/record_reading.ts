/**
 * What was recorded beside the answers, as the screens show it: each view is computed at most once until something of
 * its kind is recorded. It writes nothing and asks nobody.
 */
import { itemOf, kindOf, RETRACT, restOf } from "../rules/entities.ts";
import { ANYTHING, bodyOf, type Entry, type Fold, isEffective, writesIn } from "../rules/fold.ts";
import type * as view from "../store/views.ts";
import { documentsIn, photosIn } from "./attachments.ts";
import type { PackageFacts } from "./facade.ts";

/** Who looks: names, team and tablet decide what is "mine". */
export interface Onlooker {
  person: string;
  device: string;
  /** Files on this tablet, and whether the server has them. */
  files: ReadonlyMap<string, { isOnServer: boolean }>;
}

export class RecordReading {
  readonly fold: Fold;
  readonly facts: PackageFacts;
  protected readonly onlooker: Onlooker;
  readonly #kept = new Map<string, { version: number; value: unknown }>();
  readonly #names: ReadonlyMap<string, string>;

  constructor(fold: Fold, facts: PackageFacts, onlooker: Onlooker) {
    this.fold = fold;
    this.facts = facts;
    this.onlooker = onlooker;
    this.#names = new Map(facts.team.map((member) => [member.person_id, member.full_name]));
  }

  /** The value as it was made, until something is recorded about an entity of these kinds. */
  protected once<T>(name: string, kinds: readonly string[], compute: () => T): T {
    let version = 0;
    for (const kind of kinds) version += this.fold.versionOf(kind);
    const kept = this.#kept.get(name);
    if (kept?.version === version) return kept.value as T;
    const value = compute();
    this.#kept.set(name, { version, value });
    return value;
  }

  authored(entry: Entry): view.Authored {
    const { op_id, actor, wall } = entry.operation;
    const isAside = !isEffective(entry) || this.fold.leftOut.has(op_id);
    return {
      opId: op_id,
      actor,
      actorName: this.#names.get(actor) ?? "",
      device: entry.device,
      isMine: actor === this.onlooker.person,
      wall,
      receivedAt: entry.receivedAt,
      whereabouts: isAside ? "aside" : entry.pos === null ? "on_tablet" : "on_server",
    };
  }

  heads<T>(entity: string, field: string): view.Head<T>[] {
    return this.fold
      .heads(entity, field)
      .map((head) => ({ ...this.authored(head), value: writesIn(head.operation)[field] as T }));
  }

  get assigned(): ReadonlyMap<string, string[]> {
    return this.once("assigned", ["assignment"], () => {
      const found = this.fold.entities("assignment").map((entity) => {
        const members = this.fold.values(entity).members;
        return [restOf(entity), Array.isArray(members) ? members.map(String) : []] as const;
      });
      return new Map(found);
    });
  }

  get photos(): view.PhotoView[] {
    return this.once("photos", ["photo"], () =>
      photosIn(this.fold, this.onlooker.files, (one) => this.authored(one)),
    );
  }

  get documents(): view.FileView[] {
    return this.once("documents", ["file"], () =>
      documentsIn(this.fold, this.onlooker.files, (one) => this.authored(one)),
    );
  }

  get notes(): view.NoteView[] {
    return this.once("notes", ["note"], () =>
      this.fold
        .entities("note")
        .filter((entity) => !this.fold.isHidden(entity))
        .flatMap((entity) => {
          const [head] = this.fold.heads(entity, "note");
          if (!head) return [];
          const { text, item } = writesIn(head.operation).note as { text?: string; item?: string };
          return {
            id: restOf(entity),
            entity,
            text: text ?? "",
            item: item ?? null,
            author: this.authored(head),
          };
        }),
    );
  }

  get remarks(): view.RemarkView[] {
    return this.once("remarks", ["remark"], () =>
      this.fold.entities("remark").map((entity) => {
        const { remark, state } = this.fold.values(entity);
        const told = (remark ?? {}) as { entity?: string; text?: string; due_on?: string };
        const answers = this.fold
          .history(entity)
          .filter((entry) => entry.operation.type === "remark.answer" && isEffective(entry))
          .map((entry) => ({
            text: String(bodyOf(entry.operation).text ?? ""),
            author: this.authored(entry),
          }));
        return {
          id: restOf(entity),
          entity,
          about: told.entity ?? "",
          text: told.text ?? "",
          dueOn: told.due_on ?? null,
          state: (state as view.RemarkView["state"] | undefined) ?? "open",
          answers,
        };
      }),
    );
  }

  remarksOn(code: string): view.RemarkView[] {
    return this.remarks.filter(
      (remark) => remark.about === `answer/${code}` || remark.about.startsWith(`row/${code}/`),
    );
  }

  get participants(): view.ParticipantView[] {
    return this.once("participants", ["participant"], () =>
      this.fold
        .entities("participant")
        .filter((entity) => !this.fold.isHidden(entity))
        .map((entity) => {
          const told = this.fold.values(entity) as Partial<view.ParticipantView>;
          return {
            id: restOf(entity),
            entity,
            side: told.side ?? "other",
            name: told.name ?? "",
            title: told.title ?? "",
            role: told.role ?? "",
            present: told.present ?? true,
          };
        }),
    );
  }

  get explanations(): Record<string, { text: string; by: string }> {
    const found = this.fold.entities("explanation").map((entity) => {
      const { text, by } = this.fold.values(entity);
      return [restOf(entity), { text: String(text ?? ""), by: String(by ?? "") }] as const;
    });
    return Object.fromEntries(found);
  }

  get conflicts(): Omit<view.ConflictView, "mayResolve">[] {
    return this.once("conflicts", [ANYTHING], () =>
      this.fold.conflicts().map(({ entity, field, heads }) => ({
        entity,
        field,
        kind: kindOf(entity),
        item: itemOf(entity),
        sides: heads.flatMap((id) => {
          const entry = this.fold.entries.get(id);
          if (!entry) return [];
          const writes = writesIn(entry.operation);
          const value = field === RETRACT ? (RETRACT in writes ? null : writes) : writes[field];
          return { ...this.authored(entry), value };
        }),
      })),
    );
  }
}
