import { Agent, buildConnector, type Dispatcher, EnvHttpProxyAgent } from 'undici';

/** The proxy settings that every tool of the system knows, read from the environment. */
export interface ProxySettings {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  readonly noProxy?: string;
}

export interface Connections {
  readonly dispatcher: Dispatcher;
  /** Is this the failure of a connection that never came about? */
  readonly neverSent: (error: unknown) => boolean;
  close(): Promise<void>;
}

/**
 * Opens one pool of kept-alive connections to a host, through a proxy where the environment names one. Loopback is
 * never sent through a proxy: the sandbox is nobody else's business.
 */
export function openConnections(loopback: boolean, proxy: ProxySettings): Connections {
  const failed = new WeakSet<Error>();
  const connector = buildConnector({});
  const connect: buildConnector.connector = (options, callback) =>
    connector(options, (...result) => {
      // Noted at its source: later on the same error code may stand for a connection that broke with a request on it.
      if (result[0]) failed.add(result[0]);
      callback(...result);
    });
  const proxied = !loopback && (proxy.httpProxy !== undefined || proxy.httpsProxy !== undefined);
  const dispatcher = proxied ? new EnvHttpProxyAgent({ noProxy: '', ...proxy }) : new Agent({ connect });
  return {
    dispatcher,
    neverSent: (error) => error instanceof Error && failed.has(error),
    close: () => dispatcher.destroy(),
  };
}
