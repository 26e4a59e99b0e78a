/** Codes of the failures that this server finds by itself. Those of the service's refusals are in `vendor-rows.ts`. */
export const OWN_CODES = [
  'audit_failed',
  'bad_arguments',
  'bad_credentials',
  'bad_cursor',
  'bad_path_part',
  'cap_reached',
  'connection_lost',
  'connection_refused',
  'connection_timed_out',
  'host_not_found',
  'internal_error',
  'local_rate_limit',
  'name_not_checked',
  'network_unreachable',
  'not_configured',
  'out_of_time',
  'proxy_refused',
  'renamed',
  'server_ending',
  'timed_out',
  'tls_error',
  'token_exchange_too_soon',
  'unreadable_answer',
  'user_not_found',
] as const;

export type OwnCode = (typeof OWN_CODES)[number];
