import { readFile } from 'node:fs/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, onTestFinished } from 'vitest';
import * as z from 'zod';
import { serverOptions } from '../../src/app/build-server.ts';
import { createConnector } from '../../src/app/connector.ts';
import { isSandbox } from '../../src/app/is-sandbox.ts';
import { knownTools } from '../../src/app/tool-registry.ts';
import type { Clock } from '../../src/base/clock.ts';
import { createLog } from '../../src/base/log.ts';
import { createServer } from '../../src/mcp/server.ts';
import { readConfig } from '../../src/settings/read-config.ts';
import { DRAWS_VIEWS } from './draws-views.ts';
import { skippingClock } from './manual-clock.ts';
import { createReferee } from './mcp.ts';

/** Returns what the client answers to a form: a valid answer, or anything else. */
export type FormHandler = (message: string, params: unknown, signal: AbortSignal) => unknown;

export interface ClientOptions {
  readonly env?: Record<string, string>;
  /** Answers forms; without it the client does not declare that it shows forms. */
  readonly form?: FormHandler;
  /** What the client declares instead of `{ form: {} }`. */
  readonly elicitation?: Record<string, unknown>;
  /** Does it declare that it draws views? */
  readonly views?: boolean;
  /** By default one that stands still, but for short waits, which it skips: no result depends on how long a call took. */
  readonly clock?: Clock;
  /** Takes what ends the client and its server; by default the end of the test. */
  readonly atEnd?: (end: () => Promise<void>) => void;
}

const PAGE = new URL('../../dist/view.html', import.meta.url);

const callResult = z.object({
  content: z.tuple([z.object({ type: z.literal('text'), text: z.string() })]),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
  _meta: z.looseObject({ 'agora-threads/view': z.record(z.string(), z.unknown()).optional() }).optional(),
});

const ajv = new Ajv2020({ strict: true, allErrors: true });
const compiled = new Map<string, ReturnType<typeof ajv.compile>>();

/** Compiled once for all clients, since compiling takes longer than most calls. */
function validatorOf(schema: object): ReturnType<typeof ajv.compile> {
  const key = JSON.stringify(schema);
  const validator = compiled.get(key) ?? ajv.compile(schema);
  compiled.set(key, validator);
  return validator;
}

export interface Outcome {
  readonly text: string;
  /** Empty for an error. */
  readonly structured: Record<string, unknown>;
  readonly isError: boolean;
  /** What only the view gets. */
  readonly view: Record<string, unknown>;
}

export interface TestClient {
  readonly client: Client;
  /** Log lines of the server. */
  readonly log: string[];
  call(
    name: string,
    args?: Record<string, unknown>,
    options?: { signal?: AbortSignal; onprogress?: (p: unknown) => void },
  ): Promise<Outcome>;
}

/**
 * Connects a real client to the real server in memory; the requests to the service are real HTTP. Each result is
 * checked against the rules for all results.
 */
export async function connectClient(options: ClientOptions = {}): Promise<TestClient> {
  const config = readConfig(options.env ?? {}, knownTools);
  const clock = options.clock ?? skippingClock(Date.now());
  const log: string[] = [];
  const logger = createLog('debug', (line) => log.push(line));
  const connector = createConnector(config, clock, '0.0.0', () => 0.5, logger);
  const sandbox = isSandbox(config.target);
  const server = createServer({
    ...serverOptions(config, connector, logger),
    version: '0.0.0',
    readPage: () => readFile(PAGE, 'utf8'),
    clock,
  });
  const elicitation = options.elicitation ?? (options.form ? { form: {} } : undefined);
  const capabilities = { ...(elicitation && { elicitation }), ...(options.views && DRAWS_VIEWS) };
  const client = new Client({ name: 'test', version: '1.0.0' }, { capabilities });
  const { form } = options;
  if (form) {
    client.setRequestHandler(ElicitRequestSchema, async ({ params }, { signal }) => {
      const answer = await form(params.message, params, signal);
      return answer as never; // the tests send malformed answers too
    });
  }
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  const referee = createReferee();
  // Checked at the end, since the SDK would swallow an error thrown here.
  const broken: unknown[] = [];
  for (const [side, check] of [
    [clientSide, referee.toServer],
    [serverSide, referee.fromServer],
  ] as const) {
    const send = side.send.bind(side);
    side.send = (message, options) => {
      try {
        check(message);
      } catch (error) {
        broken.push(error);
      }
      return send(message, options);
    };
  }
  await Promise.all([server.connect(serverSide), client.connect(clientSide)]);
  (options.atEnd ?? onTestFinished)(async () => {
    await client.close();
    await connector.close();
    expect(broken).toEqual([]);
  });

  const { tools } = await client.listTools();
  const validators = new Map(tools.map((tool) => [tool.name, validatorOf(tool.outputSchema ?? {})]));

  return {
    client,
    log,
    async call(name, args = {}, callOptions = {}) {
      const raw = await client.callTool({ name, arguments: args }, undefined, callOptions);
      const { content, structuredContent, isError, _meta } = callResult.parse(raw);
      const view = _meta?.['agora-threads/view'] ?? {};
      const [{ text }] = content;
      if (isError) {
        // The view reads what became of a question from the structure.
        if (name !== 'answer_confirmation') expect(structuredContent).toBeUndefined();
        expect(text).toMatch(/^Error \[[a-z_]+\]: /);
        expect(text.split('\n').length).toBeLessThanOrEqual(4);
        if (sandbox) expect(text).toContain('[sandbox]');
        return { text, structured: structuredContent ?? {}, isError: true, view };
      }
      const validate = validators.get(name);
      validate?.(structuredContent);
      expect(validate?.errors ?? []).toEqual([]);
      expect(Object.keys(structuredContent ?? {})[0]).toBe('summary');
      if (sandbox) {
        expect(text).toMatch(/^\[sandbox\] /);
        expect(structuredContent?.['summary']).toMatch(/^\[sandbox\] /);
      }
      return { text, structured: structuredContent ?? {}, isError: false, view };
    },
  };
}
