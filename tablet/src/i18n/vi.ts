/** Every sentence in Vietnamese; the English catalogue has exactly these keys. */
import { frame } from "./vi_frame.ts";
import { visit } from "./vi_visit.ts";

export const vi = { ...frame, ...visit } as const;
