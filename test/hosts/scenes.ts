/*
 * What the scripted model does when a prompt says `SCENE:name`: one call after the other, then `done: name`. Ids are those
 * of the sandbox's invented data.
 */

export interface Step {
  readonly tool: string;
  /** `{{name}}` stands for what an earlier result said: see `REMEMBERED`. A step whose word nobody said is left out. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** Group 1 of the last match in the results so far. */
export const REMEMBERED: Readonly<Record<string, RegExp>> = {
  created: /(?:Created thread |"thread_id": ?"?)(\d{10,})/g,
  code: /confirmation_code\W+(?:is |= ?)?\W*([0-9A-Z][0-9A-Z-]{5,})/g,
};

/** The thread that is deleted, or kept: it has a name and members of its own. */
export const VICTIM = '240000142270761';
export const VICTIM_NAME = 'Lost parcel, order 17712';
const BATCH = ['240000153232628', '240000149475264', VICTIM];

/** Asks the server itself whether the thread is still there. */
const proof: Step = { tool: 'list_thread_members', args: { thread_id: VICTIM } };

export const scenes: Readonly<Record<string, readonly Step[]>> = {
  list: [{ tool: 'list_user_threads', args: { username: 'lin', limit: 5 } }],
  walk: [{ tool: 'list_threads', args: { max_scan: 300 } }],
  create: [
    {
      tool: 'create_thread',
      args: { group_id: '210000000000001', msg_id: '1882277349226622683', name: 'Refund for order 1207', owner: 'lin' },
    },
    { tool: 'rename_thread', args: { thread_id: '{{created}}', name: 'Refund for order 1207 (paid)' } },
  ],
  bad: [{ tool: 'list_user_threads', args: { username: 'lin', limit: 500 } }],
  delete: [
    { tool: 'delete_thread', args: { thread_id: VICTIM } },
    { tool: 'delete_thread', args: { thread_id: VICTIM, confirmation_code: '{{code}}' } },
    proof,
  ],
  batch: [
    { tool: 'delete_threads', args: { thread_ids: BATCH } },
    { tool: 'delete_threads', args: { thread_ids: BATCH, confirmation_code: '{{code}}' } },
    proof,
  ],
  proof: [proof],
};

/** The first words of the prompt `triage_user_threads`, asked for with the user lin; some hosts hand them on as JSON. */
export const PROMPT = /Triage the threads of .*\blin\b/;
