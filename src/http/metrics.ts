import type { ServerWatch } from '../mcp/server.ts';

/** What is true now. */
export interface Gauges {
  readonly sessions: number;
  /** Tokens that let somebody in. */
  readonly tokens: number;
  /** Is the rate limit shared through Redis just now? undefined where no Redis is set. */
  readonly redis: boolean | undefined;
}

/** Counts what happens, and writes it down in Prometheus' text form. */
export interface Metrics {
  /** An HTTP request was answered with this status. */
  request(method: string, status: number): void;
  /** What happens in all sessions. */
  readonly watch: ServerWatch;
  text(gauges: Gauges): string;
}

/** The Content-Type of that form. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const HEAD = 'agora_threads_';
/** Each family with its type and what it means. */
export const FAMILIES = {
  http_requests_total: ['counter', 'HTTP requests answered, by method and status'],
  calls_total: ['counter', 'Tool calls that ended, by tool and by ok, cancelled or the code of the error'],
  deletions_total: ['counter', 'Deletions of threads that were sent, by what became of them'],
  limiter_wait_seconds: ['summary', 'How long each tool call waited for its turns under the rate limit'],
  sessions: ['gauge', 'Open sessions'],
  open_questions: ['gauge', 'Forms that a person has not answered yet'],
  tokens: ['gauge', 'Tokens that let somebody in'],
  redis_shared: ['gauge', '1 while the rate limit is shared through Redis, 0 while this process goes on alone'],
} as const;
type Family = keyof typeof FAMILIES;

/** The others are made up by clients: each would be a line that stays for ever. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'DELETE']);

const escaped = (text: string): string => text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n');
const withLabels = (name: string, labels: Readonly<Record<string, string>>): string =>
  `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}="${escaped(value)}"`)
    .join(',')}}`;

export function createMetrics(): Metrics {
  /** The value of each sample, by family and by its name with labels. */
  const samples = new Map<string, Map<string, number>>();
  function set(family: Family, name: string, value: (before: number) => number): void {
    const own = samples.get(family) ?? new Map<string, number>();
    samples.set(family, own.set(name, value(own.get(name) ?? 0)));
  }
  const count = (family: Family, labels: Readonly<Record<string, string>>): void =>
    set(family, withLabels(family, labels), (before) => before + 1);
  const gauge = (family: Family, value: number): void => set(family, family, () => value);

  function limiterWait(seconds: number, calls: number): void {
    set('limiter_wait_seconds', 'limiter_wait_seconds_sum', (before) => before + seconds);
    set('limiter_wait_seconds', 'limiter_wait_seconds_count', (before) => before + calls);
  }
  // There from the start, so that a rate can be made of it.
  limiterWait(0, 0);
  let openQuestions = 0;

  return {
    request: (method, status) =>
      count('http_requests_total', { method: METHODS.has(method) ? method : 'other', status: String(status) }),
    watch: {
      call({ tool, outcome, waitedMs }) {
        count('calls_total', { tool, outcome });
        limiterWait(waitedMs / 1_000, 1);
      },
      deletion: (outcome) => count('deletions_total', { outcome }),
      question() {
        openQuestions += 1;
        return () => {
          openQuestions -= 1;
        };
      },
    },
    text({ sessions, tokens, redis }) {
      gauge('sessions', sessions);
      gauge('open_questions', openQuestions);
      gauge('tokens', tokens);
      if (redis !== undefined) gauge('redis_shared', redis ? 1 : 0);
      const lines = Object.entries(FAMILIES).flatMap(([family, [type, help]]) => {
        const own = samples.get(family) ?? [];
        return [`# HELP ${HEAD}${family} ${help}`, `# TYPE ${HEAD}${family} ${type}`].concat(
          Array.from(own, ([name, value]) => `${HEAD}${name} ${value}`),
        );
      });
      return `${lines.join('\n')}\n`;
    },
  };
}
