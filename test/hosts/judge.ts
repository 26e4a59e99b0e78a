import { instructionsFor } from '../../src/mcp/instructions.ts';
import type { Cell } from './cells.ts';
import type { Host } from './host.ts';
import type { SeenQuestion } from './play.ts';
import { PROMPT, VICTIM_NAME } from './scenes.ts';
import type { Played } from './script-player.ts';

/** All that is known of a cell once it was played. */
export interface Seen {
  /** The scenes of the cell, as the model saw them last. */
  readonly played: readonly Played[];
  readonly questions: readonly SeenQuestion[];
  /** Did the model call a tool of a scene, whatever the host made of it? */
  readonly called: boolean;
  /** What users said to the model. */
  readonly userTexts: readonly string[];
  /** The requests to the model as they came. */
  readonly bodies: readonly string[];
}

/** What has to stand in a result for a scene to have worked. */
const WORKED: Readonly<Record<string, RegExp>> = {
  list: /240000153232628/,
  walk: /2400\d{11}/,
  create: /Refund for order 1207 \(paid\)/,
};
const OURS = /Error \[|\[sandbox\]/;

/** What became of a cell, in a few words that `expected.ts` can hold it against. */
export function judge(cell: Cell, host: Host, seen: Seen): string {
  const { scene, settings } = cell;
  if (cell.name === 'instructions') return instructions(seen.bodies);
  if (scene === undefined) {
    return seen.userTexts.some((text) => PROMPT.test(text)) ? 'works' : 'not offered';
  }
  if (scene === 'delete' || scene === 'batch') return [lost(seen), ...cutQuestions(cell, host, seen)].join('; ');
  const results = resultsOf(seen);
  const last = results.at(-1);
  if (last === undefined) return seen.called ? 'the host refuses' : 'not offered';
  if (settings === 'app without its secret') {
    return /not_configured/.test(last) && /AGORA_APP_CERTIFICATE/.test(last) ? 'names the setting' : brief(last);
  }
  if (scene === 'bad')
    return /limit/.test(last) ? (OURS.test(last) ? 'our words' : "the host's own check") : brief(last);
  return WORKED[scene]?.test(last) ? 'works' : OURS.test(last) ? brief(last) : 'the host refuses';
}

const INSTRUCTIONS = instructionsFor({ target: { kind: 'sandbox', forced: false }, readOnly: false, tools: undefined });

/** How much of the server's instructions the model gets. */
function instructions(bodies: readonly string[]): string {
  const has = (text: string): boolean => bodies.some((body) => body.includes(JSON.stringify(text).slice(1, -1)));
  // A host may lay out the lines anew.
  if (INSTRUCTIONS.split('\n').every(has)) return 'whole';
  return has(INSTRUCTIONS.slice(0, 250)) ? 'the first 250 characters' : 'never';
}

const brief = (text: string): string => `unexpected: ${text.slice(0, 200).replace(/\s+/g, ' ')}`;

const resultsOf = ({ played }: Seen): readonly string[] =>
  played.flatMap(({ calls }) => calls.flatMap(({ result }) => result ?? []));

/** The tool that asks the server whether the thread is still there. */
const PROOF = /list_thread_members$/;

const lastTool = ({ played }: Seen): string => played.flatMap(({ calls }) => calls).at(-1)?.tool ?? '';

/** What became of the thread, by the word of the server itself, and who was asked. */
function lost(seen: Seen): string {
  if (!seen.called) return 'kept: the tools are not offered';
  // The last result of a scene is the proof, where the host let the model go on.
  const results = resultsOf(seen);
  const form = seen.questions.some(({ kind }) => kind === 'form');
  const asked = seen.questions.some(({ kind }) => kind === 'tool');
  const proof = results.at(-1) ?? '';
  if (/thread_not_found/.test(proof)) {
    if (form) return 'deleted after a yes in the form';
    const code = results.some((text) => /confirmation_code/.test(text)) ? ' with a code' : '';
    return `deleted${code}, ${asked ? "after the host's question" : 'and nobody was asked'}`;
  }
  if (form) return 'kept: a no in the form';
  if (results.some((text) => /declined/.test(text) && OURS.test(text))) return 'kept: the host declines the form';
  // A host may end the turn with its refusal, so that the model cannot ask the server.
  const asks = PROOF.test(lastTool(seen)) || /Members of thread/.test(proof);
  const ends = asks ? '' : ' and ends the turn';
  return asked ? `kept: a no to the host's question${ends}` : `kept: the host refuses${ends}`;
}

/** What a person has to see before a yes, on the screen itself. */
function cutQuestions({ scene }: Cell, host: Host, { questions }: Seen): string[] {
  const name = scene === 'delete' ? new RegExp(VICTIM_NAME) : /3 threads/;
  const due = [name, /acme#helpdesk/, /annot be undone/, /sandbox/, ...host.choices];
  return questions
    .filter(({ kind }) => kind === 'form')
    .flatMap(({ screen }) => due.filter((words) => !words.test(screen)))
    .map((words) => `the question lacks ${words.source}`);
}
