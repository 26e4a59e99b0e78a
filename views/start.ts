import { drawConfirm } from './confirm-view.ts';
import { el } from './elements.ts';
import { openLink } from './host-link.ts';
import { drawList } from './list-view.ts';
import { drawOutcome } from './outcome-view.ts';
import { type Fields, fieldsOf, textOf } from './read-json.ts';
import { readResult } from './tool-result.ts';
import type { Page } from './view-page.ts';
import { wordsFor } from './words.ts';

const root = document.documentElement;
const main = document.querySelector('main') ?? document.body;
let context: Fields = {};
let capabilities: Fields = {};
const served = root.lang;
let words = wordsFor('', served);

function adopt(changed: Fields): void {
  context = { ...context, ...changed };
  const { theme } = context;
  const dark = theme === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark';
  root.className = dark ? 'dark' : '';
  words = wordsFor(textOf(context['locale']), served);
  root.lang = words.tag;
}

const link = openLink(
  (method, params) => {
    if (method === 'ui/notifications/tool-result') page.draw(readResult(params));
    else if (method === 'ui/notifications/tool-cancelled') page.show(el('p', {}, words.cancelled));
    else if (method === 'ui/notifications/host-context-changed') adopt(params);
  },
  () => size.disconnect(),
);

const page: Page = {
  get words() {
    return words;
  },
  get callsTools() {
    return capabilities['serverTools'] !== undefined;
  },
  async call(name, args) {
    return readResult(await link.request('tools/call', { name, arguments: args }));
  },
  tellModel({ content }) {
    if (capabilities['updateModelContext'] === undefined) return;
    // The server tells the model too, at its next call: nothing is lost where the host refuses.
    link.request('ui/update-model-context', { content }).catch(() => {});
  },
  show(...content) {
    main.replaceChildren(el('div', {}, ...content));
    if (document.hasFocus()) main.querySelector('h1')?.focus();
  },
  draw(result, back) {
    const { kind } = result.view;
    const { threads, status } = result.structure;
    if (kind === 'confirm') drawConfirm(page, result, back);
    // What became of a removal names its threads too, and is no list.
    else if (kind === 'list' || (Array.isArray(threads) && status === undefined)) drawList(page, result);
    else drawOutcome(page, result, back);
  },
};

const size = new ResizeObserver(() => {
  link.notify('ui/notifications/size-changed', { height: Math.ceil(root.getBoundingClientRect().height) });
});

async function start(): Promise<void> {
  adopt({});
  page.show(el('p', {}, words.wait));
  const { hostCapabilities, hostContext } = await link.request('ui/initialize', {
    protocolVersion: '2026-01-26',
    appInfo: { name: 'agora-threads', version: '1' },
    appCapabilities: { availableDisplayModes: ['inline'] },
  });
  capabilities = fieldsOf(hostCapabilities);
  adopt(fieldsOf(hostContext));
  page.show(el('p', {}, words.wait));
  link.notify('ui/notifications/initialized', {});
  size.observe(root);
}

// A host that does not know the protocol.
start().catch(() => page.show(el('p', {}, words.useChat)));
