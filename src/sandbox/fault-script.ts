import type { Endpoint, Fault } from './faults.ts';

interface Counted {
  readonly fault: Fault;
  toSkip: number;
  left: number;
}

/** Chooses the fault for each request, and counts `skip` and `times` down. */
export class FaultScript {
  #faults: Counted[] = [];

  add(faults: readonly Fault[]): void {
    for (const fault of faults) {
      this.#faults.push({ fault, toSkip: fault.skip ?? 0, left: fault.times ?? Number.POSITIVE_INFINITY });
    }
  }

  clear(): void {
    this.#faults = [];
  }

  /** @param endpoint undefined for an unknown address, which only `*` matches */
  next(endpoint: Endpoint | undefined): Fault | undefined {
    for (const counted of this.#faults) {
      if (counted.fault.on !== '*' && counted.fault.on !== endpoint) continue;
      if (counted.toSkip > 0) {
        counted.toSkip -= 1;
      } else if (counted.left > 0) {
        counted.left -= 1;
        return counted.fault;
      }
    }
    return undefined;
  }
}
