/** Every sentence in Vietnamese; the English catalogue has exactly these keys. */
import { closing } from "./vi_closing.ts";
import { files } from "./vi_files.ts";
import { frame } from "./vi_frame.ts";
import { refusals } from "./vi_refusals.ts";
import { visit } from "./vi_visit.ts";

export const vi = { ...frame, ...visit, ...files, ...closing, ...refusals } as const;
