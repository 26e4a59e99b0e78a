import { defined } from '../base/defined.ts';
import type { Problem } from './problem.ts';

/** The usual proxy variables of the environment; an address is checked where it is used. */
export interface ProxySettings {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  readonly noProxy?: string;
}

/** The proxy for requests, and the setting that names it. */
export interface UsedProxy {
  readonly setting: 'HTTPS_PROXY' | 'HTTP_PROXY';
  readonly url: string;
}

/** Lower case wins, as in other programs. A proxy's address may come without a scheme. */
export function readProxy(environment: Readonly<Record<string, string | undefined>>): ProxySettings {
  const pick = (name: string) => environment[name.toLowerCase()]?.trim() || environment[name]?.trim() || undefined;
  const address = (name: string): string | undefined => {
    const value = pick(name);
    return value === undefined || value.includes('://') ? value : `http://${value}`;
  };
  return defined({
    httpProxy: address('HTTP_PROXY'),
    httpsProxy: address('HTTPS_PROXY'),
    noProxy: pick('NO_PROXY'),
  });
}

/**
 * The proxy for requests to `origin`, undefined for none. Loopback never goes through one: the sandbox is nobody else's
 * business. HTTPS_PROXY is for https; HTTP_PROXY is for http, and for https where HTTPS_PROXY is not set.
 */
export function proxyFor(origin: string, loopback: boolean, proxy: ProxySettings): UsedProxy | undefined {
  const { httpsProxy, httpProxy, noProxy = '' } = proxy;
  const url = new URL(origin);
  if (loopback || isExempt(url, noProxy)) return undefined;
  if (url.protocol === 'https:' && httpsProxy !== undefined) return { setting: 'HTTPS_PROXY', url: httpsProxy };
  return httpProxy === undefined ? undefined : { setting: 'HTTP_PROXY', url: httpProxy };
}

/** A proxy that would be used and cannot be; one that would not be used may be anything. */
export function proxyFault(origin: string, loopback: boolean, proxy: ProxySettings): Problem | undefined {
  const used = proxyFor(origin, loopback, proxy);
  if (!used || (/^https?:/i.test(used.url) && URL.canParse(used.url))) return undefined;
  return { setting: used.setting, say: (say) => say.proxy };
}

/** NO_PROXY as undici and curl read it: hosts and their subdomains, with a port where one is named, `*` for all. */
function isExempt({ protocol, hostname, port }: URL, noProxy: string): boolean {
  if (noProxy.trim() === '*') return true;
  const actualPort = port || (protocol === 'https:' ? '443' : '80');
  return noProxy.split(/[,\s]+/).some((entry) => {
    const { host, onPort } = entryOf(entry);
    const name = host.replace(/^\*?\./, '').toLowerCase();
    if (name === '' || (onPort !== undefined && onPort !== actualPort)) return false;
    return hostname === name || hostname.endsWith(`.${name}`);
  });
}

/** An IPv6 address may come without brackets, and then has no port. */
function entryOf(entry: string): { host: string; onPort: string | undefined } {
  if (/^[\da-f]*:[\da-f:.]*:[\da-f.]*$/i.test(entry)) {
    const url = `http://[${entry}]`;
    return { host: URL.canParse(url) ? new URL(url).hostname : entry, onPort: undefined };
  }
  const [, host = '', onPort] = /^(.+?)(?::(\d+))?$/.exec(entry) ?? [];
  return { host, onPort };
}
