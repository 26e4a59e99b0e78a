import { Agent } from 'undici';
import { onTestFinished } from 'vitest';
import * as z from 'zod';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/http-server.ts';
import { SANDBOX } from '../../src/sandbox/identity.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
  /** Undefined if the body is not JSON. */
  readonly json: unknown;
}

export interface Extras {
  /** Sent as JSON; a string is sent unchanged. */
  readonly body?: unknown;
  /** Added to the default headers, or replace them; undefined removes one. */
  readonly headers?: Record<string, string | undefined>;
  readonly signal?: AbortSignal;
}

export type Send = (method: Method, path: string, extras?: Extras) => Promise<Reply>;
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';

/** The time of the tests' clock unless a test moves it. */
export const NOW = Date.UTC(2026, 10, 23, 12);
export const P = `/${SANDBOX.orgName}/${SANDBOX.appName}`;

/** A sandbox, and a function that sends it HTTP requests with the path exactly as given. */
export async function sandboxWith(options: SandboxOptions = {}): Promise<{ sandbox: Sandbox; send: Send }> {
  const sandbox = await startSandbox({ now: () => NOW, ...options });
  const agent = new Agent();
  onTestFinished(async () => {
    await agent.destroy();
    await sandbox.close();
  });
  const send: Send = async (method, path, { body, headers = {}, signal } = {}) => {
    const all: Record<string, string | undefined> = {
      authorization: `Bearer ${SANDBOX.appToken}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    };
    const answer = await agent.request({
      origin: sandbox.url,
      path,
      method,
      headers: Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [name, value])),
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      ...(signal ? { signal } : {}),
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, text, json: parse(text) };
  };
  return { sandbox, send };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const threadPage = z.object({
  entities: z.array(z.looseObject({ id: z.string(), groupId: z.string().optional() })),
  properties: z.object({ cursor: z.string().optional() }),
});
const memberPage = z.object({
  data: z.object({ affiliations: z.array(z.string()) }),
  properties: threadPage.shape.properties,
});
const createdBody = z.object({ data: z.object({ thread_id: z.string() }) });

export interface ReadPage {
  readonly ids: string[];
  readonly cursor: string | undefined;
}

export function readPage({ json }: Reply): ReadPage {
  const members = memberPage.safeParse(json);
  if (members.success) return { ids: members.data.data.affiliations, cursor: members.data.properties.cursor };
  const { entities, properties } = threadPage.parse(json);
  return { ids: entities.map(({ id }) => id), cursor: properties.cursor };
}

export const threadIdOf = ({ json }: Reply): string => createdBody.parse(json).data.thread_id;

/** Reads a list to its end, page by page. */
export async function walk(
  send: Send,
  path: string,
  query: Record<string, string>,
  between?: (page: ReadPage, pages: number) => Promise<void>,
): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  for (let pages = 1; pages < 1_000; pages++) {
    const search = new URLSearchParams({ ...query, ...(cursor === undefined ? {} : { cursor }) });
    const page = readPage(await send('GET', `${path}?${search}`));
    if (page.ids.length === 0) return ids;
    ids.push(...page.ids);
    await between?.(page, pages);
    cursor = page.cursor;
  }
  throw new Error('The list has no end.');
}
