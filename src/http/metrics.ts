/** What is true now. */
export interface Gauges {
  readonly sessions: number;
  /** Questions that a person has not answered yet. */
  readonly openQuestions: number;
  /** Tokens that let somebody in. */
  readonly tokens: number;
  /** Is the rate limit shared through Redis just now? undefined where no Redis is set. */
  readonly redis: boolean | undefined;
}

/** Counts what happens, and writes it down in Prometheus' text form. */
export interface Metrics {
  /** An HTTP request was answered with this status. */
  request(method: string, status: number): void;
  /** A call of a tool ended: `ok`, `cancelled` or the code of its error. Only names of our own tools may come here. */
  call(tool: string, outcome: string): void;
  /** A thread was deleted, or may have been: `deleted` or `unknown`. */
  deletion(outcome: string): void;
  /** A call of the service has waited this long for its turn under the rate limit, in milliseconds. */
  limiterWait(ms: number): void;
  text(gauges: Gauges): string;
}

/** The Content-Type of that form. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const HEAD = 'agora_threads_';
/** Each family with its type and what it means. */
const FAMILIES = {
  http_requests_total: ['counter', 'HTTP requests answered, by method and status'],
  calls_total: ['counter', 'Tool calls that ended, by tool and by ok, cancelled or the code of the error'],
  deletions_total: ['counter', 'Threads deleted, and those of which nobody knows (unknown)'],
  limiter_wait_seconds: ['summary', 'How long calls of the service waited for their turn under the rate limit'],
  sessions: ['gauge', 'Open sessions'],
  open_questions: ['gauge', 'Questions that a person has not answered yet'],
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

  return {
    request: (method, status) =>
      count('http_requests_total', { method: METHODS.has(method) ? method : 'other', status: String(status) }),
    call: (tool, outcome) => count('calls_total', { tool, outcome }),
    deletion: (outcome) => count('deletions_total', { outcome }),
    limiterWait: (ms) => limiterWait(ms / 1_000, 1),
    text({ sessions, openQuestions, tokens, redis }) {
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
