import connect from 'undici/lib/api/api-connect.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import ProxyAgent from 'undici/lib/dispatcher/proxy-agent.js';

/**
 * The parts of undici in use, each from its own file: undici's index also loads fetch, WebSocket, caches and mocks, half
 * of the bundle. The index also gives dispatchers their methods; a proxy needs `connect`, and requests here go to
 * `dispatch` itself.
 */
Dispatcher.prototype.connect = connect;

export { Agent, Pool, ProxyAgent };
