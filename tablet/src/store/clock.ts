/** Moments as operations carry them: evidence for people, never order. */

export interface ClockReading {
  /** Server's clock minus ours, in milliseconds, and when it was measured. */
  offsetMs: number;
  readAt: number;
}

/** Hybrid logical clock: wall milliseconds, or the last one with a counter where the wall stood still or went back. */
export interface Hlc {
  ms: number;
  count: number;
}

const MOST_COUNT = 0xffff;

/** Later than the last one in every case, and never wider than its text. */
export function nextHlc(last: Hlc, now: number): Hlc {
  if (now > last.ms) return { ms: now, count: 0 };
  return last.count < MOST_COUNT ? { ms: last.ms, count: last.count + 1 } : { ms: last.ms + 1, count: 0 };
}

export function hlcText({ ms, count }: Hlc): string {
  return `${ms.toString(16).padStart(12, "0")}-${count.toString(16).padStart(4, "0")}`;
}

/** The moment with the tablet's own offset from UTC, to the millisecond. */
export function wallText(at: Date): string {
  const offset = -at.getTimezoneOffset();
  const local = new Date(at.getTime() + offset * 60_000).toISOString().slice(0, -1);
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return `${local}${offset < 0 ? "-" : "+"}${two(hours)}:${two(minutes)}`;
}

/** The last measured offset in ms and the age of the measurement in s. */
export function clkText(reading: ClockReading | undefined, now: number): string {
  if (!reading) return "+0/0";
  const offset = Math.round(reading.offsetMs);
  const age = Math.max(0, Math.round((now - reading.readAt) / 1000));
  return `${offset < 0 ? "" : "+"}${offset}/${age}`;
}
