/** Every sentence in English, under exactly the keys of the Vietnamese catalogue. */
import { closing } from "./en_closing.ts";
import { files } from "./en_files.ts";
import { frame } from "./en_frame.ts";
import { refusals } from "./en_refusals.ts";
import { visit } from "./en_visit.ts";

export const en = { ...frame, ...visit, ...files, ...closing, ...refusals };
