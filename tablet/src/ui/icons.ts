/** The few pictures beside words; none stands without one. */
import { html, svg, type TemplateResult } from "lit";

const PATHS = {
  back: svg`<path d="M15 5l-7 7 7 7"/>`,
  next: svg`<path d="M9 5l7 7-7 7"/>`,
  close: svg`<path d="M6 6l12 12M18 6L6 18"/>`,
  camera: svg`<path d="M4 8h3l2-3h6l2 3h3v11H4z"/><circle cx="12" cy="13" r="3.5"/>`,
  file: svg`<path d="M6 3h8l4 4v14H6z"/><path d="M14 3v4h4"/><path d="M9 12h6M9 16h6"/>`,
  note: svg`<path d="M5 19l1-4L16 5l3 3L9 18z"/>`,
  earlier: svg`<path d="M5 12a7 7 0 1 0 2-5L5 9"/><path d="M5 4v5h5"/><path d="M12 8v4l3 2"/>`,
  search: svg`<circle cx="11" cy="11" r="6"/><path d="M16 16l4 4"/>`,
  gear: svg`<circle cx="12" cy="12" r="3"/><path d="M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.1 2.1M16.3 16.3l2.1 2.1M18.4 5.6l-2.1 2.1M7.7 16.3l-2.1 2.1"/>`,
  lock: svg`<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>`,
  remark: svg`<path d="M4 5h16v11H10l-4 4v-4H4z"/>`,
  table: svg`<path d="M4 5h16v14H4zM4 10h16M4 15h16M10 5v14"/>`,
} as const;

export type Icon = keyof typeof PATHS;

/** The picture, silent for screen readers. */
export function icon(name: Icon): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${PATHS[name]}</svg>`;
}
