import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { catalogue, undocumented } from '../../tools/index.ts';
import { argumentValues } from '../support/argument-values.ts';
import { connectClient } from '../support/client.ts';
import { classicSettings, envelope, recordingServer } from '../support/http.ts';
import { skippingClock } from '../support/manual-clock.ts';

/* For every tool and each of its arguments: what is healed is the same call, and what is not is refused with the words. */

type Arguments = Record<string, unknown>;

/** A service for one test, and a way to call a tool on it that tells what was sent and what came back. */
async function start(tool: string) {
  const server = await recordingServer(({ method }) =>
    method === 'GET'
      ? envelope({ entities: [], data: { affiliations: ['lin'] } })
      : envelope({
          data: { status: 'ok', thread_id: '25', name: 'Refund' },
          entities: [{ user: 'mia', result: true }],
        }),
  );
  const env = {
    ...classicSettings(server.url),
    AGORA_THREADS_UNDOCUMENTED: '1',
    AGORA_THREADS_RATE_LIMIT: '1000000',
  };
  const connect = () => connectClient({ env, clock: skippingClock() });
  const outcome = async ({ call }: Awaited<ReturnType<typeof connect>>, args: Arguments) => {
    const sent = server.requests.length;
    const { isError, text, structured } = await call(tool, args);
    const code = String(structured['confirmation_code']);
    const steady = (words: string) => words.replaceAll(code, 'CODE');
    return {
      // Some are sent at the same time.
      requests: server.requests
        .slice(sent)
        .map(({ method, url, body }) => `${method} ${url} ${body}`)
        .sort(),
      answer: [isError, steady(text), steady(JSON.stringify(structured))] as const,
    };
  };
  const session = await connect();
  return {
    /** In a session of its own: what an earlier call has seen changes nothing. */
    async fresh(args: Arguments) {
      const { requests, answer } = await outcome(await connect(), args);
      // find_threads reads a list from both ends at once: how far each comes is a matter of time.
      return tool === 'find_threads' ? { answer } : { requests, answer };
    },
    /** In the same session, for calls that are refused before anything happens. */
    refused: (args: Arguments) => outcome(session, args),
  };
}

const TOOLS = [...catalogue, ...undocumented].map((tool) => {
  const { required = [] } = z.object({ required: z.array(z.string()).optional() }).parse(tool.inputSchema());
  const base = Object.fromEntries(required.map((name) => [name, argumentValues(tool.name, name).proper]));
  return { name: tool.name, required, base, all: tool.argumentNames };
});

describe.each(TOOLS)('$name', ({ name: tool, required, base, all }) => {
  const optional = all.filter((name) => !required.includes(name));

  it.skipIf(optional.length === 0)(
    'null and an empty text of what is optional are as if it were left out',
    async () => {
      const { fresh } = await start(tool);
      const without = await fresh(base);
      for (const name of optional) {
        for (const nothing of [null, '']) {
          expect(await fresh({ ...base, [name]: nothing }), `${name} ${JSON.stringify(nothing)}`).toEqual(without);
        }
      }
    },
  );

  const spelled = all.filter((name) => argumentValues(tool, name).spelled.length > 0);

  it.skipIf(spelled.length === 0)('a spelling that can only mean one thing is as written properly', async () => {
    const { fresh } = await start(tool);
    for (const name of spelled) {
      const { proper, spelled: spellings } = argumentValues(tool, name);
      const properly = await fresh({ ...base, [name]: proper });
      expect(properly.answer[1]).not.toContain('bad_arguments');
      for (const value of spellings) {
        expect(await fresh({ ...base, [name]: value }), `${name} ${JSON.stringify(value)}`).toEqual(properly);
      }
    }
  });

  it.skipIf(all.length === 0)(
    'what could mean two things is refused before any request, with the words to do it right',
    async () => {
      const { refused } = await start(tool);
      for (const name of all) {
        for (const [value, words] of argumentValues(tool, name).wrong) {
          const { requests, answer } = await refused({ ...base, [name]: value });
          const [isError, text = ''] = answer;
          const what = `${name} ${JSON.stringify(value)}`;
          expect(isError, what).toBe(true);
          expect(text, what).toMatch(/^Error \[bad_(arguments|cursor)\]: /);
          expect(text, what).toMatch(words);
          expect(text, what).toContain(name);
          expect(text, what).toMatch(/Nothing was sent|Trying again with the same arguments does not help/);
          expect(requests, what).toEqual([]);
        }
      }
    },
  );

  it.skipIf(required.length === 0)('what is required cannot be left out', async () => {
    const { refused } = await start(tool);
    for (const name of required) {
      for (const nothing of [undefined, null, '']) {
        const { requests, answer } = await refused({ ...base, [name]: nothing });
        expect(answer[1], `${name} ${String(nothing)}`).toMatch(
          new RegExp(`^Error \\[bad_arguments\\]: ${tool} was not called: ${name}(\\.0)? (is missing|must )`),
        );
        expect(requests).toEqual([]);
      }
    }
  });
});
