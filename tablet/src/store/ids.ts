/** Names that tablets give by themselves. */

/** A UUIDv7 in lower case: the moment, then chance. Source: RFC 9562 §5.7. */
export function newId(now = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let rest = now;
  for (let place = 5; place >= 0; place -= 1) {
    bytes[place] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return inGroups(bytes);
}

/** The UUIDv5 of the name within the namespace. Source: RFC 9562 §5.5. */
export async function namedId(namespace: string, name: string): Promise<string> {
  const space = Uint8Array.from(namespace.replaceAll("-", "").match(/../g) ?? [], (pair) =>
    Number.parseInt(pair, 16),
  );
  const text = new TextEncoder().encode(name);
  const joined = new Uint8Array(space.length + text.length);
  joined.set(space);
  joined.set(text, space.length);
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-1", joined)).slice(0, 16);
  bytes[6] = 0x50 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return inGroups(bytes);
}

function inGroups(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
