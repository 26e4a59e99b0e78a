import type { CallableTool } from '../src/toolkit/define-tool.ts';
import { addThreadMembers } from './add-thread-members.ts';
import { answerConfirmation } from './answer-confirmation.ts';
import { createThread } from './create-thread.ts';
import { deleteThread } from './delete-thread.ts';
import { deleteThreads } from './delete-threads.ts';
import { findGroups } from './find-groups.ts';
import { findThreads } from './find-threads.ts';
import { getThread } from './get-thread.ts';
import { listGroupThreads } from './list-group-threads.ts';
import { listThreadMembers } from './list-thread-members.ts';
import { listThreadsTool } from './list-threads.ts';
import { listUserGroupThreads } from './list-user-group-threads.ts';
import { listUserThreads } from './list-user-threads.ts';
import { removeThreadMembers } from './remove-thread-members.ts';
import { renameThread } from './rename-thread.ts';
import { restoreThread } from './restore-thread.ts';

/** Every tool, in the order in which clients show them. */
export const catalogue: readonly CallableTool[] = [
  createThread,
  renameThread,
  deleteThread,
  deleteThreads,
  restoreThread,
  findThreads,
  getThread,
  findGroups,
  listThreadsTool,
  listUserThreads,
  listUserGroupThreads,
  listThreadMembers,
  addThreadMembers,
  removeThreadMembers,
];

/** On calls that the vendor does not document: registered only with AGORA_THREADS_UNDOCUMENTED=1. */
export const undocumented: readonly CallableTool[] = [listGroupThreads];

/** Only for the view, and listed only where a click in it decides: no setting names them. */
export const appOnly: readonly CallableTool[] = [answerConfirmation];
