/**
 * A limit of calls a second for each endpoint, on a sliding window: the strictest way in which a server may count, so
 * a client that passes here passes anywhere [EN][EM: 100 a second for each of the nine]. Refused calls do not count.
 */
export class RateLimit {
  readonly #recent = new Map<string, number[]>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes a place, or says that none is free. */
  admits(endpoint: string, callsPerSecond: number): boolean {
    const now = this.#now();
    const recent = (this.#recent.get(endpoint) ?? []).filter((at) => at > now - 1000);
    const free = recent.length < callsPerSecond;
    if (free) recent.push(now);
    this.#recent.set(endpoint, recent);
    return free;
  }
}
