import { type Clock, timePassed } from '../base/clock.ts';
import type { SessionTransport } from '../mcp/streamable-http.ts';
import { type Grant, SCOPES } from './token-line.ts';

export const MOST_SESSIONS = 500;
export const MOST_OF_SUBJECT = 200;
/** In milliseconds, without a request, a call under way or an open stream. */
export const IDLE_MS = 2 * 60 * 60_000;

/** An MCP session over HTTP. Only whoever opened it can use it. */
export interface HttpSession {
  readonly id: string;
  readonly grant: Grant;
  readonly transport: SessionTransport;
  /** The hash of the token that was last used; once it stops counting, the session ends. */
  tokenHash: string;
  /** Responses that are being written. */
  streams: number;
}

/** The sessions of this process. */
export function createSessionTable(clock: Clock) {
  const elapsed = timePassed(clock);
  /** By id, the one that was not used for the longest time first; with the time of its last use. */
  const sessions = new Map<string, { readonly session: HttpSession; readonly usedAt: number }>();

  const all = (): readonly HttpSession[] => Array.from(sessions.values(), ({ session }) => session);
  const isBusy = ({ streams, transport }: HttpSession): boolean => streams > 0 || transport.inFlight() > 0;

  function end(session: HttpSession): void {
    if (sessions.delete(session.id)) void session.transport.close();
  }

  function endIdlest(among: readonly HttpSession[]): boolean {
    const idlest = among.find((session) => !isBusy(session));
    if (idlest) end(idlest);
    return idlest !== undefined;
  }

  /** The session was used just now. */
  function touch(session: HttpSession): void {
    if (sessions.delete(session.id)) sessions.set(session.id, { session, usedAt: elapsed() });
  }

  return {
    /** Makes room for one more, by ending the one that is idle longest; says what is full where none is idle. */
    makeRoom(subject: string): 'process' | 'subject' | undefined {
      const own = all().filter(({ grant }) => grant.subject === subject);
      if (own.length >= MOST_OF_SUBJECT && !endIdlest(own)) return 'subject';
      return sessions.size >= MOST_SESSIONS && !endIdlest(all()) ? 'process' : undefined;
    },
    /** How many requests of a subject are not answered yet. */
    underWay: (subject: string) =>
      all().reduce((sum, { grant, transport }) => sum + (grant.subject === subject ? transport.inFlight() : 0), 0),
    add: (session: HttpSession) => void sessions.set(session.id, { session, usedAt: elapsed() }),
    find: (id: string) => sessions.get(id)?.session,
    touch,
    end,
    /** Ends those that are idle too long, and those whose token does not count any more. */
    sweep(counts: (session: HttpSession) => boolean): void {
      for (const { session, usedAt } of [...sessions.values()]) {
        if (!counts(session)) end(session);
        else if (isBusy(session)) touch(session);
        else if (elapsed() - usedAt >= IDLE_MS) end(session);
      }
    },
    all,
  };
}

/** Is it the same subject with the same scopes? */
export const isSameGrant = (one: Grant, other: Grant | undefined): boolean =>
  other !== undefined &&
  one.subject === other.subject &&
  SCOPES.every((scope) => one.scopes.has(scope) === other.scopes.has(scope));
