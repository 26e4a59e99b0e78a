/** The status of an error, and the parts of its body that a client can match on. */
export interface RefusalFacts {
  readonly status: number;
  /** The short type in `error`. */
  readonly error: string;
  readonly description: string;
  /** A Java class name; the service's samples give some with their package and some without [EM]. */
  readonly exception: string;
  /** Newer servers add a number; set only where the web SDKs map exactly one number to the meaning [SDK]. */
  readonly code: number | undefined;
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

const facts = (status: number, error: string, description: string, exception: string, code?: number): RefusalFacts => ({
  status,
  error,
  description,
  exception,
  code,
});

const GROUP_EXCEPTION = 'com.easemob.group.exception';
const INVALID_PARAMETER = `${GROUP_EXCEPTION}.InvalidParameterException`;
const ILLEGAL_ARGUMENT = 'java.lang.IllegalArgumentException';
const SPRING = 'org.springframework';

const badGroupCall = (description: string): RefusalFacts => facts(400, 'group_error', description, INVALID_PARAMETER);
const forbidden = (description: string, code?: number): RefusalFacts =>
  facts(403, 'group_error', description, `${GROUP_EXCEPTION}.ForbiddenOpException`, code);
const notFound = (description: string, code?: number): RefusalFacts =>
  facts(404, 'group_error', description, `${GROUP_EXCEPTION}.ResourceNotFoundException`, code);
const unauthorized = (error: string, description: string): RefusalFacts =>
  facts(401, error, description, 'EasemobSecurityException');

/**
 * The errors of the thread endpoints, verbatim with their stray dots and spaces [EM][SW], then the general ones [EN
 * "HTTP status codes", EM `error.md`]. Exception names come from samples of other endpoints (inferred).
 */
export const REFUSALS = {
  limitOutOfRange: badGroupCall('query param reaches limit.'),
  tooManyUsers: badGroupCall('request body reaches limit.'),
  nameLength: badGroupCall('thread name limit reached.'),
  notAGroupMessage: badGroupCall('thread must on group message to create.'),
  messageOfOtherApp: badGroupCall('msg not belong to app.'),
  messageOfOtherGroup: badGroupCall('msg not belong to group .'),
  nested: badGroupCall('thread not nested.'),
  unreadableBody: facts(
    400,
    'param_illegal',
    'Failed to read HTTP message',
    `${SPRING}.http.converter.HttpMessageNotReadableException`,
  ),
  /** Undocumented. */
  tooManyGroups: facts(400, 'illegal_argument', 'too many group ids', ILLEGAL_ARGUMENT),
  /** Undocumented: for a cursor that is invalid or belongs to another list. */
  badCursor: facts(400, 'invalid_parameter', 'cursor is invalid', INVALID_PARAMETER),
  /** Undocumented. */
  badSort: facts(400, 'invalid_parameter', 'sort must be asc or desc', INVALID_PARAMETER),
  badUrl: facts(400, 'illegal_argument', 'malformed URL', ILLEGAL_ARGUMENT),
  notOpen: forbidden('thread not open.', 40000),
  exists: forbidden('msg already create thread.not allow to create.'),
  appQuota: forbidden('thread number has reached limit.'),
  userQuota: forbidden('user join thread reach limit.'),
  userNotInGroup: notFound('user not in group.'),
  messageNotFound: notFound('msg not exist.'),
  groupNotFound: notFound('group not found.'),
  threadNotFound: notFound('thread not found.', 40011),
  /** Rows 5 and 6 list no 404; this is the general tables' answer to an unknown user in a path. */
  userNotFound: facts(404, 'service_resource_not_found', 'Service resource not found', 'UserNotFoundException'),
  /** An unknown token, in the thread endpoints' own tables. */
  tokenUnknown: unauthorized('unauthorized', 'Unable to authenticate (OAuth)'),
  /** Also for a request without a token [EM]. */
  tokenExpired: unauthorized('unauthorized', 'Unable to authenticate due to expired access token'),
  tokenCorrupt: unauthorized('auth_bad_access_token', 'Unable to authenticate due to corrupt access token'),
  /** Well-formed, but for another app or server. */
  tokenForeign: unauthorized('auth_bad_access_token', 'Unable to authenticate'),
  noRoute: facts(404, 'resource_not_found', 'no such address', `${SPRING}.web.servlet.NoHandlerFoundException`),
  wrongMethod: facts(
    405,
    'method_not_allowed',
    'Method Not Allowed',
    `${SPRING}.web.HttpRequestMethodNotSupportedException`,
  ),
  bodyTooLarge: facts(413, 'request_entity_too_large', 'Request Entity Too Large', 'RequestEntityTooLargeException'),
  wrongContentType: facts(415, 'web_application', 'Unsupported Media Type', 'javax.ws.rs.WebApplicationException'),
  rateLimit: facts(429, 'reach_limit', 'This request has reached API limit.', 'ReachLimitException'),
} as const;

export const refuse = (reason: keyof typeof REFUSALS): Refusal => new Refusal(REFUSALS[reason]);

/** @param app and `path` as received, without a slash at either end */
export const noSuchApp = (app: string, path: string): Refusal =>
  new Refusal(
    facts(
      404,
      'organization_application_not_found',
      `Could not find application for ${app} from URI: ${path}`,
      'OrganizationApplicationNotFoundException',
    ),
  );

/** A group that does not exist, in the calls on groups [EM]. */
export const noSuchGroup = (groupId: string): Refusal =>
  new Refusal({ ...notFound(`grpID ${groupId} does not exist!`), error: 'resource_not_found' });

/** A body that is not JSON, for endpoints whose own table has no row for it. */
export const unreadableJson = ({ message }: Error): Refusal =>
  new Refusal(facts(400, 'json_parse', message, 'org.codehaus.jackson.JsonParseException'));

/** A general 400 of the token endpoint [EM]. */
export const badGrant = (error: 'illegal_argument' | 'invalid_grant', description: string): Refusal =>
  new Refusal(facts(400, error, description, ILLEGAL_ARGUMENT));
