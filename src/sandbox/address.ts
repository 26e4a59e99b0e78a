import { SANDBOX } from './identity.ts';
import { noSuchApp, refuse } from './refusals.ts';

/** A request's path and query, not yet checked. */
export interface Address {
  /** Still percent-encoded. */
  readonly path: string;
  readonly query: string;
}

/** @param target the request line's target, as Node gives it in `url` */
export function readAddress(target: string): Address {
  // A proxy may send the absolute form.
  const local = target.replace(/^https?:\/\/[^/?]*/i, '');
  const [path = '', ...query] = local.split('?');
  return { path, query: query.join('?') };
}

/**
 * The path's segments after the app's prefix, `/{org}/{app}` or `/app-id/{app_id}` [EN][EM][SW], case-sensitive. The
 * path is split first and each segment is then decoded once, so an encoded slash stays inside its segment and never
 * leads to another route. Dots have no special meaning.
 *
 * @throws Refusal 404 for another app, 400 for an escape that cannot be decoded
 */
export function segmentsInApp(path: string): string[] {
  const [start, ...encoded] = path.split('/');
  if (start !== '') throw refuse('noRoute');
  const segments = encoded.map(decode);
  const [first = '', second = '', ...rest] = segments;
  const own =
    (first === 'app-id' && second === SANDBOX.appId) || (first === SANDBOX.orgName && second === SANDBOX.appName);
  if (!own) throw noSuchApp(`${first}/${second}`, path.slice(1));
  return rest;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw refuse('badUrl');
  }
}
