import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cell } from './cells.ts';
import type { Host } from './host.ts';
import { judge, type Seen } from './judge.ts';
import { isOurServer, makePlace, processesOf, type Ready, type World } from './place.ts';
import { converse, playHeadless, type SeenQuestion } from './play.ts';
import { isStep, type Played, played } from './script-player.ts';
import type { ScriptedModel } from './scripted-model.ts';

export interface CellResult {
  readonly outcome: string;
  /** Did our server end with its host? */
  readonly ended: boolean;
}

/** Plays one cell in a fresh place, and keeps what was on the screens and what the model was sent. */
export async function runCell(
  cell: Cell,
  host: Host,
  path: string,
  folder: string,
  model: ScriptedModel,
  world: World,
): Promise<CellResult> {
  const place = await makePlace(host, path, join(folder, 'played', host.name, cell.name), cell.settings, world);
  const kept = join(folder, 'screens', host.name);
  mkdirSync(kept, { recursive: true });
  model.forget();
  try {
    const { questions, last } = cell.person
      ? await interactive(cell, host, place)
      : {
          questions: [],
          last: await playHeadless(host, place, `SCENE:${cell.scene}`, cell.headless === 'all allowed'),
        };
    const ended = await isOver(place);
    for (const name of readdirSync(kept).filter((file) => file.startsWith(`${cell.name}-`))) rmSync(join(kept, name));
    questions.forEach(({ kind, screen }, n) => {
      writeFileSync(join(kept, `${cell.name}-${n + 1}-${kind}.txt`), screen);
    });
    writeFileSync(join(kept, `${cell.name}-last.txt`), last);
    writeFileSync(join(kept, `${cell.name}-requests.json`), JSON.stringify(model.requests, null, 1));
    return { outcome: judge(cell, host, seenBy(model, questions)), ended };
  } finally {
    for (const { pid } of processesOf(place)) {
      try {
        process.kill(pid);
      } catch {}
    }
  }
}

async function interactive({ scene, person }: Cell, host: Host, place: Ready) {
  const { answer, size } = person ?? { answer: 'no', size: { columns: 80, rows: 24 } };
  const conversation = await converse(host, place, size);
  if (scene !== undefined) {
    await conversation.ask(`SCENE:${scene}`, scene, answer);
    // A no may have ended the turn, so the server is asked anew.
    if (answer === 'no') await conversation.ask('SCENE:proof', 'proof', 'yes');
  } else if (host.promptCommand !== undefined) {
    // A host knows the prompts once the server has started, which this waits for.
    await conversation.ask('SCENE:list', 'list', 'yes');
    if (host.findsPrompts !== undefined) await conversation.say(host.findsPrompts);
    await conversation.ask(host.promptCommand, 'prompt', 'yes');
  }
  const last = conversation.screen();
  await conversation.leave();
  return { questions: conversation.questions, last };
}

/** The scenes in the order in which they were played, each as its last request shows it. */
function seenBy(model: ScriptedModel, questions: readonly SeenQuestion[]): Seen {
  const scenes = new Map<string, Played>();
  const userTexts: string[] = [];
  for (const { heard } of model.requests) {
    if (!heard || heard.tools.length === 0) continue;
    userTexts.push(...heard.turns.flatMap(({ role, text }) => (role === 'user' ? [text] : [])));
    const one = played(heard);
    if (one) scenes.set(one.scene, one);
  }
  return {
    called: model.requests.some(({ reply }) => reply !== undefined && isStep(reply)),
    played: [...scenes.values()],
    questions,
    userTexts,
    bodies: model.requests.map(({ body }) => body),
  };
}

async function isOver(place: Ready): Promise<boolean> {
  for (let i = 0; i < 10; i++) {
    if (!processesOf(place).some(isOurServer)) return true;
    await sleep(500);
  }
  return false;
}
