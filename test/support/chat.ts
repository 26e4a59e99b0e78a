import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, BrowserContextOptions, Frame, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { VIEW_FILE } from './view-file.ts';

/** What a host sends to the view, or gets from a server. */
export type Json = Readonly<Record<string, unknown>>;

/** Throws where the host gives the call up. */
export type CallTool = (name: string, args: Json) => Promise<Json>;

export interface ChatOptions {
  /** The result under which the view is drawn. */
  readonly result: Json;
  readonly callTool?: CallTool;
  /** What the host can do; by default call tools and tell the model. */
  readonly capabilities?: Json;
  readonly context?: Json;
  readonly browser?: BrowserContextOptions;
}

export interface Chat {
  readonly page: Page;
  /** The view inside the chat. */
  readonly view: Frame;
  /** The tools that the view called, with their arguments. */
  readonly calls: readonly (readonly [name: string, args: Json])[];
  /** What the model was told by the view, each time. */
  readonly toldModel: readonly unknown[];
  sendResult(result: Json): Promise<void>;
  changeContext(context: Json): Promise<void>;
  endView(): Promise<unknown>;
}

/** What the spec of 2026-01-26 wants a host to enforce for a page that names no domains. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "media-src 'self' data:",
  "connect-src 'none'",
].join('; ');

let chatScript: Promise<string> | undefined;

async function bundleChat(): Promise<string> {
  const entry = fileURLToPath(new URL('../views/chat-page.ts', import.meta.url));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, format: 'iife' });
  return outputFiles[0]?.text ?? '';
}

/** Opens a chat of two origins in a browser, without any server, and draws the view in it. */
export async function openChat(browser: Browser, options: ChatOptions): Promise<Chat> {
  const {
    result,
    callTool,
    context = {},
    capabilities = { serverTools: {}, updateModelContext: { text: {} } },
  } = options;
  chatScript ??= bundleChat();
  const script = await chatScript;
  const window = await browser.newContext({
    locale: 'en-US',
    viewport: { width: 800, height: 600 },
    ...options.browser,
  });
  onTestFinished(() => window.close());
  const page = await window.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  onTestFinished(() => {
    if (problems.length > 0) throw new Error(`The browser complained: ${problems.join('\n')}`);
  });

  // Whatever else the page asks for fails, and is then a complaint of the browser.
  await page.route('**/*', (route) => route.abort());
  await page.route('https://chat.test/', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><html lang="en"><title>Chat</title><body>' }),
  );
  await page.route('https://view.test/view.html', (route) =>
    route.fulfill({
      contentType: 'text/html; charset=utf-8',
      headers: { 'Content-Security-Policy': POLICY },
      body: readFileSync(VIEW_FILE, 'utf8'),
    }),
  );

  const calls: [string, Json][] = [];
  const toldModel: unknown[] = [];
  await page.exposeFunction('callTool', async ({ name, arguments: args }: { name: string; arguments: Json }) => {
    calls.push([name, args]);
    if (!callTool) throw new Error('The host calls no tools.');
    return callTool(name, args);
  });
  await page.exposeFunction('takeContext', (content: unknown) => void toldModel.push(content));
  await page.goto('https://chat.test/');
  await page.addScriptTag({ content: script });
  const run = (name: string, ...args: readonly unknown[]) =>
    page.evaluate(`${name}(${args.map((arg) => JSON.stringify(arg)).join()})`);
  await run('openView', { capabilities, context, result });
  const view = page.frame({ url: 'https://view.test/view.html' });
  if (!view) throw new Error('The view was not drawn.');

  return {
    page,
    view,
    calls,
    toldModel,
    sendResult: async (next) => void (await run('sendResult', next)),
    changeContext: async (changed) => void (await run('changeContext', changed)),
    endView: () => run('endView'),
  };
}
