import { describe, expect, it } from 'vitest';
import { createMetrics, type Gauges } from '../../src/http/metrics.ts';

const idle: Gauges = { sessions: 0, tokens: 0, redis: undefined };

/** Prometheus text form 0.0.4: comments of two kinds, and a name, labels and a number. */
const SAMPLE = /^([a-z_]+)(\{[a-z]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z]+="(?:[^"\\\n]|\\["\\n])*")*\})? (\d+(?:\.\d+)?)$/;

describe('metrics', () => {
  it('are in the text form of Prometheus', () => {
    const metrics = createMetrics();
    metrics.request('POST', 200);
    metrics.request('POST', 200);
    metrics.request('GET', 401);
    metrics.request('BREW', 405);
    metrics.watch.call({ tool: 'list_threads', outcome: 'ok', workMs: 300, waitedMs: 250 });
    metrics.watch.call({ tool: 'delete_thread', outcome: 'rate_limited', workMs: 10, waitedMs: 0 });
    metrics.watch.deletion('done');
    metrics.watch.question();
    metrics.watch.question()();
    expect(metrics.text({ sessions: 3, tokens: 5, redis: false })).toMatchInlineSnapshot(`
      "# HELP agora_threads_http_requests_total HTTP requests answered, by method and status
      # TYPE agora_threads_http_requests_total counter
      agora_threads_http_requests_total{method="POST",status="200"} 2
      agora_threads_http_requests_total{method="GET",status="401"} 1
      agora_threads_http_requests_total{method="other",status="405"} 1
      # HELP agora_threads_calls_total Tool calls that ended, by tool and by ok, cancelled or the code of the error
      # TYPE agora_threads_calls_total counter
      agora_threads_calls_total{tool="list_threads",outcome="ok"} 1
      agora_threads_calls_total{tool="delete_thread",outcome="rate_limited"} 1
      # HELP agora_threads_deletions_total Deletions of threads that were sent, by what became of them
      # TYPE agora_threads_deletions_total counter
      agora_threads_deletions_total{outcome="done"} 1
      # HELP agora_threads_limiter_wait_seconds How long each tool call waited for its turns under the rate limit
      # TYPE agora_threads_limiter_wait_seconds summary
      agora_threads_limiter_wait_seconds_sum 0.25
      agora_threads_limiter_wait_seconds_count 2
      # HELP agora_threads_sessions Open sessions
      # TYPE agora_threads_sessions gauge
      agora_threads_sessions 3
      # HELP agora_threads_open_questions Forms that a person has not answered yet
      # TYPE agora_threads_open_questions gauge
      agora_threads_open_questions 1
      # HELP agora_threads_tokens Tokens that let somebody in
      # TYPE agora_threads_tokens gauge
      agora_threads_tokens 5
      # HELP agora_threads_redis_shared 1 while the rate limit is shared through Redis, 0 while this process goes on alone
      # TYPE agora_threads_redis_shared gauge
      agora_threads_redis_shared 0
      "
    `);
  });

  it('name each family before anything has happened, and Redis only where one is set', () => {
    const text = createMetrics().text(idle);
    expect(text).toContain('agora_threads_limiter_wait_seconds_count 0\n');
    expect(text.match(/^# TYPE /gm)).toHaveLength(8);
    expect(text).not.toMatch(/^agora_threads_redis_shared/m);
    expect(createMetrics().text({ ...idle, redis: true })).toContain('\nagora_threads_redis_shared 1\n');
  });

  it('keep every line whole, whatever a label holds', () => {
    const metrics = createMetrics();
    metrics.watch.call({ tool: 'a"b\\c\nd', outcome: 'ok', workMs: 0, waitedMs: 0 });
    const lines = metrics.text(idle).trimEnd().split('\n');
    for (const line of lines) if (!line.startsWith('# ')) expect(line).toMatch(SAMPLE);
    expect(lines).toContain('agora_threads_calls_total{tool="a\\"b\\\\c\\nd",outcome="ok"} 1');
  });

  it('do not grow with what clients make up', () => {
    const metrics = createMetrics();
    metrics.request('X', 405);
    const length = metrics.text(idle).length;
    for (let n = 0; n < 8; n++) metrics.request(`X${n}`, 405);
    expect(metrics.text(idle)).toHaveLength(length);
  });
});
