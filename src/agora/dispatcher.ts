import type { Dispatcher } from 'undici';
import { Agent, EnvHttpProxyAgent } from './undici.ts';

/** The proxy settings that every tool of the system knows, read from the environment. */
export interface ProxySettings {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  readonly noProxy?: string;
}

export interface Connections {
  readonly dispatcher: Dispatcher;
  close(): Promise<void>;
}

/**
 * Opens one pool of kept-alive connections to a host, through a proxy where the environment names one. Loopback is
 * never sent through a proxy: the sandbox is nobody else's business.
 */
export function openConnections(loopback: boolean, proxy: ProxySettings): Connections {
  const proxied = !loopback && (proxy.httpProxy !== undefined || proxy.httpsProxy !== undefined);
  const dispatcher = proxied ? new EnvHttpProxyAgent({ noProxy: '', ...proxy }) : new Agent();
  return {
    dispatcher,
    close: () => dispatcher.destroy(),
  };
}
