/** Values that are made again only when something that they were made from is another thing. */

/** A value beside what it was made from. */
export interface Made<T> {
  from: readonly unknown[];
  value: T;
}

/** The value as it was made, if it was made from the very same things. */
export function made<T>(
  kept: Map<string, Made<T>>,
  name: string,
  from: readonly unknown[],
  make: () => T,
): T {
  const known = kept.get(name);
  if (known?.from.every((one, place) => one === from[place])) return known.value;
  const value = make();
  kept.set(name, { from, value });
  return value;
}
