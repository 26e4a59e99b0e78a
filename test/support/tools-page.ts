import * as z from 'zod';
import type { Language } from '../../src/base/language.ts';
import type { Tool } from '../../src/toolkit/define-tool.ts';
import { catalogue, undocumented } from '../../tools/index.ts';
import { connectClient, type FormHandler, type Outcome, type TestClient } from './client.ts';
import { skippingClock } from './manual-clock.ts';
import { table } from './markdown.ts';
import { EXAMPLES, type Example } from './tool-examples.ts';

/* docs/tools.md: what a tool takes, and what came back when its example was run. */

const property = z.looseObject({
  type: z.string(),
  description: z.string().optional(),
  enum: z.array(z.string()).optional(),
  default: z.union([z.string(), z.number()]).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  items: z.looseObject({ type: z.string() }).optional(),
});
const schema = z.looseObject({
  properties: z.record(z.string(), property),
  required: z.array(z.string()).optional(),
});
const withStatus = z.looseObject({
  properties: z.looseObject({ status: z.looseObject({ enum: z.array(z.string()) }) }),
});

function typeOf({ type, enum: words, minimum, maximum, items }: z.output<typeof property>): string {
  if (words !== undefined) return words.map((word) => `\`${word}\``).join(' ');
  if (minimum !== undefined && maximum !== undefined) return `${type}, ${minimum}-${maximum}`;
  return items === undefined ? type : `list of ${items.type}s`;
}

function argumentTable(tool: Tool): string {
  const { properties, required = [] } = schema.parse(tool.inputSchema());
  return table(
    ['argument', 'type', 'default', 'what it is'],
    Object.entries(properties).map(([name, { default: usual, description = '', ...rest }]) => [
      `\`${name}\``,
      typeOf({ ...rest }),
      required.includes(name) ? 'required' : usual === undefined ? '' : `\`${usual}\``,
      description,
    ]),
  );
}

/** The only part of a result that is random. */
function steady(text: string, { structured }: Outcome): string {
  const { confirmation_code: code } = structured;
  return typeof code === 'string' ? text.replaceAll(code, 'CODE2345') : text;
}

/** As JSON, with a list or an object on one line where it fits. */
function laidOut(value: unknown, indent = ''): string {
  const flat = JSON.stringify(value, null, 1).replace(/\n\s*/g, ' ');
  if (typeof value !== 'object' || value === null || indent.length + flat.length <= 100) return flat;
  const inner = `${indent}  `;
  const items = Array.isArray(value)
    ? value.map((item) => `${inner}${laidOut(item, inner)}`)
    : Object.entries(value).map(([key, item]) => `${inner}${JSON.stringify(key)}: ${laidOut(item, inner)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${items.join(',\n')}\n${indent}${close}`;
}

const block = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;
const structureOf = (outcome: Outcome): string => block('json', steady(laidOut(outcome.structured), outcome));
const folded = (summary: string, text: string): string =>
  `<details>\n<summary>${summary}</summary>\n\n${text}\n\n</details>`;

type Prepared = Pick<Example, 'env' | 'before'>;

/** A server of its own at a fixed time, with the calls before the example made. */
async function prepare({ env = {}, before = [] }: Prepared, form?: FormHandler): Promise<TestClient> {
  const client = await connectClient({ env: { ...env }, clock: skippingClock(), ...(form && { form }) });
  for (const { tool, args } of before) await client.call(tool, { ...args });
  return client;
}

const yes = { action: 'accept', content: { confirm: true } };

/** What is shown of a call that a person was asked about. */
async function asked(name: string, example: Example): Promise<string[]> {
  const questions: string[] = [];
  const { call } = await prepare(example, (question) => {
    questions.push(question);
    return yes;
  });
  const done = await call(name, { ...example.args });
  const preview = await (await prepare({ ...example, before: [] })).call(name, { ...example.args });
  return [
    'Where the client shows forms, the person is asked:',
    block('text', questions.join('\n')),
    'After a yes the model reads:',
    block('text', done.text),
    folded('The same as a structure', structureOf(done)),
    'Where it shows none, the first call changes nothing, and the model reads:',
    block('text', steady(preview.text, preview)),
    folded('The same as a structure', structureOf(preview)),
  ];
}

async function plain(name: string, example: Example): Promise<string[]> {
  const done = await (await prepare(example, () => yes)).call(name, { ...example.args });
  return ['The model reads:', block('text', done.text), folded('The same as a structure', structureOf(done))];
}

/** @throws Error where a call is not refused with its code */
async function errorTable(name: string, { args: usual, refusals }: Example): Promise<string[]> {
  const rows: string[][] = [];
  for (const [code, { args, ...before }] of Object.entries(refusals)) {
    const { text } = await (await prepare(before, () => yes)).call(name, { ...args });
    const start = `Error [${code}]: `;
    if (!text.startsWith(start)) throw new Error(`${name} was not refused with ${code}: ${text}`);
    const differing = Object.entries(args).filter(([key, value]) => value !== usual[key]);
    const [cause = ''] = text.slice(start.length).split('\n');
    rows.push([`\`${code}\``, `\`${laidOut(Object.fromEntries(differing))}\``, cause]);
  }
  return rows.length === 0
    ? []
    : ['Errors of its own, each by an example:', table(['code', 'with', 'begins with'], rows)];
}

async function section(tool: Tool): Promise<string> {
  const example = EXAMPLES[tool.name];
  if (example === undefined) throw new Error(`${tool.name} has no example in test/support/tool-examples.ts.`);
  const statuses = withStatus.safeParse(tool.outputSchema()).data?.properties.status.enum;
  return [
    `## \`${tool.name}\``,
    `**${tool.title}** (${tool.kind})`,
    tool.description.replace(/^/gm, '> '),
    argumentTable(tool),
    'Example:',
    block('json', laidOut(example.args)),
    ...(tool.kind === 'delete' ? await asked(tool.name, example) : await plain(tool.name, example)),
    ...(statuses ? [`\`status\` is one of ${statuses.map((status) => `\`${status}\``).join(', ')}.`] : []),
    ...(await errorTable(tool.name, example)),
  ].join('\n\n');
}

/** The question before a deletion, as a person sees it. */
export async function deletionQuestion(language: Language): Promise<string> {
  const questions: string[] = [];
  const env = { AGORA_THREADS_SANDBOX: '1', AGORA_THREADS_LANG: language };
  const { call } = await prepare({ env }, (question) => {
    questions.push(question);
    return { action: 'decline' };
  });
  await call('delete_thread', { ...EXAMPLES['delete_thread']?.args });
  return block('text', questions.join('\n'));
}

/** Every tool, in the order in which clients show them. */
export async function toolSections(): Promise<string> {
  const sections: string[] = [];
  for (const tool of [...catalogue, ...undocumented]) sections.push(await section(tool));
  return sections.join('\n\n');
}
