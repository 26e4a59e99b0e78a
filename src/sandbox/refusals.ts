import { defined } from '../base/defined.ts';

/** The status of an error, and the parts of its body that a client can match on. */
export interface RefusalFacts {
  readonly status: number;
  /** The short type in `error`. */
  readonly error: string;
  readonly description: string;
  /** A Java class name; the service's samples give some with their package and some without [EM]. */
  readonly exception: string;
  /** Newer servers add a number; set only where the web SDKs map exactly one number to the meaning [SDK]. */
  readonly code?: number;
}

/** Thrown to refuse a request; the server turns it into an error body. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly facts: RefusalFacts;

  constructor(facts: RefusalFacts) {
    super(facts.description);
    this.facts = facts;
  }
}

const GROUP_EXCEPTION = 'com.easemob.group.exception';

const GROUP_EXCEPTIONS = { 400: 'InvalidParameter', 403: 'ForbiddenOp', 404: 'ResourceNotFound' };

const group = (status: keyof typeof GROUP_EXCEPTIONS, description: string, code?: number): RefusalFacts =>
  defined({
    status,
    error: 'group_error',
    description,
    exception: `${GROUP_EXCEPTION}.${GROUP_EXCEPTIONS[status]}Exception`,
    code,
  });

const unauthorized = (error: string, description: string): RefusalFacts => ({
  status: 401,
  error,
  description,
  exception: 'EasemobSecurityException',
});

const malformed = (error: string, description: string, exception: string): RefusalFacts => ({
  status: 400,
  error,
  description,
  exception,
});

/**
 * The errors of the thread endpoints, verbatim with their stray dots and spaces [EM][SW], then the general ones [EN
 * "HTTP status codes", EM `error.md`]. Exception names come from samples of other endpoints (inferred).
 */
export const REFUSALS = {
  limitOutOfRange: group(400, 'query param reaches limit.'),
  tooManyUsers: group(400, 'request body reaches limit.'),
  nameLength: group(400, 'thread name limit reached.'),
  notAGroupMessage: group(400, 'thread must on group message to create.'),
  messageOfOtherApp: group(400, 'msg not belong to app.'),
  messageOfOtherGroup: group(400, 'msg not belong to group .'),
  nested: group(400, 'thread not nested.'),
  unreadableBody: malformed(
    'param_illegal',
    'Failed to read HTTP message',
    'org.springframework.http.converter.HttpMessageNotReadableException',
  ),
  /** Undocumented. */
  tooManyGroups: malformed('illegal_argument', 'too many group ids', 'java.lang.IllegalArgumentException'),
  /** Undocumented: for a cursor that is invalid or belongs to another list. */
  badCursor: malformed('invalid_parameter', 'cursor is invalid', `${GROUP_EXCEPTION}.InvalidParameterException`),
  /** Undocumented. */
  badSort: malformed('invalid_parameter', 'sort must be asc or desc', `${GROUP_EXCEPTION}.InvalidParameterException`),
  badUrl: malformed('illegal_argument', 'malformed URL', 'java.lang.IllegalArgumentException'),
  notOpen: group(403, 'thread not open.', 40000),
  exists: group(403, 'msg already create thread.not allow to create.'),
  appQuota: group(403, 'thread number has reached limit.'),
  userQuota: group(403, 'user join thread reach limit.'),
  userNotInGroup: group(404, 'user not in group.'),
  messageNotFound: group(404, 'msg not exist.'),
  groupNotFound: group(404, 'group not found.'),
  threadNotFound: group(404, 'thread not found.', 40011),
  /** Rows 5 and 6 list no 404; this is the general tables' answer to an unknown user in a path. */
  userNotFound: {
    status: 404,
    error: 'service_resource_not_found',
    description: 'Service resource not found',
    exception: 'UserNotFoundException',
  },
  /** An unknown token, in the thread endpoints' own tables. */
  tokenUnknown: unauthorized('unauthorized', 'Unable to authenticate (OAuth)'),
  /** Also for a request without a token [EM]. */
  tokenExpired: unauthorized('unauthorized', 'Unable to authenticate due to expired access token'),
  tokenCorrupt: unauthorized('auth_bad_access_token', 'Unable to authenticate due to corrupt access token'),
  /** Well-formed, but for another app or server. */
  tokenForeign: unauthorized('auth_bad_access_token', 'Unable to authenticate'),
  noRoute: {
    status: 404,
    error: 'resource_not_found',
    description: 'no such address',
    exception: 'org.springframework.web.servlet.NoHandlerFoundException',
  },
  wrongMethod: {
    status: 405,
    error: 'method_not_allowed',
    description: 'Method Not Allowed',
    exception: 'org.springframework.web.HttpRequestMethodNotSupportedException',
  },
  bodyTooLarge: {
    status: 413,
    error: 'request_entity_too_large',
    description: 'Request Entity Too Large',
    exception: 'RequestEntityTooLargeException',
  },
  wrongContentType: {
    status: 415,
    error: 'web_application',
    description: 'Unsupported Media Type',
    exception: 'javax.ws.rs.WebApplicationException',
  },
  rateLimit: {
    status: 429,
    error: 'reach_limit',
    description: 'This request has reached API limit.',
    exception: 'ReachLimitException',
  },
} as const satisfies Record<string, RefusalFacts>;

export const refuse = (reason: keyof typeof REFUSALS): Refusal => new Refusal(REFUSALS[reason]);

/** @param app and `path` as received, without a slash at either end */
export const noSuchApp = (app: string, path: string): Refusal =>
  new Refusal({
    status: 404,
    error: 'organization_application_not_found',
    description: `Could not find application for ${app} from URI: ${path}`,
    exception: 'OrganizationApplicationNotFoundException',
  });

/** A group that does not exist, in the calls on groups [EM]. */
export const noSuchGroup = (groupId: string): Refusal =>
  new Refusal({
    status: 404,
    error: 'resource_not_found',
    description: `grpID ${groupId} does not exist!`,
    exception: `${GROUP_EXCEPTION}.ResourceNotFoundException`,
  });

/** A body that is not JSON, for endpoints whose own table has no row for it. */
export const jsonParse = (what: string): Refusal =>
  new Refusal(malformed('json_parse', what, 'org.codehaus.jackson.JsonParseException'));

/** A general 400 of the token endpoint [EM]. */
export const badGrant = (error: 'illegal_argument' | 'invalid_grant', description: string): Refusal =>
  new Refusal(malformed(error, description, 'java.lang.IllegalArgumentException'));
