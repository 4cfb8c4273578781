/** What an operation did, in words: its verb and the thing it speaks of. */
import { found } from "../i18n/speak.ts";

/** «Ghi câu trả lời PL-16» for `answer.set` on `answer/PL-16`; the type itself where no words are known. */
export function deed(type: string, entity: string): string {
  const [kind = "", verb = ""] = type.split(".");
  if (kind === "inspection" && verb !== "set" && verb !== "resolve") return found(`step.${verb}`) ?? type;
  const [of = "", id = ""] = entity.split("/");
  const said = found(`verb.${verb}`);
  const what = found(`thing.${kind === "quarantine" ? of : kind}`);
  if (!said || !what) return type;
  const item = of === "answer" || of === "row" || of === "assignment" ? ` ${id}` : "";
  return `${said} ${what.toLocaleLowerCase()}${item}`;
}

/** What an entity is called, with its item where it has one. */
export function thing(entity: string): string {
  const [kind = "", id = ""] = entity.split("/");
  const item = kind === "answer" || kind === "row" ? ` ${id}` : "";
  return `${found(`thing.${kind}`) ?? kind}${item}`;
}
