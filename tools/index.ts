import type { Config } from '../src/config.ts';
import type { Tool } from '../src/tool.ts';
import { addThreadMembers } from './add-thread-members.ts';
import { createThread } from './create-thread.ts';
import { deleteThread } from './delete-thread.ts';
import { deleteThreads } from './delete-threads.ts';
import { getThread } from './get-thread.ts';
import { listGroupThreads } from './list-group-threads.ts';
import { listThreadMembers } from './list-thread-members.ts';
import { listThreadsTool } from './list-threads.ts';
import { listUserGroupThreads } from './list-user-group-threads.ts';
import { listUserThreads } from './list-user-threads.ts';
import { removeThreadMembers } from './remove-thread-members.ts';
import { renameThread } from './rename-thread.ts';

/** Every tool, in the order in which clients show them. */
export const catalogue: readonly Tool[] = [
  createThread,
  renameThread,
  deleteThread,
  deleteThreads,
  listThreadsTool,
  listUserThreads,
  listUserGroupThreads,
  listThreadMembers,
  addThreadMembers,
  removeThreadMembers,
];

/** On calls that no document of the vendor lists: registered with AGORA_CHAT_UNDOCUMENTED=1 alone. */
export const undocumented: readonly Tool[] = [getThread, listGroupThreads];

/** The names of all tools that a setting may name. */
export const toolNames: readonly string[] = [...catalogue, ...undocumented].map(({ name }) => name);

/**
 * The tools that the settings ask for. A tool that is not wanted is not registered, rather than refused: a model does
 * not try what it does not see.
 */
export function toolsFor(config: Pick<Config, 'undocumented' | 'readOnly' | 'tools' | 'target'>): readonly Tool[] {
  const all = config.undocumented ? [...catalogue, ...undocumented] : catalogue;
  // With wrong settings every call says so, which a tool that is not there could not do.
  const wanted = config.target.kind === 'unusable' ? undefined : config.tools;
  return all.filter(
    ({ name, kind }) => (!config.readOnly || kind === 'read') && (wanted === undefined || wanted.includes(name)),
  );
}
