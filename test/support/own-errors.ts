import type { OwnCode } from '../../src/base/error-codes.ts';

/* What docs/errors.md says of the failures that this server finds by itself; those of the service come from its table. */

export interface OwnError {
  readonly from: 'server' | 'network';
  readonly cause: string;
  readonly remedy: string;
}

export const OWN_ERRORS: Readonly<Record<OwnCode, OwnError>> = {
  bad_arguments: {
    from: 'server',
    cause: 'An argument is missing, unknown or out of range. The error names it',
    remedy: 'Call again with the argument corrected. Ids are digits in quotes',
  },
  bad_cursor: {
    from: 'server',
    cause: 'The cursor is damaged, or belongs to another list, user, group, sort or filter',
    remedy: 'Start again without `cursor`, then pass `next_cursor` unchanged, with the same arguments',
  },
  bad_path_part: {
    from: 'server',
    cause: 'An id or user id is empty, `.` or `..`, and cannot be part of an address',
    remedy: 'Check the ids and user ids',
  },
  not_configured: {
    from: 'server',
    cause: "A setting is missing or invalid, or a secret's file cannot be read. The error names it",
    remedy: "Correct it in the host's configuration and restart the server (a file is read again at the next call)",
  },
  bad_credentials: {
    from: 'server',
    cause:
      'No token can be built from `AGORA_APP_ID` and `AGORA_APP_CERTIFICATE`, or the service refuses `EASEMOB_CLIENT_ID` and `EASEMOB_CLIENT_SECRET`',
    remedy: 'Copy both again from the console, and check that they belong to this app and host',
  },
  token_exchange_too_soon: {
    from: 'server',
    cause:
      'A new token is needed less than a minute after the last exchange; the service bans callers that exchange more often',
    remedy: 'Wait as long as the error says. If it keeps coming back, check the credentials',
  },
  audit_failed: {
    from: 'server',
    cause: 'The audit log cannot be written, and nothing is sent without it',
    remedy: 'Check the file of `AGORA_THREADS_AUDIT_LOG`, its folder, and the free space on the disk',
  },
  cap_reached: {
    from: 'server',
    cause: '`AGORA_THREADS_MAX_DELETES` leaves fewer deletions than were asked for, and nobody was asked',
    remedy: 'Wait until the time that the error names, or raise the setting',
  },
  renamed: {
    from: 'server',
    cause: 'The name of the thread has changed since the user was asked, and nothing was sent for it',
    remedy: 'Call again: the question shows the new name',
  },
  name_not_checked: {
    from: 'server',
    cause: 'Whether the thread still has the name that the user was shown could not be checked',
    remedy: 'Call again: the question then says `not verified`',
  },
  local_rate_limit: {
    from: 'server',
    cause: 'No call slot under `AGORA_THREADS_RATE_LIMIT` became free in time',
    remedy: 'Make fewer calls at once, or raise the limit where the plan allows it',
  },
  server_ending: {
    from: 'server',
    cause: 'A server for a team is being stopped or restarted, and sends nothing new',
    remedy: 'Call again in a moment',
  },
  out_of_time: {
    from: 'server',
    cause:
      'The service was too slow for the 45 s of one call. For a write, the error says whether it may have been made',
    remedy: 'Call again: the next call has the full 45 s',
  },
  user_not_found: {
    from: 'server',
    cause: 'The service knows no user with this id',
    remedy: 'Check the id: user ids have no capital letters',
  },
  internal_error: {
    from: 'server',
    cause: 'A fault of this server',
    remedy: 'Look at the state if something was to be changed, and report the error with its arguments',
  },
  host_not_found: {
    from: 'network',
    cause: 'The name of the host, or of the proxy, cannot be resolved',
    remedy: 'Check `AGORA_CHAT_HOST`, the proxy and DNS',
  },
  connection_refused: {
    from: 'network',
    cause: 'Connection refused: nothing is listening at that host and port',
    remedy: 'Check `AGORA_CHAT_HOST`, its port, and the proxy',
  },
  connection_timed_out: {
    from: 'network',
    cause: 'No connection was made in time',
    remedy: 'Check network, firewall and proxy: the host must be reachable on port 443',
  },
  network_unreachable: {
    from: 'network',
    cause: 'No network route to the host',
    remedy: 'Check the network',
  },
  connection_lost: {
    from: 'network',
    cause: 'The connection broke before an answer arrived',
    remedy: 'Call again in a moment',
  },
  tls_error: {
    from: 'network',
    cause: "No trusted TLS connection. The error repeats OpenSSL's reason",
    remedy: 'Check `AGORA_CHAT_HOST`. Point `NODE_EXTRA_CA_CERTS` at the certificate of a private authority',
  },
  proxy_refused: {
    from: 'network',
    cause: 'The proxy refuses to connect to the host',
    remedy: 'Check `HTTPS_PROXY`, its credentials, and `NO_PROXY`',
  },
  timed_out: {
    from: 'network',
    cause: 'No answer within `AGORA_THREADS_TIMEOUT_MS`, or no page of a list within 35 s',
    remedy: 'Call again in a moment. On a slow network, raise the setting',
  },
  unreadable_answer: {
    from: 'network',
    cause: 'The answer is not what the service sends: cut short, HTML, or of another shape',
    remedy: 'Look at the state before calling again. Check `AGORA_CHAT_HOST` and what is between here and there',
  },
};
