/** What has not reached the server, and why; a file to carry it away when there is no network for days. */
import { html, nothing, type TemplateResult } from "lit";
import { Refusal, type Topic } from "../app/facade.ts";
import { t } from "../i18n/speak.ts";
import { moment, size } from "../i18n/written.ts";
import type { InspectionSummary, OutboxLine, RelayLine, WaitingFile } from "../store/views.ts";
import { clockNotice } from "../ui/clock_notice.ts";
import { problemWords, reasonWords, wordsOf } from "../ui/faults.ts";
import { AppElement, named } from "../ui/open_element.ts";
import { complaint, notice } from "../ui/parts.ts";
import { saveFile } from "../ui/saving.ts";
import { detailOf } from "../ui/sync_line.ts";
import { deed } from "./deeds.ts";

const SHOWN = 60;

class Waiting extends AppElement {
  static override properties = {
    ...AppElement.properties,
    lines: { state: true },
    files: { state: true },
    relays: { state: true },
    held: { state: true },
    said: { state: true },
  };
  protected override readonly topics: readonly Topic[] = ["sync", "inspections", "stage"];
  declare lines: OutboxLine[] | null;
  declare files: WaitingFile[];
  declare relays: RelayLine[];
  declare held: InspectionSummary[];
  declare said: string;

  constructor() {
    super();
    this.lines = null;
    this.files = [];
    this.relays = [];
    this.held = [];
    this.said = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#look();
  }

  protected override changed(): void {
    void this.#look();
    this.requestUpdate();
  }

  async #look(): Promise<void> {
    try {
      [this.lines, this.files, this.relays] = await Promise.all([
        this.app.outbox(),
        this.app.waitingFiles(),
        this.app.waitingRelays(),
      ]);
      this.held = (await this.app.inspections()).filter((one) => one.isDownloaded);
    } catch (thrown) {
      this.fault = wordsOf(thrown);
    }
  }

  protected override render(): TemplateResult {
    const { sync } = this.app;
    return html`<h1>${t("wait.title")}</h1>
      <p class="soft">${t("wait.lead")}</p>
      ${complaint(this.fault)}
      <div role="status">${this.said ? notice("good", html`<p>${this.said}</p>`) : nothing}</div>
      ${this.#need()} ${clockNotice(this.app)}
      <section class="card">
        <p>${detailOf(sync) || t("wait.none")}</p>
        <p class="soft small">${this.#attempts()}</p>
        <div class="actions">
          <button type="button" class="button button-primary" ?disabled=${this.isBusy || sync.phase === "working"} @click=${() => this.attempt(() => this.app.syncNow())}>${t("wait.now")}</button>
          ${sync.isPausedOnMetered ? html`<button type="button" class="button" ?disabled=${this.isBusy} @click=${() => this.attempt(() => this.app.syncNow({ evenOnMetered: true }))}>${t("wait.metered")}</button>` : nothing}
        </div>
      </section>
      ${this.#lists()} ${this.#carry()}`;
  }

  #need(): TemplateResult | typeof nothing {
    const { needs, problem } = this.app.sync;
    if (needs === "nothing") return nothing;
    const need = t(`need.${needs}`);
    const reason = problem ? problemWords(problem) : need;
    const told = reason === need ? nothing : html`<p class="soft small">${reason}</p>`;
    const ways = {
      sign_in: ["#/sign-in", "sync.signIn"],
      enrol_again: ["#/enrol", "start.again.go"],
      withdrawn: ["#/enrol", "start.again.go"],
    } as const;
    const [place, words] = needs in ways ? ways[needs as keyof typeof ways] : [null, null];
    const deeds = place
      ? html`<p class="actions"><a class="button" href=${place}>${t(words)}</a></p>`
      : needs === "upgrade"
        ? html`<p class="actions">${this.#upgrade()}</p>`
        : nothing;
    return notice("wrong", html`<p>${need}</p>${told}${deeds}`);
  }

  /** A new version that is here takes over; else the server is asked for it. */
  #upgrade(): TemplateResult {
    return this.app.update.isWaiting
      ? html`<button type="button" class="button" ?disabled=${this.isBusy} @click=${() => this.attempt(() => this.app.applyUpdate({ despiteOutbox: true }))}>${t("wait.upgrade")}</button>`
      : html`<button type="button" class="button" ?disabled=${this.isBusy} @click=${() => this.attempt(() => this.#lookForUpdate())}>${t("wait.upgrade.look")}</button>`;
  }

  async #lookForUpdate(): Promise<void> {
    this.said = "";
    if (!(await this.app.lookForUpdate())) this.said = t("wait.upgrade.none");
  }

  #attempts(): string {
    const { isReached, needs, nextAttemptAt, problem } = this.app.sync;
    const said =
      isReached === null ? [] : [t(problem ? (isReached ? "wait.reached" : "wait.notReached") : "wait.done")];
    // What a person has to do something about stands above, in a frame of its own.
    if (problem && isReached && needs === "nothing") said.push(problemWords(problem));
    if (nextAttemptAt !== null)
      said.push(t("wait.next", { time: moment(new Date(nextAttemptAt).toISOString()) }));
    return said.join(" ");
  }

  #lists(): TemplateResult | typeof nothing {
    if (this.lines === null) return nothing;
    if (!this.lines.length && !this.files.length && !this.relays.length)
      return html`<p class="soft">${t("wait.none.advice")}</p>`;
    return html`${this.lines.length ? this.#operations(this.lines) : nothing}
      ${this.relays.length ? html`<section class="card"><h2>${t("wait.relays")}</h2><ul class="plain-list lines">${this.relays.map(relayLine)}</ul></section>` : nothing}
      ${this.files.length ? html`<section class="card"><h2>${t("wait.files")}</h2><ul class="plain-list lines">${this.files.map(fileLine)}</ul></section>` : nothing}`;
  }

  #operations(lines: OutboxLine[]): TemplateResult {
    const rest = lines.length - SHOWN;
    return html`<section class="card"><h2>${t("wait.ops")}</h2>
      <ul class="plain-list lines">${lines.slice(0, SHOWN).map(operationLine)}</ul>
      ${rest > 0 ? html`<p class="soft">${t("wait.more", { count: rest })}</p>` : nothing}
    </section>`;
  }

  #carry(): TemplateResult {
    return html`<section class="card">
      <h2>${t("wait.carry")}</h2>
      <p class="soft">${t("wait.carry.lead")}</p>
      <label class="check"><input type="checkbox" id="with-files" checked />${t("wait.export.files")}</label>
      <div class="field"><label for="whole">${t("wait.export.what")}</label><select class="input" id="whole"><option value="">${t("wait.export.unsent")}</option>${this.held.map((one) => html`<option value=${one.id}>${t("wait.export.whole", { name: one.unitName })}</option>`)}</select></div>
      <div class="actions">
        <button type="button" class="button" ?disabled=${this.isBusy} @click=${this.#export}>${t("wait.export")}</button>
        <td-import .app=${this.app}></td-import>
      </div>
    </section>`;
  }

  #export(): void {
    const withFiles = this.querySelector<HTMLInputElement>("#with-files")?.checked ?? true;
    const inspection = this.querySelector<HTMLSelectElement>("#whole")?.value;
    void this.attempt(async () => {
      const { name, blob } = await this.app.exportUnsent({
        withFiles,
        ...(inspection ? { inspection } : {}),
      });
      saveFile(blob, name);
      this.said = t("wait.exported", { name, size: size(blob.size) });
    });
  }
}

/** Takes in a team mate's file, wherever it is offered. */
class Import extends AppElement {
  static override properties = { ...AppElement.properties, said: { state: true } };
  declare said: string;

  constructor() {
    super();
    this.said = "";
  }

  protected override render(): TemplateResult {
    return html`<label class="button ${this.isBusy ? "is-busy" : ""}">${t("wait.import")}<input class="hidden-words" type="file" @change=${this.#take} /></label>
      <span role="status">${this.said}</span>${complaint(this.fault)}`;
  }

  #take(event: Event): void {
    const field = event.target as HTMLInputElement;
    const file = field.files?.[0];
    field.value = "";
    if (!file) return;
    void this.attempt(async () => {
      const got = await this.app.importFile(file);
      this.said = t("wait.imported", {
        count: got.operations,
        files: got.files,
        name: got.personName ?? got.device,
        known: got.alreadyKnown,
      });
      if (got.damage) throw new Refusal(got.damage);
    });
  }
}

function operationLine(line: OutboxLine): TemplateResult {
  return html`<li><span><strong>${deed(line.type, line.entity)}</strong><br /><span class="soft small">${line.unitName}</span>${line.reason ? html`<br /><span class="small tone-minor">${reasonWords(line.reason)}</span>` : nothing}</span><span class="figures soft small">${moment(line.wall)}</span></li>`;
}

function relayLine(line: RelayLine): TemplateResult {
  const whose = line.personName ?? t("wait.relays.office");
  const reason = line.reason ? problemWords({ code: line.reason, title: line.said, detail: line.said }) : "";
  return html`<li><span><strong>${whose}</strong>${reason ? html`<br /><span class="small tone-minor">${reason}</span>` : nothing}</span><span class="figures soft small">${t("wait.relays.count", { count: line.operations })}</span></li>`;
}

function fileLine(file: WaitingFile): TemplateResult {
  const percent = file.size ? Math.floor((100 * file.sent) / file.size) : 0;
  return html`<li><span><strong>${t(file.mime.startsWith("image/") ? "thing.photo" : "thing.file")}, ${size(file.size)}</strong><br /><span class="soft small">${file.unitName}</span>${file.reason ? html`<br /><span class="small tone-minor">${reasonWords(file.reason)}</span>` : nothing}</span><span class="figures">${percent} %</span></li>`;
}

named("td-import", Import);
named("td-waiting", Waiting);
