import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium, type Frame, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { findChromium } from './chromium.ts';
import { PATIENCE_MS } from './until.ts';
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
  /** The language in which the server gives the page; by default English. */
  readonly served?: string;
  /** Time stands still from this day on. */
  readonly stopsAt?: string;
  /** In pixels; by default 800 by 600. */
  readonly size?: { readonly width: number; readonly height: number };
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
  /** Resolves with the page's answer, after all that it has sent before. */
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

/** What the browser takes for the present. */
export const NOW = '2026-11-26T09:30:00Z';

const CHAT = 'https://chat.test/';
const VIEW = 'https://view.test/';

async function bundleChat(): Promise<string> {
  const entry = fileURLToPath(new URL('../views/chat-page.ts', import.meta.url));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, minify: true, write: false });
  return outputFiles[0]?.text ?? '';
}

async function launch(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('There is no Chromium here.');
  return chromium.launch({ executablePath });
}

/**
 * A chat of two origins in a browser, without a server: one for all tests of a file. The returned function draws the
 * view in it, until the end of the test.
 */
export function useChat(): (options: ChatOptions) => Promise<Chat> {
  let browser: Browser | undefined;
  let page: Page | undefined;
  let problems: string[] = [];
  let opened = 0;
  let served = 'en';
  let onCall: CallTool = () => Promise.reject(new Error('No view is drawn.'));
  let onContext = (_content: unknown): void => {};

  beforeAll(async () => {
    const [script, html, launched] = await Promise.all([bundleChat(), readFile(VIEW_FILE, 'utf8'), launch()]);
    browser = launched;
    page = await browser.newPage({ locale: 'en-US', timezoneId: 'UTC' });
    page.setDefaultTimeout(PATIENCE_MS);
    // Time passes as usual, but from here: ages and pictures are the same on every day.
    await page.clock.install({ time: NOW });
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
    });
    // Whatever else is asked for fails, and the browser then complains.
    await page.route('**/*', (route) => route.abort());
    await page.route(CHAT, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><html lang="en"><title>Chat</title><body>' }),
    );
    await page.route(`${VIEW}*`, (route) =>
      route.fulfill({
        contentType: 'text/html; charset=utf-8',
        headers: { 'Content-Security-Policy': POLICY },
        body: html.replace('lang="en"', `lang="${served}"`),
      }),
    );
    await page.exposeFunction('callTool', ({ name, arguments: args }: { name: string; arguments: Json }) =>
      onCall(name, args),
    );
    await page.exposeFunction('takeContext', (content: unknown) => onContext(content));
    await page.goto(CHAT);
    await page.addScriptTag({ content: script });
  });
  afterAll(() => browser?.close());

  return async ({ result, callTool, context = {}, size = { width: 800, height: 600 }, ...options }) => {
    if (!page) throw new Error('The browser is started before the first test.');
    const chat = page;
    const calls: [string, Json][] = [];
    const toldModel: unknown[] = [];
    onCall = async (name, args) => {
      calls.push([name, args]);
      if (!callTool) throw new Error('This host makes no calls.');
      return callTool(name, args);
    };
    onContext = (content) => {
      toldModel.push(content);
    };
    const run = (name: string, ...args: readonly unknown[]) =>
      chat.evaluate(`${name}(${args.map((arg) => JSON.stringify(arg)).join()})`);
    const { capabilities = { serverTools: {}, updateModelContext: { text: {} } } } = options;

    problems = [];
    served = options.served ?? 'en';
    await chat.setViewportSize(size);
    onTestFinished(async () => {
      await run('removeView');
      expect(problems).toEqual([]);
    });
    if (options.stopsAt) await chat.clock.pauseAt(options.stopsAt);
    // A page of its own each time: the frame of the test before may not be known to be gone yet.
    opened += 1;
    const url = `${VIEW}${opened}.html`;
    await run('openView', { url, capabilities, context, result });
    const view = chat.frame({ url });
    if (!view) throw new Error('The view was not drawn.');
    return {
      page: chat,
      view,
      calls,
      toldModel,
      sendResult: async (next) => void (await run('sendResult', next)),
      changeContext: async (changed) => void (await run('changeContext', changed)),
      endView: () => run('endView'),
    };
  };
}
