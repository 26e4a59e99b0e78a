import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { toolsFor } from '../app/tool-registry.ts';
import type { Config } from '../settings/read-config.ts';
import type { AssistantKind } from './assistant-kinds.ts';
import { readText } from './assistant-variables.ts';
import { type Check, ok, warn } from './check-result.ts';

const ID = 'policy';

/**
 * Does a policy of the assistant keep its own question for what deletes? A check only where nothing else asks a person:
 * without forms, a code is all that this server asks for.
 */
export function checkPolicies(config: Config, assistant: AssistantKind | undefined): Check[] {
  if (assistant?.policies === undefined || config.confirm === 'person') return [];
  const deleting = toolsFor(config).filter(({ kind }) => kind === 'delete');
  if (deleting.length === 0) return [];
  const texts = policiesIn(join(homedir(), assistant.policies));
  const unnamed = deleting.filter(({ name }) => !texts.some((text) => text.includes(`"${name}"`)));
  if (unnamed.length === 0) return [ok(ID, `rules in ~/${assistant.policies} name all tools that delete`)];
  return [
    warn(
      ID,
      `no rule in ~/${assistant.policies} names ${unnamed.map(({ name }) => name).join(', ')}: once ${assistant.name} may use all tools, nobody is asked before a deletion`,
      'Write the policy in docs/hosts/gemini-cli.md into that folder.',
    ),
  ];
}

function policiesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.toml'))
      .map((name) => readText(join(folder, name)) ?? '');
  } catch {
    return [];
  }
}
