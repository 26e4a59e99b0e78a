import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { toolsFor } from '../app/tool-registry.ts';
import type { Config } from '../settings/read-config.ts';
import { type AssistantKind, assistantName } from './assistant-kinds.ts';
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
  const unnamed = deleting.map(({ name }) => name).filter((name) => !texts.some((text) => text.includes(`"${name}"`)));
  const folder = `~/${assistant.policies}`;
  if (unnamed.length === 0) return [ok(ID, (say) => say.server.policies(folder))];
  return [
    warn(
      ID,
      (say) => say.server.noPolicies(folder, say.list(unnamed), assistantName(assistant, say)),
      (say) => say.server.writePolicy,
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
