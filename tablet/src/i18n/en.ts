/** Every sentence in English, under exactly the keys of the Vietnamese catalogue. */
import { frame } from "./en_frame.ts";
import { visit } from "./en_visit.ts";

export const en = { ...frame, ...visit };
