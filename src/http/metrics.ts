import type { ServerWatch } from '../mcp/call-tool.ts';

/** What is true now. */
export interface Gauges {
  readonly sessions: number;
  /** Tokens that let somebody in. */
  readonly tokens: number;
  /** Is the rate limit shared through Redis just now? undefined where no Redis is set. */
  readonly redis: boolean | undefined;
}

/** The Content-Type of Prometheus' text form. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const HEAD = 'agora_threads_';
/** Each family with its type and what it means. No name begins with another. */
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

/** The others are made up by clients: each would be a line that stays for ever. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'DELETE']);

const escaped = (text: string): string => text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n');

/** Counts what happens, and writes it down in Prometheus' text form. */
export function createMetrics() {
  /** By the name of the family, what the sample is of, and its labels. Some are there before anything has happened. */
  const samples = new Map([
    ['limiter_wait_seconds_sum', 0],
    ['limiter_wait_seconds_count', 0],
    ['open_questions', 0],
  ]);
  const add = (name: string, by: number) => void samples.set(name, (samples.get(name) ?? 0) + by);
  function count(family: keyof typeof FAMILIES, labels: Readonly<Record<string, string>>): void {
    const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
    add(`${family}{${pairs.join(',')}}`, 1);
  }
  const watch: ServerWatch = {
    call({ tool, outcome, waitedMs }) {
      count('calls_total', { tool, outcome });
      add('limiter_wait_seconds_sum', waitedMs / 1_000);
      add('limiter_wait_seconds_count', 1);
    },
    deletion: (outcome) => count('deletions_total', { outcome }),
    question() {
      add('open_questions', 1);
      return () => add('open_questions', -1);
    },
  };

  return {
    /** What happens in all sessions. */
    watch,
    /** An HTTP request was answered with this status. */
    request: (method: string, status: number) =>
      count('http_requests_total', { method: METHODS.has(method) ? method : 'other', status: String(status) }),
    text({ sessions, tokens, redis }: Gauges): string {
      samples.set('sessions', sessions).set('tokens', tokens);
      if (redis !== undefined) samples.set('redis_shared', redis ? 1 : 0);
      const lines = Object.entries(FAMILIES).flatMap(([family, [type, help]]) => [
        `# HELP ${HEAD}${family} ${help}`,
        `# TYPE ${HEAD}${family} ${type}`,
        ...[...samples].filter(([name]) => name.startsWith(family)).map(([name, value]) => `${HEAD}${name} ${value}`),
      ]);
      return `${lines.join('\n')}\n`;
    },
  };
}
