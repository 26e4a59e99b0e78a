/** `2026-11-23`: the day in UTC. */
export const utcDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** `2026-11-23T08:00:00Z`, with milliseconds only where there are any. */
export const utcTime = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

/** `2026-11-23 08:00 UTC`: the minute, for sentences. */
export const utcMinute = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** `08:00 UTC`: a time of the day of `now`; of another day with its date. */
export const utcClock = (ms: number, now: number): string =>
  utcDay(ms) === utcDay(now) ? `${new Date(ms).toISOString().slice(11, 16)} UTC` : utcMinute(ms);

/** A length of time in one unit. */
export interface Span {
  readonly count: number;
  readonly unit: 's' | 'min' | 'h' | 'days';
}

/** A length of time, rounded: 45 s, 90 min, 23 h, 59 days. */
export function spanOf(ms: number): Span {
  const seconds = Math.round(Math.abs(ms) / 1_000);
  if (seconds < 120) return { count: seconds, unit: 's' };
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return { count: minutes, unit: 'min' };
  const hours = Math.round(minutes / 60);
  return hours < 48 ? { count: hours, unit: 'h' } : { count: Math.round(hours / 24), unit: 'days' };
}

/** How long to wait, rounded up: who comes earlier is refused again. */
export function waitOf(ms: number): Span {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 600) return { count: seconds, unit: 's' };
  if (seconds < 7_200) return { count: Math.ceil(seconds / 60), unit: 'min' };
  return { count: Math.ceil(seconds / 3_600), unit: 'h' };
}

/** `As of 2026-11-26 09:30 UTC.`: the last words of what may soon be otherwise. */
export const asOf = (ms: number): string => `As of ${utcMinute(ms)}.`;
