import type { ThreadFacts } from '../present/thread-facts.ts';

/*
 * What the view is told about a result. It goes in the result's `_meta`, which hosts keep from the model. Texts from
 * outside are escaped, as everywhere.
 */

/** The key in `_meta`. */
export const VIEW_KEY = 'agora-threads/view';

/** A list of threads: the next page is `tool` with `args` and the cursor of the result. */
export interface ListView {
  readonly kind: 'list';
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Does the session have `delete_threads`, and will a person be asked? */
  readonly deletable: boolean;
  /** The names of groups that are in the list, by id, where memory has them. */
  readonly groups: Readonly<Record<string, string>>;
}

/** A question that a person answers in the view. */
export interface ConfirmView {
  readonly kind: 'confirm';
  /** Goes with each answer; nothing else holds it. */
  readonly approval: string;
  readonly action: 'delete' | 'remove';
  readonly app: string;
  readonly host: string;
  readonly sandbox: boolean;
  readonly items: readonly ViewItem[];
  /** The users that would be removed from the threads. */
  readonly users?: readonly string[];
}

/** A thread that would be lost, or lose members. */
export type ViewItem = Omit<ThreadFacts, 'members' | 'members_left_out'> & {
  /** Did the service give the name in this call, or at most a minute before? */
  readonly verified: boolean;
  /** The name of its group, where it is known. */
  readonly group?: string | undefined;
  /** It does not exist any more: nothing will be sent for it. */
  readonly gone?: boolean | undefined;
};

/** In the `_meta` of any result: texts in Chinese by the English of the result that they stand for. */
export const ZH_KEY = 'zh-CN';

/** The same without what is made when the question is asked. */
export type ConfirmFacts = Omit<ConfirmView, 'kind' | 'approval'>;
