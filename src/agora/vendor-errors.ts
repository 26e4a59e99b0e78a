import { AgoraError, type AgoraErrorFacts, type Retry } from './errors.ts';

interface Row {
  readonly code: string;
  /** HTTP statuses the row may come with; a text that matches counts under any 4xx (sources disagree on statuses). */
  readonly status: readonly number[];
  /** Beginnings of `error_description`, lower case, without the stray dots and spaces that the service puts in. */
  readonly says?: readonly string[];
  /** Values of `error`, used where no text matches. */
  readonly types?: readonly string[];
  /** Values of `error_code`, a bonus of newer servers (the web SDKs map them, no document lists them). */
  readonly numbers?: readonly number[];
  readonly what: string;
  readonly next: string;
  readonly retry?: Retry;
  readonly about?: readonly string[];
}

/** The limit that Agora and Easemob publish for a page and for a batch of members. */
const ONE_BATCH = '10 usernames a request';

/**
 * The documented errors of the nine thread endpoints, then the general ones. Sources: the per-endpoint tables of
 * Easemob and Shengwang (`group_thread.md`), Agora's "HTTP status codes", the error codes of the official web SDKs.
 * The first row that fits wins, so narrower rows stand above wider ones.
 */
export const ROWS: readonly Row[] = [
  {
    code: 'limit_out_of_range',
    status: [400],
    says: ['query param reaches limit'],
    what: 'the page size is outside what the service takes (1-50)',
    next: 'Call again with limit between 1 and 50.',
    about: ['limit'],
  },
  {
    code: 'too_many_users',
    status: [400],
    says: ['request body reaches limit'],
    what: `the service takes at most ${ONE_BATCH}`,
    next: 'Call again with fewer usernames.',
    about: ['usernames'],
  },
  {
    code: 'name_too_long',
    status: [400],
    says: ['thread name limit reached'],
    what: 'the thread name is longer than the service takes (64 characters; it may count an emoji as two)',
    next: 'Call again with a shorter name.',
    about: ['name'],
  },
  {
    code: 'not_a_group_message',
    status: [400],
    says: ['thread must on group message to create'],
    what: 'a thread can only hang on a group message, and this message is not one',
    next: 'Call again with the id of a message sent in the group.',
    about: ['msg_id', 'group_id'],
  },
  {
    code: 'message_of_other_app',
    status: [400],
    says: ['msg not belong to app'],
    what: 'the message belongs to another app',
    next: 'Check msg_id, and that the server is set up for the app the message was sent in.',
    about: ['msg_id'],
  },
  {
    code: 'message_of_other_group',
    status: [400],
    says: ['msg not belong to group'],
    what: 'the message was sent in another group',
    next: 'Call again with the group_id of the group the message was sent in.',
    about: ['msg_id', 'group_id'],
  },
  {
    code: 'thread_nested',
    status: [400],
    says: ['thread not nested'],
    what: 'the message is itself inside a thread, and threads do not nest',
    next: "Use a message of the group's main conversation.",
    about: ['msg_id'],
  },
  {
    code: 'thread_exists',
    status: [400, 403],
    says: ['msg already create thread'],
    numbers: [40002, 40003, 40004],
    what: 'the message already has a thread, and a message can have only one',
    next: 'Find it with list_user_group_threads for a member of the group.',
    about: ['msg_id', 'group_id'],
  },
  {
    code: 'threads_not_enabled',
    status: [403],
    says: ['thread not open'],
    numbers: [40000],
    what: 'message threads are not enabled for this app',
    next: "Ask the operator to enable threads: Agora Console > project > Chat > Features; in the Easemob console under the app's feature settings, or through the business manager.",
  },
  {
    code: 'app_thread_limit',
    status: [403],
    says: ['thread number has reached limit'],
    what: 'the app has as many threads as its plan allows (100,000 by default)',
    next: 'Delete threads that are no longer needed, or ask the operator to have the limit raised.',
  },
  {
    code: 'user_thread_limit',
    status: [403],
    says: ['user join thread reach limit', 'service limit exceeded'],
    numbers: [40005, 40007],
    what: 'a user has joined as many threads as is allowed (100,000 by default)',
    next: 'Use another user, or remove this one from threads that are no longer needed.',
    about: ['owner', 'usernames'],
  },
  {
    code: 'user_not_in_group',
    status: [404],
    says: ['user not in group'],
    numbers: [20004, 60003],
    what: 'the user is not a member of the group',
    next: 'Use a user who is a member of the group.',
    about: ['owner', 'usernames', 'group_id'],
  },
  {
    code: 'message_not_found',
    status: [404],
    says: ['msg not exist'],
    what: 'the message does not exist; it may have expired, since messages are kept for a limited time',
    next: 'Check msg_id: all 19 digits, as a string.',
    about: ['msg_id'],
  },
  {
    code: 'group_not_found',
    status: [404],
    says: ['group not found'],
    what: 'the group does not exist',
    next: 'Check group_id.',
    about: ['group_id'],
  },
  {
    code: 'thread_not_found',
    status: [404],
    says: ['thread not found'],
    numbers: [40011],
    what: 'the thread does not exist: it was deleted, or the id is wrong',
    next: "List the user's or the app's threads to get a current id.",
    about: ['thread_id'],
  },
  {
    code: 'token_expired',
    status: [401],
    says: ['unable to authenticate due to expired access token'],
    what: 'the app token has expired',
    next: 'Ask the operator for a new app token (a built or exchanged one is renewed by itself).',
  },
  {
    code: 'token_of_other_app',
    status: [401],
    says: ['unable to authenticate due to corrupt access token'],
    types: ['auth_bad_access_token'],
    what: 'the app token is damaged, or was issued for another app or another data center',
    next: 'Ask the operator to check that token, app and AGORA_CHAT_HOST belong together.',
  },
  {
    code: 'app_not_found',
    status: [404],
    says: ['organization or application not found'],
    types: ['organization_application_not_found'],
    what: 'the service knows no such app: the app key or App ID is wrong, or the app lives in another region',
    next: 'Ask the operator to check AGORA_CHAT_APP_KEY (or AGORA_APP_ID) and AGORA_CHAT_HOST in the console.',
  },
  {
    code: 'user_or_group_not_found',
    status: [404],
    says: ['service resource not found'],
    types: ['service_resource_not_found', 'resource_not_found'],
    numbers: [40012],
    what: 'the service finds no such user, group or thread',
    next: 'Check the ids: user ids are case-sensitive.',
    about: ['username', 'group_id', 'thread_id'],
  },
  {
    code: 'rate_limited',
    status: [429, 503],
    says: ['this request has reached api limit', 'the request has reached the maximum limit', 'too many queries'],
    types: ['reach_limit'],
    what: 'the service answers that it is being called too often',
    next: "Wait, then call again, with fewer calls at once. The limit is shared with the app's live users.",
    retry: 'later',
  },
  {
    code: 'quota_exceeded',
    status: [429],
    says: ['you have exceeded the limit of the'],
    types: ['resource_limited'],
    what: "the app's plan allows no more of this",
    next: 'Ask the operator to look at the plan and its quotas in the console.',
  },
  {
    code: 'body_not_accepted',
    status: [400],
    says: ['failed to read http message'],
    types: ['param_illegal'],
    what: 'the service could not read the request',
    next: 'Check the arguments; if they are right, report this as a bug of agora-threads-mcp.',
  },
  {
    code: 'invalid_request',
    status: [400],
    types: ['json_parse', 'illegal_argument', 'invalid_parameter'],
    what: 'the service calls the request malformed',
    next: 'Check the arguments against the words of the service.',
  },
  {
    code: 'forbidden',
    status: [403],
    types: ['forbidden_op'],
    what: 'the service does not allow this operation on this group or thread',
    next: 'Check that thread, group and user belong together.',
    about: ['thread_id', 'group_id', 'owner', 'username'],
  },
  {
    code: 'unsupported_operation',
    status: [400, 500],
    types: ['unsupported_service_operation', 'web_application'],
    numbers: [40009],
    what: 'the service does not know this operation',
    next: 'Ask the operator to check that AGORA_CHAT_HOST is the REST host of Agora Chat.',
  },
  {
    code: 'unauthorized',
    status: [401],
    what: 'the service does not accept the app token, or the token lacks the rights',
    next: 'Ask the operator to check the credentials: an app token (not a user token) of this very app.',
  },
  {
    code: 'method_not_allowed',
    status: [405],
    what: 'the service refuses this HTTP method at this address',
    next: 'Ask the operator to check that AGORA_CHAT_HOST is the REST host and that no proxy alters requests.',
  },
  {
    code: 'server_timeout',
    status: [408],
    what: 'the service waited too long for the request',
    next: 'Call again in a moment.',
    retry: 'later',
  },
  {
    code: 'body_too_large',
    status: [413, 414],
    what: 'the request is larger than the service takes',
    next: 'Call again with less: shorter texts or fewer items.',
  },
  {
    code: 'media_type_not_accepted',
    status: [415],
    what: 'the service or a proxy does not take JSON at this address',
    next: 'Ask the operator to check AGORA_CHAT_HOST and any proxy between.',
  },
  {
    code: 'not_implemented',
    status: [501],
    what: 'the service does not know this HTTP method',
    next: 'Ask the operator to check that AGORA_CHAT_HOST is the REST host of Agora Chat.',
  },
];

/** A shape-free last resort by class of status. */
export const FALLBACKS: readonly { from: number; to: number; row: Omit<Row, 'status'> }[] = [
  {
    from: 300,
    to: 399,
    row: {
      code: 'redirected',
      what: 'the host redirects instead of answering, and the token is not sent elsewhere',
      next: 'Ask the operator to set AGORA_CHAT_HOST to the final REST host, with https.',
    },
  },
  {
    from: 404,
    to: 404,
    row: {
      code: 'address_not_found',
      what: 'the host answers, but not as Agora Chat: it has nothing at this address',
      next: 'Ask the operator to check AGORA_CHAT_HOST and the app key or App ID.',
    },
  },
  {
    from: 500,
    to: 599,
    row: {
      code: 'server_error',
      what: 'the service or a gateway before it failed',
      next: 'Call again in a moment; if it stays, look at the status page of the service.',
      retry: 'later',
    },
  },
  {
    from: 0,
    to: 599,
    row: {
      code: 'refused',
      what: 'the service refused the request without a reason known here',
      next: 'Check the arguments against the words of the service.',
    },
  },
];

/** The error body as far as it is usable: gateways answer HTML or nothing, so each part may be missing. */
export interface VendorAnswer {
  readonly status: number;
  readonly type?: string;
  readonly description?: string;
  readonly number?: number;
}

/** Lower case, without the dots and spaces at its end: the service writes `msg not belong to group .` */
const plain = (text: string): string => text.toLowerCase().replace(/[\s.]+$/, '');

function find(answer: VendorAnswer): Omit<Row, 'status'> | undefined {
  const { status, type, number } = answer;
  const said = plain(answer.description ?? '');
  const clientFault = status >= 400 && status < 500;
  return (
    ROWS.find((row) => (clientFault || row.status.includes(status)) && row.says?.some((s) => said.startsWith(s))) ??
    ROWS.find((row) => row.status.includes(status) && type !== undefined && row.types?.includes(type)) ??
    ROWS.find((row) => row.status.includes(status) && number !== undefined && row.numbers?.includes(number)) ??
    // Without text, type or number only those rows fit that stand for their status alone; a bare 429 is a rate limit.
    ROWS.find(
      (row) =>
        row.status.includes(status) && ((!row.says && !row.types) || (status === 429 && row.code === 'rate_limited')),
    ) ??
    FALLBACKS.find(({ from, to }) => status >= from && status <= to)?.row
  );
}

/** "A client bug" in the vendor's words [EN http-status-codes]: what is not known cannot have been done. */
const UNKNOWN_THERE = new Set(['unsupported_operation', 'not_implemented']);

/**
 * Turns an answer other than 200 into an `AgoraError`.
 *
 * @param answer status and the usable parts of the body
 */
export function vendorError(answer: VendorAnswer): AgoraError {
  const row = find(answer);
  if (row === undefined) throw new RangeError(`No HTTP status: ${answer.status}`);
  const facts: AgoraErrorFacts = {
    code: row.code,
    what: row.what,
    next: row.next,
    retry: row.retry ?? 'never',
    // Whatever is worth a later call of the user is worth a second try of ours.
    passing: row.retry === 'later',
    // A 408 or a 5xx may come from a gateway whose back end did the work, and a 303 says that it is done; any other
    // refusal is the service's own, and so is one of an operation that nobody there knows.
    landed:
      !UNKNOWN_THERE.has(row.code) && (answer.status === 303 || answer.status === 408 || answer.status >= 500)
        ? 'maybe'
        : 'no',
    about: row.about ?? [],
    status: answer.status,
    ...(answer.description ? { said: answer.description } : answer.type ? { said: answer.type } : {}),
  };
  return new AgoraError(facts);
}
