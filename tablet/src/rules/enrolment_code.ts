/** The enrolment code as hands type it; the server reads it by the same rule (`tests/vectors/enrolment_code.json`). */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 12;
const READ_AS: Record<string, string> = { O: "0", I: "1", L: "1", " ": "", "-": "" };

/** The code that was typed, or null if it is none: another length, a foreign symbol, or a slip. */
export function typedCode(text: string): string | null {
  const code = text.toUpperCase().replace(/[OIL -]/g, (symbol) => READ_AS[symbol] ?? "");
  if (code.length !== LENGTH || [...code].some((symbol) => !ALPHABET.includes(symbol))) return null;
  return sumOf(code) % ALPHABET.length === 0 ? code : null;
}

/** Luhn mod N: every second symbol from the right counts twice; two figures are added up. */
function sumOf(code: string): number {
  const values = [...code].reverse().map((symbol, place) => ALPHABET.indexOf(symbol) * (1 + (place % 2)));
  return values.reduce(
    (sum, value) => sum + Math.floor(value / ALPHABET.length) + (value % ALPHABET.length),
    0,
  );
}
