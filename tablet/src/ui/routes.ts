/** Where the person is, as the part of the address behind #: reloading or going back leads to the same screen. */

export type Route =
  | { place: "work" | "settings" | "waiting" | "sign-in" | "enrol" }
  | { place: "visit"; inspection: string; part: Part; section: string; item: string };

export const PARTS = ["checklist", "opening", "sharing", "conflicts", "remarks", "notes", "closing"] as const;
export type Part = (typeof PARTS)[number];

const PLACES = ["settings", "waiting", "sign-in", "enrol"] as const;

/** The route that the text after # names; `work` for whatever names none. */
export function routeOf(hash: string): Route {
  const [first = "", inspection = "", part = "", section = "", item = ""] = hash
    .replace(/^#\/?/, "")
    .split("/")
    .map(decodeURIComponent);
  const place = PLACES.find((known) => known === first);
  if (place) return { place };
  if (first !== "i" || !inspection) return { place: "work" };
  const known = PARTS.find((one) => one === part) ?? "checklist";
  return { place: "visit", inspection, part: known, section, item };
}

/** The address of a part of the inspection. */
export function toVisit(inspection: string, part: Part = "checklist", section = "", item = ""): string {
  const steps = [inspection, part, section, item].map(encodeURIComponent);
  while (steps.at(-1) === "") steps.pop();
  return `#/i/${steps.join("/")}`;
}

/** From now on the person is there; `instead` of the present place, so that going back skips it. */
export function go(hash: string, instead = false): void {
  if (!instead) location.hash = hash;
  else {
    history.replaceState(null, "", hash);
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  }
}
