/** A file that the person keeps, as the browser saves what is downloaded. */

const FREED_MS = 60_000;

/** The browser saves the bytes under the name. */
export function saveFile(bytes: Blob, name: string): void {
  const address = URL.createObjectURL(bytes);
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  // The download reads on after the click has returned.
  setTimeout(() => URL.revokeObjectURL(address), FREED_MS);
}
