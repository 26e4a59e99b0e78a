import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import { connectionError } from '../agora/connection-errors.ts';
import { AgoraError } from '../agora/errors.ts';
import { visible } from '../base/escape.ts';
import { span } from '../present/time.ts';
import type { AppTarget } from '../settings/app-target.ts';
import { proxyFor } from '../settings/proxy-settings.ts';
import type { Config, Environment } from '../settings/read-config.ts';
import { type Check, failCall, failWithService, ok, skipped, warn } from './check-result.ts';
import type { ListOutcome } from './doctor-client.ts';

export function checkHost({ origin, loopback }: AppTarget): Check {
  if (origin.startsWith('https:')) return ok('host', origin);
  if (loopback) return ok('host', `${origin}, plain HTTP on this machine`);
  return warn(
    'host',
    `${origin} is plain HTTP: anyone on the network path can read the token`,
    'Use https, unless you trust the whole network path to this private deployment.',
  );
}

/** A check only where the environment changes which certificates are good. */
export function checkCertificates(environment: Environment): Check[] {
  if (environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    const detail =
      'not checked, because NODE_TLS_REJECT_UNAUTHORIZED is 0: anyone on the network path can read the token';
    return [
      warn('certificates', detail, 'Unset it, and name a private certificate authority with NODE_EXTRA_CA_CERTS.'),
    ];
  }
  const file = environment['NODE_EXTRA_CA_CERTS'];
  return file ? [ok('certificates', `Node’s own, and ${visible(file, 300)} (NODE_EXTRA_CA_CERTS)`)] : [];
}

/** Shows the proxy in use without its credentials. */
export function checkProxy({ origin, loopback }: AppTarget, { proxy }: Config): Check {
  const used = proxyFor(origin, loopback, proxy);
  if (used) {
    const { protocol, host, username } = new URL(used.url);
    return ok('proxy', `${protocol}//${host} (${used.setting}${username && ', with credentials'})`);
  }
  const set = proxy.httpsProxy !== undefined || proxy.httpProxy !== undefined;
  if (!set) return ok('proxy', 'not set');
  return ok('proxy', loopback ? 'not used for this machine' : 'set, but not used for this host');
}

/** Node's own lookup, which connections use too. The system limits how long it takes. */
const lookUp = promisify(lookup);

/** Looks up the host, or the proxy where one is used: it then looks up the host itself. */
export async function checkDns({ origin, loopback }: AppTarget, { proxy }: Config): Promise<Check> {
  const used = proxyFor(origin, loopback, proxy);
  const host = new URL(used?.url ?? origin).hostname.replace(/^\[|\]$/g, '');
  const whose = used ? 'the proxy ' : '';
  if (isIP(host) !== 0) return ok('dns', `${whose}${host} is an IP address: nothing to look up`);
  try {
    const addresses = await lookUp(host, { all: true });
    return ok('dns', `${whose}${host} is ${addresses.map(({ address }) => address).join(', ')}`);
  } catch (error) {
    return failCall('dns', connectionError(error, `${whose}${host}`, true));
  }
}

/** @param outcome of a call without a token: a refusal came over a good connection too */
export function checkConnection(outcome: ListOutcome, { origin }: AppTarget, elapsedMs: number): Check {
  if ('error' in outcome) {
    const { error } = outcome;
    if (!(error instanceof AgoraError)) throw error;
    if (error.facts.status === undefined) return failCall('connection', error);
  }
  const tls = origin.startsWith('https:') ? ' over TLS with a good certificate' : '';
  return ok('connection', `the host answered${tls} in ${Math.round(elapsedMs)} ms`);
}

/** A clock that is off by this much, in milliseconds, is worth a warning; the header is exact to a second. */
const CLOCK_WARN_MS = 60_000;
/** The margin that token services commonly allow; no document of the vendor names one. */
const CLOCK_FAIL_MS = 5 * 60_000;
export const isClockRight = (ahead: number): boolean => Math.abs(ahead) < CLOCK_FAIL_MS;

/** @param ahead how far ahead of the service this machine is, in milliseconds; undefined where its answer had no date */
export function checkClock(ahead: number | undefined): Check {
  if (ahead === undefined) return skipped('clock', 'the service’s answer had no Date header');
  if (Math.abs(ahead) < CLOCK_WARN_MS) return ok('clock', 'in step with the service, to the minute');
  const detail = `this machine is ${span(ahead)} ${ahead > 0 ? 'ahead of' : 'behind'} the service`;
  const fix = 'Set this machine’s clock by NTP: tokens built here and the ages shown depend on it.';
  return isClockRight(ahead) ? warn('clock', detail, fix) : failWithService('clock', detail, fix);
}
