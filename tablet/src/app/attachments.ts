/** Photos and files of the record as the screens show them: documents apart from what the camera wrote of a photo. */
import { restOf } from "../rules/entities.ts";
import type { Entry, Fold } from "../rules/fold.ts";
import type * as view from "../store/views.ts";
import type { PackageFacts } from "./facade.ts";

type Fixed = {
  blob?: string;
  mime?: string;
  size?: number;
  taken_at?: string;
  name?: string;
  original_of?: string;
};
type Files = ReadonlyMap<string, { isOnServer: boolean }>;
type Authored = (entry: Entry) => view.Authored;

export function photosIn(fold: Fold, files: Files, authored: Authored): view.PhotoView[] {
  return attachedIn(fold, "photo", files, authored);
}

/** The files that stand for themselves. */
export function documentsIn(fold: Fold, files: Files, authored: Authored): view.FileView[] {
  return attachedIn(fold, "file", files, authored).filter((one) => !isOriginal(fixedOf(fold, one.entity)));
}

/** The entities of what the camera wrote of the photo. */
export function originalsOf(fold: Fold, photo: string): string[] {
  return fold
    .entities("file")
    .filter((entity) => !fold.isHidden(entity) && fixedOf(fold, entity).original_of === photo);
}

function isOriginal(fixed: Fixed): boolean {
  return Boolean(fixed.original_of) || (fixed.mime ?? "").startsWith("image/");
}

function fixedOf(fold: Fold, entity: string): Fixed {
  const { photo, file } = fold.values(entity);
  return (photo ?? file ?? {}) as Fixed;
}

function attachedIn(fold: Fold, kind: "photo" | "file", files: Files, authored: Authored): view.FileView[] {
  const shown = fold.entities(kind).filter((entity) => !fold.isHidden(entity));
  return shown.flatMap((entity) => {
    const [head] = fold.heads(entity, kind);
    if (!head) return [];
    const { item, caption } = fold.values(entity);
    const fixed = fixedOf(fold, entity);
    const sha256 = String(fixed.blob ?? "").replace("sha256:", "");
    const file = files.get(sha256);
    return {
      id: restOf(entity),
      entity,
      sha256,
      item: typeof item === "string" && item !== "" ? item : null,
      caption: typeof caption === "string" ? caption : "",
      name: typeof fixed.name === "string" ? fixed.name : "",
      mime: fixed.mime ?? "",
      size: fixed.size ?? 0,
      takenAt: fixed.taken_at ?? null,
      author: authored(head),
      isHere: file !== undefined,
      isOnServer: file?.isOnServer ?? head.pos !== null,
    };
  });
}

/** The unit's own report as the package tells it. */
export function selfReportsIn(facts: PackageFacts): view.SelfReportView[] {
  return (facts.self_reports ?? []).map((one) => ({
    id: one.id,
    name: one.name,
    mime: one.media_type,
    size: one.size,
    sha256: one.sha256,
    documentNumber: one.document_number,
    receivedOn: one.received_on,
  }));
}
