/** `2026-11-23T08:00:00Z`, with milliseconds only where there are any. */
export const utcTime = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

/** Each unit with its length and the lowest count that uses it: 22 months are not one year. */
const UNITS = [
  ['year', 365.25 * 86_400_000, 2],
  ['month', 30.44 * 86_400_000, 1],
  ['day', 86_400_000, 1],
  ['hour', 3_600_000, 1],
  ['minute', 60_000, 1],
] as const;

/** `2026-11-23 08:00 UTC`: the minute, for sentences. */
export const utcMinute = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** How long ago, in one unit: `3 months ago`. A time in the future (clocks differ) counts as just now. */
export function ago(ms: number, now: number): string {
  for (const [unit, length, least] of UNITS) {
    const count = Math.floor((now - ms) / length);
    if (count >= least) return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
  }
  return 'just now';
}

/** A duration in one unit, rounded: `45 s`, `90 min`, `23 h`, `59 days`. */
export function span(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1_000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
