/** A dialog of the browser's own kind: it keeps the focus, closes with Escape and gives the focus back. */

import type { ElementPart } from "lit";
import { AsyncDirective, directive } from "lit/async-directive.js";
import type { Ref } from "lit/directives/ref.js";

class Shown extends AsyncDirective {
  #dialog: HTMLDialogElement | null = null;
  #before: Element | null = null;

  override render(): void {}

  override update(part: ElementPart): void {
    if (this.#dialog) return;
    this.#dialog = part.element as HTMLDialogElement;
    this.#before = document.activeElement;
    queueMicrotask(() => {
      if (this.#dialog?.isConnected && !this.#dialog.open) this.#dialog.showModal();
    });
  }

  override disconnected(): void {
    if (this.#before instanceof HTMLElement) this.#before.focus({ preventScroll: true });
  }
}

/** In `<dialog ${modal()}>`: it is shown for as long as the template holds it. */
export const modal = directive(Shown);

/** Closes what the reference points at, if it is there. */
export function shut(dialog: Ref<HTMLDialogElement>): void {
  dialog.value?.close();
}
