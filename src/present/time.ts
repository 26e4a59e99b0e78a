/** `2026-11-23`: the day in UTC. */
export const utcDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** `2026-11-23T08:00:00Z`, with milliseconds only where there are any. */
export const utcTime = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

const UNITS = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** How long ago, in one unit: `3 months ago`. A time that lies ahead (clocks differ) counts as just now. */
export function ago(ms: number, now: number): string {
  for (const [unit, length] of UNITS) {
    const count = Math.floor((now - ms) / length);
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
  }
  return 'just now';
}
