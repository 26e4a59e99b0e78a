import { isLoopback } from '../base/loopback.ts';

/**
 * Which header keeps a request out. Without this check any web page could reach a server on this machine by a name of
 * its own that leads here (DNS rebinding).
 *
 * @param host where the request was meant to go
 * @param origin of the page that has sent it; undefined where none has
 * @param publicUrl the address that clients use; undefined: loopback only
 */
export function refusedHeader(
  host: string | undefined,
  origin: string | undefined,
  publicUrl: URL | undefined,
): 'Host' | 'Origin' | undefined {
  const sentTo = parsed(`http://${host ?? ''}`);
  if (!sentTo || !isAllowedHost(sentTo, publicUrl)) return 'Host';
  if (origin === undefined) return undefined;
  const page = parsed(origin);
  return page && (isLoopback(page.hostname) || page.origin === publicUrl?.origin) ? undefined : 'Origin';
}

/** A proxy may leave out the port, or name the one of its scheme. */
function isAllowedHost({ hostname, port }: URL, publicUrl: URL | undefined): boolean {
  if (isLoopback(hostname)) return true;
  return publicUrl !== undefined && hostname === publicUrl.hostname && ['', publicUrl.port, '443'].includes(port);
}

const parsed = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);
