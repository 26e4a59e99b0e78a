import { systemCode } from '../base/system-code.ts';
import { joined } from '../base/wording.ts';
import { AgoraError, type ErrorCode, type NewFacts } from './errors.ts';
import { askOperator, tryAgainOrAskOperator } from './next-step.ts';

type Failure = Pick<NewFacts, 'code' | 'what' | 'detail' | 'next' | 'operator' | 'retry'>;

/** They prove that no connection was made, even through a proxy, whose own connections we cannot see. */
const UNCONNECTED = new Set<ErrorCode>([
  'host_not_found',
  'connection_refused',
  'connection_timed_out',
  'proxy_refused',
]);

const NO_WAY: Failure = {
  code: 'network_unreachable',
  what: 'no network route to the host',
  ...askOperator('check the network.'),
  retry: 'later',
};

const NO_CONNECTION: Failure = {
  code: 'connection_timed_out',
  what: 'no connection to the host was made in time',
  ...tryAgainOrAskOperator('check network, proxy and AGORA_CHAT_HOST.'),
  retry: 'later',
};

/** Failures by error code of Node and undici. */
const FAILURES: Readonly<Record<string, Failure>> = {
  ENOTFOUND: {
    code: 'host_not_found',
    what: 'the host name is unknown',
    ...askOperator('check AGORA_CHAT_HOST, any proxy, and the DNS.'),
  },
  EAI_AGAIN: {
    code: 'host_not_found',
    what: 'the host name could not be looked up',
    ...tryAgainOrAskOperator('check the network and AGORA_CHAT_HOST.'),
    retry: 'later',
  },
  ECONNREFUSED: {
    code: 'connection_refused',
    what: 'nothing is listening at the host and port',
    ...askOperator('check AGORA_CHAT_HOST, its port and any proxy.'),
    retry: 'later',
  },
  UND_ERR_CONNECT_TIMEOUT: NO_CONNECTION,
  ENETUNREACH: NO_WAY,
  EHOSTUNREACH: NO_WAY,
};

/** OpenSSL rejects a certificate before a byte of a request is written. */
const CERTIFICATE = /^(CERT_|ERR_TLS_CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/;
const TLS = /^(ERR_TLS_|ERR_SSL_|EPROTO$|UND_ERR_PRX_TLS$)/;

function failureOf(code: string, error: unknown): Failure {
  if (CERTIFICATE.test(code) || TLS.test(code)) {
    return {
      code: 'tls_error',
      what: `no trusted TLS connection came about: ${code}`,
      detail: code,
      ...askOperator('check AGORA_CHAT_HOST; a private certificate authority is named with NODE_EXTRA_CA_CERTS.'),
    };
  }
  // undici reports a refused CONNECT without a code, and with its status in words: `Proxy response (407) !== 200 …`.
  const words = error instanceof Error ? error.message : '';
  if (words.includes('HTTP Tunneling')) {
    return {
      code: 'proxy_refused',
      what: 'the proxy refused the way to the host',
      ...askOperator('check HTTPS_PROXY and NO_PROXY.'),
      retry: /\(50[234]\)/.test(words) ? 'later' : 'never',
    };
  }
  return (
    FAILURES[code] ?? {
      code: 'connection_lost',
      what: 'the connection broke before there was an answer',
      next: 'Call again in a moment.',
      operator: 'Run this again; if it stays, check AGORA_CHAT_HOST, its port and any proxy.',
      retry: 'later',
    }
  );
}

/**
 * The failure of a connection, before a request was sent or while it was on its way.
 *
 * @param origin for the message
 * @param neverSent no byte of the request was written, so nothing can have landed
 */
export function connectionError(error: unknown, origin: string, neverSent: boolean): AgoraError {
  const code = errorCode(error);
  const failure = failureOf(code, error);
  const isUnsent = neverSent || UNCONNECTED.has(failure.code) || CERTIFICATE.test(code);
  return new AgoraError(
    {
      ...failure,
      what: `${failure.what} (${origin})`,
      detail: joined(', ', failure.detail, origin),
      landed: isUnsent ? 'no' : 'maybe',
      passing: failure.retry === 'later',
    },
    { cause: error },
  );
}

/** No connection within the time limit of the attempt: the proxy or the host does not answer. */
export const unconnected = (origin: string, timeoutMs: number): AgoraError =>
  new AgoraError({
    ...NO_CONNECTION,
    what: `${NO_CONNECTION.what} within ${timeoutMs / 1_000} s (${origin})`,
    detail: `${timeoutMs / 1_000} s, ${origin}`,
  });

/** No whole answer within the time limit of the attempt. */
export const timedOut = (timeoutMs: number): AgoraError =>
  new AgoraError({
    code: 'timed_out',
    what: `the service did not answer within ${timeoutMs / 1_000} s`,
    detail: `${timeoutMs / 1_000} s`,
    next: 'Call again in a moment; the operator can raise AGORA_THREADS_TIMEOUT_MS.',
    operator:
      'Check network, proxy and AGORA_CHAT_HOST; where the host is known to be slow, raise AGORA_THREADS_TIMEOUT_MS.',
    retry: 'later',
    landed: 'maybe',
    passing: true,
  });

/** The error code, also where Node wraps several attempts (IPv4 and IPv6) in one error. */
function errorCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return errorCode(error.errors[0]);
  const code = systemCode(error);
  if (code !== undefined) return code;
  return error instanceof Error && error.cause !== undefined ? errorCode(error.cause) : '';
}
