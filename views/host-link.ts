import { type Fields, fieldsOf } from './read-json.ts';

/** The host behind `postMessage`, as MCP Apps (2026-01-26) has it: JSON-RPC in both directions. */
export interface HostLink {
  /** The host's result. Rejects where the host answers with an error. */
  request(method: string, params: Fields): Promise<Fields>;
  notify(method: string, params: Fields): void;
}

interface Waiting {
  resolve(result: Fields): void;
  reject(error: unknown): void;
}

/**
 * @param onNotice takes the notifications of the host
 * @param onEnd is called when the host is about to remove the page
 */
export function openLink(onNotice: (method: string, params: Fields) => void, onEnd: () => void): HostLink {
  const waiting = new Map<unknown, Waiting>();
  let lastId = 0;
  // The page cannot know the host's origin. What it sends holds nothing that it did not get from there.
  const post = (message: Fields) => window.parent.postMessage({ jsonrpc: '2.0', ...message }, '*');

  const answer = (id: unknown, method: string) => {
    if (method === 'ui/resource-teardown') onEnd();
    else if (method !== 'ping') return post({ id, error: { code: -32601, message: `Unknown method ${method}` } });
    post({ id, result: {} });
  };

  window.addEventListener('message', ({ isTrusted, source, data }) => {
    if (!isTrusted || source !== window.parent) return;
    const { id, method, params, result, error } = fieldsOf(data);
    if (typeof method === 'string') {
      if (id === undefined) onNotice(method, fieldsOf(params));
      else answer(id, method);
      return;
    }
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asked?.resolve(fieldsOf(result));
    else asked?.reject(error);
  });

  return {
    request: (method, params) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        post({ id: lastId, method, params });
      }),
    notify: (method, params) => post({ method, params }),
  };
}
