import { type Clock, timePassed } from '../base/clock.ts';

/** How long a code counts, in milliseconds. */
export const CODE_TIME_MS = 15 * 60_000;
const MOST_CODES = 100;

/** A call that asks for a yes: another tool or other arguments need another one. */
export interface Binding {
  readonly tool: string;
  /** After healing, without the code. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** One-time codes of one session, each kept with what the person was shown when it was issued. */
export interface ConfirmationCodes<Kept> {
  issue(binding: Binding, kept: Kept): { readonly code: string /** Since 1970. */; readonly expiresAt: number };
  /** Uses the code up where it fits and counts; undefined where it is made up, used, expired or for another call. */
  redeem(binding: Binding, code: string, counts: (kept: Kept) => boolean): Kept | undefined;
  /** Makes the code of this call worthless, or without a call all of them. */
  withdraw(binding?: Binding): void;
}

/** The same for calls that mean the same. */
export const keyOf = ({ tool, args }: Binding): string =>
  JSON.stringify([tool, Object.entries(args).sort(([a], [b]) => (a < b ? -1 : 1))]);

/** Letters and digits that are not mistaken for one another; eight of them are 40 bits. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
/** The global `crypto`: importing node:crypto would cost each start a few milliseconds. */
export const newCode = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => ALPHABET[byte % ALPHABET.length]).join('');

export function createCodes<Kept>(clock: Clock): ConfirmationCodes<Kept> {
  // Elapsed time, so that setting the clock back does not lengthen a code's life.
  const elapsed = timePassed(clock);
  const open = new Map<string, { code: string; until: number; kept: Kept }>();
  return {
    issue(binding, kept) {
      const key = keyOf(binding);
      // One open code per call: a new preview makes the code of the old one worthless.
      open.delete(key);
      for (const oldest of open.keys()) {
        if (open.size < MOST_CODES) break;
        open.delete(oldest);
      }
      const code = newCode();
      open.set(key, { code, until: elapsed() + CODE_TIME_MS, kept });
      return { code, expiresAt: clock.now() + CODE_TIME_MS };
    },
    redeem(binding, code, counts) {
      const key = keyOf(binding);
      const issued = open.get(key);
      if (issued === undefined || issued.code !== code || elapsed() >= issued.until || !counts(issued.kept))
        return undefined;
      open.delete(key);
      return issued.kept;
    },
    withdraw(binding) {
      if (binding) open.delete(keyOf(binding));
      else open.clear();
    },
  };
}
