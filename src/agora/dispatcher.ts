import type { buildConnector, Dispatcher, Pool as PoolClass } from 'undici';
import { systemCode } from '../base/system-code.ts';
import { type ProxySettings, proxyFor } from '../settings/proxy-settings.ts';

export interface Connections {
  readonly dispatcher: Dispatcher;
  close(): Promise<void>;
}

/** Loads undici and opens a pool of kept-alive connections to a host, through the proxy that the environment names. */
export async function openConnections(
  origin: string,
  loopback: boolean,
  settings: ProxySettings,
): Promise<Connections> {
  const { Agent, Pool, ProxyAgent } = await import('./undici.ts');
  const proxy = proxyFor(origin, loopback, settings);
  const dispatcher = proxy ? new ProxyAgent({ uri: proxy.url, factory: poolThroughProxy(Pool) }) : new Agent();
  return { dispatcher, close: () => dispatcher.destroy() };
}

/** With this many more connections than requests, the proxy counts as broken. */
const MOST_UNUSED = 10;

/**
 * A pool whose connections the ProxyAgent makes. undici reconnects at once and without end where a connection fails
 * with its own code for a closed socket, or is closed before a request was written: a proxy that hangs up on us, or
 * speaks first, would be called thousands of times.
 */
const poolThroughProxy =
  (Pool: typeof PoolClass) =>
  (origin: URL, options: object): Dispatcher => {
    const connect: unknown = Reflect.get(options, 'connect');
    if (!isConnector(connect)) return new Pool(origin, options);
    let unused = 0;
    const once: buildConnector.connector = (to, callback) => {
      unused += 1;
      if (unused > MOST_UNUSED) {
        unused = 0;
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
      // Each request may need its own connection.
      unused -= 1;
      return dispatch(request, handler);
    };
    return pool;
  };

const hungUp = (cause?: unknown): Error => new Error('The proxy hung up: no HTTP Tunneling', { cause });

const isConnector = (value: unknown): value is buildConnector.connector => typeof value === 'function';
const isClosed = (error: unknown): boolean => systemCode(error) === 'UND_ERR_SOCKET';
