import type { buildConnector, Dispatcher } from 'undici';
import type { ProxySettings } from '../settings/read-config.ts';
import { Agent, Pool, ProxyAgent } from './undici.ts';

export interface Connections {
  readonly dispatcher: Dispatcher;
  close(): Promise<void>;
}

/** The proxy that requests go through, and the setting that names it. */
export interface UsedProxy {
  readonly setting: 'HTTPS_PROXY' | 'HTTP_PROXY';
  readonly url: string;
}

/**
 * The proxy of the environment for requests to `origin`; undefined where they go straight. Loopback is never sent
 * through a proxy: the sandbox is nobody else's business. HTTPS_PROXY is for https, HTTP_PROXY for both where the other
 * is not set.
 */
export function proxyFor(origin: string, loopback: boolean, proxy: ProxySettings): UsedProxy | undefined {
  const { httpsProxy, httpProxy, noProxy = '' } = proxy;
  const url = new URL(origin);
  if (loopback || isPassedBy(url, noProxy)) return undefined;
  if (url.protocol === 'https:' && httpsProxy !== undefined) return { setting: 'HTTPS_PROXY', url: httpsProxy };
  return httpProxy === undefined ? undefined : { setting: 'HTTP_PROXY', url: httpProxy };
}

/** NO_PROXY as undici and curl read it: hosts with all below them, a port where one is named, `*` for every host. */
function isPassedBy({ protocol, hostname, port }: URL, noProxy: string): boolean {
  if (noProxy.trim() === '*') return true;
  const actualPort = port || (protocol === 'https:' ? '443' : '80');
  return noProxy.split(/[,\s]+/).some((entry) => {
    const [, host = '', onPort] = /^(.+?)(?::(\d+))?$/.exec(entry) ?? [];
    const name = host.replace(/^\*?\./, '').toLowerCase();
    if (name === '' || (onPort !== undefined && onPort !== actualPort)) return false;
    return hostname === name || hostname.endsWith(`.${name}`);
  });
}

/** Opens one pool of kept-alive connections to a host, through the proxy that the environment names for it. */
export function openConnections(origin: string, loopback: boolean, settings: ProxySettings): Connections {
  const proxy = proxyFor(origin, loopback, settings);
  const dispatcher = proxy ? new ProxyAgent({ uri: proxy.url, factory: poolThroughProxy }) : new Agent();
  return {
    dispatcher,
    close: () => dispatcher.destroy(),
  };
}

/** So many connections more than requests, and those behind them are given up. */
const MOST_IN_VAIN = 10;

/**
 * A pool whose connections the ProxyAgent makes. undici tries again, at once and without end, where a connection fails
 * with its own code for a socket that was closed, or is closed before a request was written: a proxy that hangs up on
 * us, or speaks first, would be called thousands of times.
 */
function poolThroughProxy(origin: URL, options: object): Dispatcher {
  const connect: unknown = Reflect.get(options, 'connect');
  if (!isConnector(connect)) return new Pool(origin, options);
  let inVain = 0;
  const once: buildConnector.connector = (to, callback) => {
    inVain += 1;
    if (inVain > MOST_IN_VAIN) {
      inVain = 0;
      callback(hungUp(), null);
      return;
    }
    connect(to, (...[error, socket]) => {
      if (socket) callback(null, socket);
      else callback(isClosed(error) ? hungUp(error) : error, null);
    });
  };
  const pool = new Pool(origin, { ...options, connect: once });
  const dispatch = pool.dispatch.bind(pool);
  pool.dispatch = (request, handler) => {
    // Each may need a connection of its own.
    inVain -= 1;
    return dispatch(request, handler);
  };
  return pool;
}

const hungUp = (cause?: unknown): Error => new Error('The proxy hung up: no HTTP Tunneling', { cause });

const isConnector = (value: unknown): value is buildConnector.connector => typeof value === 'function';
const isClosed = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'UND_ERR_SOCKET';
