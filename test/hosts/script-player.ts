import type { Heard, OfferedTool, Reply, Turn } from './model/conversation.ts';
import { PROMPT, REMEMBERED, type Step, scenes } from './scenes.ts';

/** Tools by which a host lets its model look for other tools. Their calls are no steps of a scene. */
const SEARCHES: readonly string[] = ['ToolSearch', 'tool_search'];
/** By this one a model says whether a person has to be asked. */
const NO_STEPS: readonly string[] = [...SEARCHES, 'respond_in_schema'];
/** By this one Qwen Code's model calls a tool that a search has found. */
const BY_NAME = 'tool_call';
const FULL_NAME = 'mcp__agora-threads__';
/** Qwen Code lets a model decide whether a person is asked; this one finds nothing wrong with anything. */
const CLASSIFIES = /^## Pending tool call to classify/;
const NAMED = /SCENE:([a-z]+)/;

const text = (words: string): Reply => ({ kind: 'text', text: words });

/** What one scene was about, as the model saw it. */
export interface Played {
  readonly scene: string;
  readonly calls: readonly { readonly tool: string; readonly result: string | undefined }[];
}

/** The last scene of a conversation, and the turns after its name. A prompt of our server is a scene without steps. */
function sceneOf(turns: readonly Turn[]): { name: string; after: readonly Turn[] } | undefined {
  const at = turns.findLastIndex(({ role, text: said }) => role === 'user' && (NAMED.test(said) || PROMPT.test(said)));
  const said = turns[at]?.text;
  if (said === undefined) return undefined;
  const [, name = 'prompt'] = PROMPT.test(said) ? [] : (NAMED.exec(said) ?? []);
  return { name, after: turns.slice(at + 1) };
}

/** Is this a call that a scene asks for? */
export const isStep = (reply: Reply): boolean => reply.kind === 'call' && !NO_STEPS.includes(reply.tool.name);

const isSearch = ({ role, text: said }: Turn): boolean => role === 'call' && SEARCHES.includes(said);

export function played({ turns }: Heard): Played | undefined {
  const scene = sceneOf(turns);
  if (!scene) return undefined;
  // Calls come one at a time, so the result of each is the next one.
  const calls = scene.after.flatMap((turn, at) =>
    turn.role === 'call' && !isSearch(turn)
      ? [{ tool: turn.text, result: scene.after.slice(at).find(({ role }) => role === 'result')?.text }]
      : [],
  );
  return { scene: scene.name, calls };
}

/** A step with its `{{words}}` filled in; undefined where nobody said one. */
function filled(step: Step, results: string): Step['args'] | undefined {
  let missing = false;
  const args = Object.fromEntries(
    Object.entries(step.args).map(([name, value]) => {
      const [, word] = /^\{\{(\w+)\}\}$/.exec(String(value)) ?? [];
      if (word === undefined) return [name, value];
      const [, said] = [...results.matchAll(REMEMBERED[word] ?? /$^/g)].at(-1) ?? [];
      missing ||= said === undefined;
      return [name, said];
    }),
  );
  return missing ? undefined : args;
}

/** Hosts put a prefix of their own before the name of a tool. */
const find = (tools: readonly OfferedTool[], name: string): OfferedTool | undefined =>
  tools.find((tool) => tool.name === name || new RegExp(`[_-]${name}$`).test(tool.name));

/** What the scripted model says next. */
export function nextReply({ turns, tools }: Heard): Reply {
  // Without tools a host asks for a title or the like.
  if (tools.length === 0) return text('A title');
  const [only] = tools;
  if (only && CLASSIFIES.test(turns.at(-1)?.text ?? ''))
    return { kind: 'call', tool: only, args: { shouldBlock: false } };
  const scene = sceneOf(turns);
  if (!scene) return text('done: nothing');
  const results = scene.after.flatMap(({ role, text: said }) => (role === 'result' ? [said] : [])).join('\n');
  const made = scene.after.filter((turn) => turn.role === 'call' && !isSearch(turn)).length;
  const steps = (scenes[scene.name] ?? []).flatMap(({ tool, ...step }) => {
    const args = filled({ tool, ...step }, results);
    return args === undefined ? [] : [{ tool, args }];
  });
  const step = steps[made];
  if (!step) return text(`done: ${scene.name}`);
  const offered = find(tools, step.tool);
  if (offered) return { kind: 'call', tool: offered, args: step.args };
  const search = tools.find(({ name }) => SEARCHES.includes(name));
  const searched = scene.after.some((turn) => isSearch(turn) && turn.args?.includes(step.tool));
  if (search && !searched) {
    // Claude Code and Qwen Code take names; Codex searches for words, and ends after so many tools.
    const query =
      search.name === 'tool_search' && !find(tools, BY_NAME)
        ? `agora threads ${step.tool}`
        : `select:${FULL_NAME}${step.tool}`;
    return { kind: 'call', tool: search, args: { query } };
  }
  const byName = find(tools, BY_NAME);
  if (byName) return { kind: 'call', tool: byName, args: { name: FULL_NAME + step.tool, arguments: step.args } };
  return text(`done: ${scene.name}, since ${step.tool} is not offered`);
}

/** When a call counts, in milliseconds since 1970; 0 for at once. A code beside a view does not before its time. */
export function countsFrom({ turns }: Heard, reply: Reply): number {
  if (reply.kind !== 'call' || !JSON.stringify(reply.args).includes('confirmation_code')) return 0;
  const [, time = ''] =
    [
      ...turns
        .map(({ text: said }) => said)
        .join('\n')
        .matchAll(/counts from (\S+Z)/g),
    ].at(-1) ?? [];
  return Date.parse(time) || 0;
}
