/** Finding words in Vietnamese texts, whether or not somebody typed the marks. */

/** The text in small letters; without marks, as people type in a hurry. */
export function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d").replaceAll("Đ", "d").toLowerCase();
}

/** Whether every word of the query occurs in one of the texts. */
export function matches(query: string, texts: readonly string[]): boolean {
  const where = plain(texts.join("\n"));
  return plain(query)
    .split(/\s+/)
    .filter(Boolean)
    .every((word) => where.includes(word));
}
