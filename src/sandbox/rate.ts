/**
 * Limits the calls per second to each endpoint [EN][EM: 100 for each of the nine]. A sliding window is the strictest
 * way to count, so a client that passes here passes anywhere. Refused calls do not count.
 */
export class RateLimit {
  readonly #recent = new Map<string, number[]>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns false if this call exceeds the limit */
  admits(endpoint: string, callsPerSecond: number): boolean {
    const now = this.#now();
    const recent = (this.#recent.get(endpoint) ?? []).filter((at) => at > now - 1000);
    const free = recent.length < callsPerSecond;
    if (free) recent.push(now);
    this.#recent.set(endpoint, recent);
    return free;
  }
}
