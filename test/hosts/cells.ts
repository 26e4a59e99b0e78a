import type { Size } from './tmux.ts';

const SMALL: Size = { columns: 80, rows: 24 };
const LARGE: Size = { columns: 120, rows: 45 };

/**
 * What the host's page gives it: how to start our server and nothing else; the same with what makes a deletion safe; an
 * app by the configuration or the command of the page, or without its secret.
 */
export type Settings = 'none' | 'safe' | 'app' | 'app by command' | 'app without its secret';

/** One row of the table: a scene, and how it is played. */
export interface Cell {
  readonly name: string;
  readonly says: string;
  /** Of `scenes.ts`; undefined for the prompt of our server that the host offers. */
  readonly scene: string | undefined;
  readonly settings: Settings;
  /** Without a person: what was allowed beforehand. */
  readonly headless?: 'nothing allowed' | 'all allowed';
  /** With a person, who answers like this, on a screen of this size. */
  readonly person?: { readonly answer: 'yes' | 'no'; readonly size: Size };
}

const headless = { settings: 'none', headless: 'all allowed' } as const;

export const CELLS: readonly Cell[] = [
  { name: 'list', says: 'a list', scene: 'list', ...headless },
  { name: 'instructions', says: "the server's instructions reach the model", scene: 'list', ...headless },
  { name: 'walk', says: 'a walk of 300 threads', scene: 'walk', ...headless },
  { name: 'create', says: 'create, then rename', scene: 'create', ...headless },
  { name: 'bad', says: 'a bad argument', scene: 'bad', ...headless },
  { name: 'app', says: 'the settings of an app', scene: 'list', ...headless, settings: 'app' },
  { name: 'app-command', says: 'the same by command', scene: 'list', ...headless, settings: 'app by command' },
  { name: 'half', says: 'the same without the secret', scene: 'list', ...headless, settings: 'app without its secret' },
  { name: 'delete-plain', says: 'delete, headless', scene: 'delete', ...headless, headless: 'nothing allowed' },
  { name: 'delete-allowed', says: 'delete, headless, all allowed', scene: 'delete', ...headless },
  {
    name: 'delete-plain-safe',
    says: "delete, headless, with the page's rules",
    scene: 'delete',
    settings: 'safe',
    headless: 'nothing allowed',
  },
  {
    name: 'delete-safe',
    says: "delete, headless, all allowed, with the page's rules",
    scene: 'delete',
    ...headless,
    settings: 'safe',
  },
  {
    name: 'delete-unsafe',
    says: 'delete, a person would say no, without these rules (80x24)',
    scene: 'delete',
    settings: 'none',
    person: { answer: 'no', size: SMALL },
  },
  {
    name: 'delete-yes',
    says: 'delete, a person says yes (80x24)',
    scene: 'delete',
    settings: 'safe',
    person: { answer: 'yes', size: SMALL },
  },
  {
    name: 'delete-no',
    says: 'delete, a person says no (120x45)',
    scene: 'delete',
    settings: 'safe',
    person: { answer: 'no', size: LARGE },
  },
  {
    name: 'batch-yes',
    says: 'delete three, yes (120x45)',
    scene: 'batch',
    settings: 'safe',
    person: { answer: 'yes', size: LARGE },
  },
  {
    name: 'batch-no',
    says: 'delete three, no (80x24)',
    scene: 'batch',
    settings: 'safe',
    person: { answer: 'no', size: SMALL },
  },
  {
    name: 'prompt',
    says: 'a prompt with an argument',
    scene: undefined,
    settings: 'safe',
    person: { answer: 'yes', size: LARGE },
  },
];
