import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../src/base/clock.ts';
import { startCallTime } from '../../src/toolkit/call-time.ts';
import { createGate } from '../../src/toolkit/gate.ts';
import { catalogue } from '../../tools/index.ts';
import { tokens } from '../support/count-tokens.ts';
import { connectBench } from './connect-bench.ts';
import { report } from './report.ts';

const NAMES = [
  'Refund for order',
  '退款未到账',
  'Lost parcel, order',
  '订单改地址',
  'Card declined for account',
  'Who approves over $500?',
  'Login loop on Android',
  '发票抬头错误',
];
const OWNERS = ['lin', 'wei', 'mia', 'tom', 'sara', 'li.na', 'j.park', 'noah_k'];

/** A page as the service sends it: 50 ordinary threads with eight owners. */
const pageOf = (groups: number) => ({
  action: 'get',
  applicationName: 'helpdesk',
  organization: 'acme',
  duration: 6,
  timestamp: 1_735_689_600_123,
  uri: 'https://h/acme/helpdesk/threads/user/lin',
  entities: Array.from({ length: 50 }, (_, n) => ({
    id: String(240_000_100_000_000 + n * 7_919_317),
    name: `${NAMES[n % NAMES.length]} ${10_000 + ((n * 7_919) % 9_000)}`,
    owner: OWNERS[(n * 5) % OWNERS.length],
    msgId: String(1_182_000_000_000_000_000n + BigInt(n) * 918_273_645_123n),
    groupId: String(210_000_000_000_001 + ((n * 3) % groups)),
    created: 1_735_689_600_123 + n * 86_400_000,
  })),
  properties: { cursor: 'ZGVzYz4xNzk0MTI0Nzc2ODEwPjI0MDk4' },
});

const PAGES = [
  { groups: 1, detail: 'compact' },
  { groups: 1, detail: 'full' },
  { groups: 5, detail: 'compact' },
];
let page = pageOf(1);

const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(page));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { connection, close } = await connectBench(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
const tool = catalogue.find(({ name }) => name === 'list_user_threads');
if (!tool) throw new Error('no such tool');
const rows = [];
for (const { groups, detail } of PAGES) {
  page = pageOf(groups);
  const raw = tokens(JSON.stringify(page));
  const { signal } = new AbortController();
  const time = startCallTime(systemClock, signal);
  const context = {
    ...connection,
    ...connection.openSession(undefined),
    language: 'en' as const,
    write: () => Promise.reject(new Error('a list does not write')),
    clock: systemClock,
    time,
    signal,
    progress: () => undefined,
  };
  const call = await tool.prepare({ username: 'lin', limit: 50, detail });
  const asker = {
    step: 'refuse' as const,
    formIs: 'form' as const,
    show: () => Promise.reject(new Error('nobody is asked')),
    heartbeat: () => undefined,
  };
  const { text, structured } = await call(context, { gate: createGate('auto', systemClock), asker });
  time.end();
  const [asText, asStructure] = [tokens(text), tokens(JSON.stringify(structured))];
  rows.push({
    page: detail,
    groups,
    raw,
    text: asText,
    text_ratio: Number((asText / raw).toFixed(3)),
    structure: asStructure,
    structure_ratio: Number((asStructure / raw).toFixed(3)),
  });
}
await close();
server.close();
server.closeAllConnections();

const listed = catalogue.map(({ name, description, inputSchema }) =>
  JSON.stringify({ name, description, inputSchema: inputSchema() }),
);
const tools = {
  tools: listed.length,
  bytes_a_tool: Math.round(listed.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / listed.length),
  tokens: tokens(listed.join('')),
};
process.stdout.write(
  `The ${tools.tools} tools as they are listed: ${tools.bytes_a_tool} bytes each, ${tools.tokens} tokens together.\n\n`,
);
report('tokens', rows, { tools });
