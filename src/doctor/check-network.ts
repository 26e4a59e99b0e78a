import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import { connectionError } from '../agora/connection-errors.ts';
import { AgoraError } from '../agora/errors.ts';
import { visible } from '../base/escape.ts';
import { spanOf } from '../present/time.ts';
import type { AppTarget } from '../settings/app-target.ts';
import { proxyFor } from '../settings/proxy-settings.ts';
import type { Config, Environment } from '../settings/read-config.ts';
import { type Check, failCall, failWithService, ok, skipped, warn } from './check-result.ts';
import type { ListOutcome } from './doctor-client.ts';
import type { Say } from './words-en.ts';

export function checkHost({ origin, loopback }: AppTarget): Check {
  if (origin.startsWith('https:')) return ok('host', () => origin);
  if (loopback) return ok('host', (say) => say.network.plainHere(origin));
  return warn(
    'host',
    (say) => say.network.plain(origin),
    (say) => say.network.useHttps,
  );
}

/** A check only where the environment changes which certificates are good. */
export function checkCertificates(environment: Environment): Check[] {
  if (environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    return [
      warn(
        'certificates',
        (say) => say.network.unchecked,
        (say) => say.network.checkAgain,
      ),
    ];
  }
  const file = environment['NODE_EXTRA_CA_CERTS'];
  return file ? [ok('certificates', (say) => say.network.extra(visible(file, 300)))] : [];
}

/** Shows the proxy in use without its credentials. */
export function checkProxy({ origin, loopback }: AppTarget, { proxy }: Config): Check {
  const used = proxyFor(origin, loopback, proxy);
  if (used) {
    const { protocol, host, username } = new URL(used.url);
    const address = `${protocol}//${host}`;
    return ok('proxy', ({ network }) =>
      username ? network.proxyWithCredentials(address, used.setting) : network.proxy(address, used.setting),
    );
  }
  const set = proxy.httpsProxy !== undefined || proxy.httpProxy !== undefined;
  return ok('proxy', ({ network }) => (!set ? network.noProxy : loopback ? network.notHere : network.notForHost));
}

/** Node's own lookup, which connections use too. The system limits how long it takes. */
const lookUp = promisify(lookup);

/** Looks up the host, or the proxy where one is used: it then looks up the host itself. */
export async function checkDns({ origin, loopback }: AppTarget, { proxy, reader }: Config): Promise<Check> {
  const used = proxyFor(origin, loopback, proxy);
  const host = new URL(used?.url ?? origin).hostname.replace(/^\[|\]$/g, '');
  const whose: Say = (say) => (used ? say.network.proxyHost(host) : host);
  if (isIP(host) !== 0) return ok('dns', (say) => say.network.isAddress(whose(say)));
  try {
    const addresses = await lookUp(host, { all: true });
    return ok('dns', (say) => say.network.found(whose(say), say.list(addresses.map(({ address }) => address))));
  } catch (error) {
    return failCall(
      'dns',
      connectionError(error, used ? `the proxy ${host}` : host, true).with({ detail: host }),
      reader,
    );
  }
}

/** @param outcome of a call without a token: a refusal came over a good connection too */
export function checkConnection(
  outcome: ListOutcome,
  { origin }: AppTarget,
  { reader }: Config,
  elapsedMs: number,
): Check {
  if ('error' in outcome) {
    const { error } = outcome;
    if (!(error instanceof AgoraError)) throw error;
    if (error.facts.status === undefined) return failCall('connection', error, reader);
  }
  const ms = Math.round(elapsedMs);
  return ok('connection', ({ network }) =>
    origin.startsWith('https:') ? network.answeredOverTls(ms) : network.answered(ms),
  );
}

/** A clock that is off by this much, in milliseconds, is worth a warning; the header is exact to a second. */
const CLOCK_WARN_MS = 60_000;
/** The margin that token services commonly allow; no document of the vendor names one. */
const CLOCK_FAIL_MS = 5 * 60_000;
export const isClockRight = (ahead: number): boolean => Math.abs(ahead) < CLOCK_FAIL_MS;

/** @param ahead how far ahead of the service this machine is, in milliseconds; undefined where its answer had no date */
export function checkClock(ahead: number | undefined): Check {
  if (ahead === undefined) return skipped('clock', (say) => say.network.noDate);
  if (Math.abs(ahead) < CLOCK_WARN_MS) return ok('clock', (say) => say.network.inStep);
  return (isClockRight(ahead) ? warn : failWithService)(
    'clock',
    (say) => say.network[ahead > 0 ? 'ahead' : 'behind'](say.span(spanOf(ahead))),
    (say) => say.network.setClock,
  );
}
