/** Họp mở đầu: the announcement of the decision, who is there from both sides, and what was found last time. */
import { html, nothing, type TemplateResult } from "lit";
import { inRecord, t } from "../i18n/speak.ts";
import { moment } from "../i18n/written.ts";
import type { ParticipantView } from "../store/views.ts";
import { modal } from "../ui/dialogs.ts";
import { named, VisitElement } from "../ui/open_element.ts";
import { chip, complaint, notice } from "../ui/parts.ts";
import { previousFinding } from "./item_sheet.ts";
import "../ui/moment_field.ts";
import "../ui/words_field.ts";
import "./self_report.ts";
import { mayRecord } from "./recording.ts";

const SIDES = ["team", "unit", "other"] as const;
type Side = (typeof SIDES)[number];
type Person = Omit<ParticipantView, "id" | "entity">;

class Opening extends VisitElement {
  static override properties = { ...VisitElement.properties, editing: { state: true } };
  declare editing: { person: Person; entity?: string } | null;

  constructor() {
    super();
    this.editing = null;
  }

  protected override render(): TemplateResult {
    const isOff = !mayRecord(this.visit, "announcement.set");
    const { previous_findings: earlier } = this.visit.package;
    return html`<h1>${t("opening.title")}</h1>
      ${complaint(this.fault)} ${this.#start()} ${this.#announcement(isOff)}
      <section class="card"><h2>${t("opening.people")}</h2>${SIDES.map((side) => this.#side(side))}</section>
      <section class="card"><h2>${t("report.title")}</h2><td-self-report .visit=${this.visit}></td-self-report></section>
      ${earlier.length ? html`<section class="card"><h2>${t("opening.earlier")}</h2>${earlier.map(previousFinding)}</section>` : nothing}
      ${this.editing ? this.#dialog(this.editing) : nothing}`;
  }

  #start(): TemplateResult | typeof nothing {
    const { started_at: started } = this.visit.fields;
    if (this.visit.openSteps.includes("start")) {
      return notice(
        "info",
        html`<button type="button" class="button button-primary button-large" ?disabled=${this.isBusy} @click=${this.#begin}>${t("opening.start")}</button>`,
      );
    }
    return started ? notice("good", html`<p>${t("opening.started")}, ${moment(started)}</p>`) : nothing;
  }

  #begin(): void {
    void this.attempt(async () => {
      await this.visit.start();
      if (!this.visit.fields.started_at && mayRecord(this.visit, "inspection.set")) {
        await this.visit.setFields({ started_at: new Date().toISOString() });
      }
    });
  }

  #announcement(isOff: boolean): TemplateResult {
    const { announcement: said } = this.visit;
    const number = this.visit.package.inspection.decision_number ?? "……";
    const place = (text: string) =>
      this.visit
        .setAnnouncement({ place: text })
        .then(() =>
          mayRecord(this.visit, "inspection.set") ? this.visit.setFields({ place: text }) : undefined,
        );
    const standard = inRecord("opening.statement.default", { number });
    return html`<section class="card"><h2>${t("opening.announce")}</h2>
      <div class="row">
        <td-moment .label=${t("opening.opened")} .value=${said.opened_at ?? ""} .isOff=${isOff} .save=${(at: string) => this.visit.setAnnouncement({ opened_at: at })}></td-moment>
        <td-moment .label=${t("opening.closed")} .value=${said.closed_at ?? ""} .isOff=${isOff} .save=${(at: string) => this.visit.setAnnouncement({ closed_at: at })}></td-moment>
      </div>
      <td-words .label=${t("opening.place")} isLine .value=${said.place ?? ""} .isOff=${isOff} .save=${place}></td-words>
      <td-words id="statement" .label=${t("opening.statement")} .value=${said.statement ?? ""} .isOff=${isOff} .save=${(text: string) => this.visit.setAnnouncement({ statement: text })}></td-words>
      ${isOff || said.statement ? nothing : html`<button type="button" class="phrase" lang="vi" @click=${() => this.attempt(() => this.visit.setAnnouncement({ statement: standard }))}>${standard}</button>`}
    </section>`;
  }

  #side(side: Side): TemplateResult {
    const people = this.visit.participants.filter((one) => one.side === side);
    const mayWrite = mayRecord(this.visit, "participant.set");
    const blank: Person = { side, name: "", title: "", role: "", present: true };
    return html`<h3>${t(`opening.side.${side}`)}</h3>
      ${people.length ? html`<ul class="plain-list lines">${people.map((one) => this.#person(one, mayWrite))}</ul>` : html`<p class="soft">${t("opening.noPeople")}</p>`}
      ${
        mayWrite
          ? html`<div class="actions field">${side === "team" && !people.length ? html`<button type="button" class="button" ?disabled=${this.isBusy} @click=${this.#takeTeam}>${t("opening.takeTeam")}</button>` : nothing}
        <button type="button" class="button" aria-label="${t("opening.addPerson")}: ${t(`opening.side.${side}`)}" @click=${() => (this.editing = { person: blank })}>+ ${t("opening.addPerson")}</button></div>`
          : nothing
      }`;
  }

  #person(one: ParticipantView, mayWrite: boolean): TemplateResult {
    return html`<li><span><strong>${one.name}</strong>${one.present ? nothing : html` ${chip(t("opening.absent"))}`}<br /><span class="soft small">${[one.title, one.role].filter(Boolean).join(" · ")}</span></span>
      ${mayWrite ? html`<button type="button" class="button button-quiet" aria-label="${t("app.edit")}: ${one.name}" @click=${() => (this.editing = { person: one, entity: one.entity })}>${t("app.edit")}</button>` : nothing}</li>`;
  }

  #takeTeam(): void {
    void this.attempt(async () => {
      for (const mate of this.visit.summary.team) {
        const role = inRecord(`role.${mate.role}`);
        await this.visit.setParticipant({
          side: "team",
          name: mate.full_name,
          title: mate.title,
          role,
          present: true,
        });
      }
    });
  }

  #dialog({ person, entity }: { person: Person; entity?: string }): TemplateResult {
    const close = () => (this.editing = null);
    const field = (name: "name" | "title" | "role", words: string, isRequired: boolean) =>
      html`<div class="field"><label for="p-${name}">${words}</label><input class="input" id="p-${name}" name=${name} maxlength="300" .value=${person[name]} ?required=${isRequired} autocomplete="off" /></div>`;
    return html`<dialog class="box" ${modal()} aria-label=${t("opening.people")} @close=${close}>
      <div class="sheet-head"><h2>${t(`opening.side.${person.side}`)}</h2><button type="button" class="button button-quiet" @click=${close}>${t("app.cancel")}</button></div>
      <form class="sheet-body" @submit=${this.#savePerson}>
        ${field("name", t("opening.name"), true)} ${field("title", t("opening.personTitle"), false)} ${field("role", t("opening.personRole"), false)}
        <label class="check"><input type="checkbox" name="present" .checked=${person.present} />${t("opening.present")}</label>
        ${complaint(this.fault)}
        <div class="actions"><button class="button button-primary" ?disabled=${this.isBusy}>${t("app.save")}</button>
        ${entity ? html`<button type="button" class="button button-quiet" @click=${() => this.#remove(entity)}>${t("app.remove")}</button>` : nothing}</div>
      </form></dialog>`;
  }

  #savePerson(event: SubmitEvent): void {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    const read = (name: string) => String(given.get(name) ?? "").trim();
    const now = this.editing;
    if (!now) return;
    const person: Person = {
      side: now.person.side,
      name: read("name"),
      title: read("title"),
      role: read("role"),
      present: given.has("present"),
    };
    void this.attempt(() => this.visit.setParticipant(person, now.entity)).then((done) =>
      this.#closeIf(done),
    );
  }

  #remove(entity: string): void {
    void this.attempt(() => this.visit.retractParticipant(entity)).then((done) => this.#closeIf(done));
  }

  #closeIf(done: boolean): void {
    if (done) this.editing = null;
  }
}

named("td-opening", Opening);
