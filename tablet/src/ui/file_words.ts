/** Files in words: what kind they are, by what they say of themselves or else by their name. */
import { t } from "../i18n/speak.ts";
import { size } from "../i18n/written.ts";

const OFFICE = "application/vnd.openxmlformats-officedocument";
const TYPES: Record<string, string> = {
  pdf: "application/pdf",
  doc: "application/msword",
  docx: `${OFFICE}.wordprocessingml.document`,
  xls: "application/vnd.ms-excel",
  xlsx: `${OFFICE}.spreadsheetml.sheet`,
  ppt: "application/vnd.ms-powerpoint",
  pptx: `${OFFICE}.presentationml.presentation`,
  odt: "application/vnd.oasis.opendocument.text",
  ods: "application/vnd.oasis.opendocument.spreadsheet",
  txt: "text/plain",
  csv: "text/csv",
  zip: "application/zip",
};
const NAMES: Record<string, string> = {
  pdf: "PDF",
  doc: "Word",
  docx: "Word",
  xls: "Excel",
  xlsx: "Excel",
  ppt: "PowerPoint",
  pptx: "PowerPoint",
  odt: "OpenDocument",
  ods: "OpenDocument",
};
const ANYTHING = "application/octet-stream";
const LONGEST_ENDING = 8;

export interface Named {
  name: string;
  mime: string;
}

/** What the file is, as the browser says, or as the ending of its name does: many tablets know no office documents. */
export function mimeOf({ name, mime }: Named): string {
  return mime && mime !== ANYTHING ? mime : (TYPES[endingOf(name)] ?? ANYTHING);
}

/** «PDF», «Word», or the ending of its name. */
export function kindOf(file: Named): string {
  const mime = mimeOf(file);
  const ending = Object.keys(TYPES).find((one) => TYPES[one] === mime) ?? endingOf(file.name);
  return NAMES[ending] ?? (ending ? ending.toUpperCase() : t("thing.file"));
}

/** «PDF · 1,2 MB» */
export function factsOf(file: Named & { size: number }): string {
  return `${kindOf(file)} · ${size(file.size)}`;
}

function endingOf(name: string): string {
  const ending = /\.([^.\s]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  return ending.length <= LONGEST_ENDING ? ending : "";
}
