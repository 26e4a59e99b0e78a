import { entriesOf } from '../base/entries-of.ts';
import { askOperator, type NextStep, type Retry } from './next-step.ts';

/** What a refusal is about: a parameter of the vendor's calls. */
export type Subject = 'thread' | 'group' | 'message' | 'user' | 'owner' | 'name';

/** How a refusal is recognised: by its words, else by its type, else by its number, else by its status. */
interface Signs {
  /** HTTP statuses it may come with; words that match count under any 4xx (sources disagree on statuses). */
  readonly status?: readonly number[];
  /** All statuses of this hundred. */
  readonly statusClass?: 3 | 5;
  /** Beginnings of `error_description`, lower case, without the stray dots and spaces that the service puts in. */
  readonly says?: readonly string[];
  /** Values of `error`. */
  readonly types?: readonly string[];
  /** Values of `error_code`, a bonus of newer servers (the web SDKs map them, no document lists them). */
  readonly numbers?: readonly number[];
}

interface Refusal extends NextStep {
  readonly when: Signs;
  readonly what: string;
  readonly retry?: Retry;
  readonly about?: readonly Subject[];
}

/**
 * The documented errors of the nine thread endpoints, then the general ones. Sources: the per-endpoint tables of
 * Easemob and Shengwang (`group_thread.md`), Agora's "HTTP status codes", the error codes of the official web SDKs.
 * The first row that fits wins, so narrower rows come first.
 */
const rows = {
  limit_out_of_range: {
    when: { status: [400], says: ['query param reaches limit'] },
    what: 'the page size is outside what the service takes (1-50)',
    next: 'Call again with limit between 1 and 50.',
  },
  too_many_users: {
    when: { status: [400], says: ['request body reaches limit'] },
    what: 'the service takes at most 10 usernames a request',
    next: 'Call again with fewer usernames.',
  },
  name_too_long: {
    when: { status: [400], says: ['thread name limit reached'] },
    what: 'the thread name is longer than the service takes (64 characters; it may count an emoji as two)',
    next: 'Call again with a shorter name.',
    about: ['name'],
  },
  not_a_group_message: {
    when: { status: [400], says: ['thread must on group message to create'] },
    what: 'a thread can only hang on a group message, and this message is not one',
    next: 'Call again with the id of a message sent in the group.',
    about: ['message', 'group'],
  },
  message_of_other_app: {
    when: { status: [400], says: ['msg not belong to app'] },
    what: 'the message belongs to another app',
    next: 'Check msg_id, and that the server is set up for the app the message was sent in.',
    about: ['message'],
  },
  message_of_other_group: {
    when: { status: [400], says: ['msg not belong to group'] },
    what: 'the message was sent in another group',
    next: 'Call again with the group_id of the group the message was sent in.',
    about: ['message', 'group'],
  },
  thread_nested: {
    when: { status: [400], says: ['thread not nested'] },
    what: 'the message is itself inside a thread, and threads do not nest',
    next: "Use a message of the group's main conversation.",
    about: ['message'],
  },
  thread_exists: {
    when: { status: [400, 403], says: ['msg already create thread'], numbers: [40002, 40003, 40004] },
    what: 'the message already has a thread, and a message can have only one',
    next: "Look for it among a member's threads of the group.",
    about: ['message', 'group'],
  },
  threads_not_enabled: {
    when: { status: [403], says: ['thread not open'], numbers: [40000] },
    what: 'message threads are not enabled for this app',
    ...askOperator(
      "enable threads: Agora Console > project > Chat > Features; Easemob: the app's feature settings in the console, or ask your Easemob sales contact.",
    ),
  },
  app_thread_limit: {
    when: { status: [403], says: ['thread number has reached limit'] },
    what: 'the app has as many threads as its plan allows (100,000 by default)',
    next: 'Delete threads that are no longer needed, or ask the operator to have the limit raised.',
    operator: 'Delete threads that are no longer needed, or have the limit raised.',
  },
  user_thread_limit: {
    when: { status: [403], says: ['user join thread reach limit', 'service limit exceeded'], numbers: [40005, 40007] },
    what: 'a user has joined as many threads as is allowed (100,000 by default)',
    next: 'Use another user, or remove this one from threads that are no longer needed.',
    about: ['owner'],
  },
  user_not_in_group: {
    when: { status: [404], says: ['user not in group'], numbers: [20004, 60003] },
    what: 'the user is not a member of the group',
    next: 'Use a user who is a member of the group.',
    about: ['owner', 'group'],
  },
  message_not_found: {
    when: { status: [404], says: ['msg not exist'] },
    what: 'the message does not exist; it may have expired, since messages are kept for a limited time',
    next: 'Check msg_id: all 19 digits, as a string.',
    about: ['message'],
  },
  group_not_found: {
    when: { status: [404], says: ['group not found', 'grpid ', "group id doesn't exist"] },
    what: 'the group does not exist',
    next: 'Check group_id.',
    about: ['group'],
  },
  thread_not_found: {
    when: { status: [404], says: ['thread not found'], numbers: [40011] },
    what: 'the thread does not exist: it was deleted, or the id is wrong',
    next: "List the user's or the app's threads to get a current id.",
    about: ['thread'],
  },
  token_expired: {
    when: { status: [401], says: ['unable to authenticate due to expired access token'] },
    what: 'the app token has expired',
    next: 'Ask the operator for a new app token (a built or exchanged one is renewed by itself).',
    operator: 'Get a new app token (a built or exchanged one is renewed by itself).',
  },
  token_of_other_app: {
    when: {
      status: [401],
      says: ['unable to authenticate due to corrupt access token'],
      types: ['auth_bad_access_token'],
    },
    what: 'the app token is damaged, or was issued for another app or another data center',
    ...askOperator('check that token, app and AGORA_CHAT_HOST belong together.'),
  },
  app_not_found: {
    when: {
      status: [404],
      says: ['organization or application not found'],
      types: ['organization_application_not_found'],
    },
    what: 'the service knows no such app: the app key or App ID is wrong, or the app lives in another region',
    ...askOperator('check AGORA_CHAT_APP_KEY (or AGORA_APP_ID) and AGORA_CHAT_HOST in the console.'),
  },
  user_or_group_not_found: {
    when: {
      status: [404],
      says: ['service resource not found'],
      types: ['service_resource_not_found', 'resource_not_found'],
      numbers: [40012],
    },
    what: 'the service finds no such user, group or thread',
    next: 'Check the ids: user ids are case-sensitive.',
    about: ['user', 'group', 'thread'],
  },
  rate_limited: {
    when: {
      status: [429, 503],
      says: ['this request has reached api limit', 'the request has reached the maximum limit', 'too many queries'],
      types: ['reach_limit'],
    },
    what: 'the service answers that it is being called too often',
    next: "Wait, then call again, with fewer calls at once. The limit is shared with the app's live users.",
    operator: "Wait a moment, then run this again: the limit is shared with the app's live users.",
    retry: 'later',
  },
  quota_exceeded: {
    when: { status: [429], says: ['you have exceeded the limit of the'], types: ['resource_limited'] },
    what: "the app's plan allows no more of this",
    ...askOperator('look at the plan and its quotas in the console.'),
  },
  body_not_accepted: {
    when: { status: [400], says: ['failed to read http message'], types: ['param_illegal'] },
    what: 'the service could not read the request',
    next: 'Check the arguments; if they are right, report this as a bug of agora-threads-mcp.',
  },
  invalid_request: {
    when: { status: [400], types: ['json_parse', 'illegal_argument', 'invalid_parameter'] },
    what: 'the service calls the request malformed',
    next: 'Check the arguments against the words of the service.',
  },
  forbidden: {
    when: { status: [403], types: ['forbidden_op'] },
    what: 'the service does not allow this operation on this group or thread',
    next: 'Check that thread, group and user belong together.',
    about: ['thread', 'group', 'owner', 'user'],
  },
  unsupported_operation: {
    when: { status: [400, 500], types: ['unsupported_service_operation', 'web_application'], numbers: [40009] },
    what: 'the service does not know this operation',
    ...askOperator('check that AGORA_CHAT_HOST is the REST host of Agora Chat.'),
  },
  unauthorized: {
    when: { status: [401] },
    what: 'the service does not accept the app token, or the token lacks the rights',
    ...askOperator('check the credentials: an app token (not a user token) of this very app.'),
  },
  method_not_allowed: {
    when: { status: [405] },
    what: 'the service refuses this HTTP method at this address',
    ...askOperator('check that AGORA_CHAT_HOST is the REST host and that no proxy alters requests.'),
  },
  server_timeout: {
    when: { status: [408] },
    what: 'the service waited too long for the request',
    next: 'Call again in a moment.',
    operator: 'Run this again in a moment.',
    retry: 'later',
  },
  body_too_large: {
    when: { status: [413, 414] },
    what: 'the request is larger than the service takes',
    next: 'Call again with less: shorter texts or fewer items.',
  },
  media_type_not_accepted: {
    when: { status: [415] },
    what: 'the service or a proxy does not take JSON at this address',
    ...askOperator('check AGORA_CHAT_HOST and any proxy between.'),
  },
  not_implemented: {
    when: { status: [501] },
    what: 'the service does not know this HTTP method',
    ...askOperator('check that AGORA_CHAT_HOST is the REST host of Agora Chat.'),
  },
  redirected: {
    when: { statusClass: 3 },
    what: 'the host redirects instead of answering, and the token is not sent elsewhere',
    ...askOperator('set AGORA_CHAT_HOST to the final REST host, with https.'),
  },
  address_not_found: {
    when: { status: [404] },
    what: 'the host answers, but not as Agora Chat: it has nothing at this address',
    ...askOperator('check AGORA_CHAT_HOST and the app key or App ID.'),
  },
  server_error: {
    when: { statusClass: 5 },
    what: 'the service or a gateway before it failed',
    next: 'Call again in a moment; if it stays, look at the status page of the service.',
    operator: 'Run this again in a moment; if it stays, look at the status page of the service.',
    retry: 'later',
  },
  refused: {
    when: {},
    what: 'the service refused the request without a reason known here',
    next: 'Check the arguments against the words of the service.',
  },
} as const satisfies Readonly<Record<string, Refusal>>;

export type VendorCode = keyof typeof rows;
export type Row = Refusal & { readonly code: VendorCode };
/** In the order of the table. */
export const ROWS: readonly Row[] = entriesOf<VendorCode, Refusal>(rows).map(([code, row]) => ({ code, ...row }));
/** What fits no other row. */
export const UNKNOWN: Row = { code: 'refused', ...rows.refused };
