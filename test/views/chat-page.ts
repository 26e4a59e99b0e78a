// Runs in the browser: a chat with one view in it, on the host side of MCP Apps' own SDK.

import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/client';
import { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge';

interface Chat {
  readonly url: string;
  readonly capabilities: ConstructorParameters<typeof AppBridge>[2];
  readonly context: NonNullable<NonNullable<ConstructorParameters<typeof AppBridge>[3]>['hostContext']>;
  readonly result: CallToolResult;
}

declare global {
  interface Window {
    /** Given by the test, which plays the rest of the host. Rejects where the host gives the call up. */
    callTool(params: object): Promise<CallToolResult>;
    takeContext(content: readonly ContentBlock[]): Promise<void>;
    /** Draws the view below a result. */
    openView(chat: Chat): Promise<void>;
    /** Resolves when the view has drawn the result. */
    sendResult(result: CallToolResult): Promise<void>;
    changeContext(context: Chat['context']): void;
    endView(): Promise<object>;
    removeView(): Promise<void>;
  }
}

window.openView = async ({ url, capabilities, context, result }) => {
  const frame = document.createElement('iframe');
  frame.sandbox.add('allow-scripts');
  frame.src = url;
  frame.title = 'View';
  frame.style.cssText = 'width: 100%; height: 20px; border: 0';
  document.body.replaceChildren(frame);
  const target = frame.contentWindow;
  if (!target) throw new Error('The view has no window.');

  const bridge = new AppBridge(null, { name: 'test-chat', version: '1.0.0' }, capabilities, { hostContext: context });
  bridge.oncalltool = (params) => window.callTool(params);
  bridge.onupdatemodelcontext = async ({ content = [] }) => {
    await window.takeContext(content);
    return {};
  };
  bridge.onsizechange = ({ height }) => {
    frame.style.height = `${height}px`;
  };
  const initialized = new Promise<void>((resolve) => {
    bridge.oninitialized = () => resolve();
  });
  window.sendResult = async (next) => {
    await bridge.sendToolResult(next);
    // The view takes one message after another: when it answers this one, the result is drawn.
    await bridge.request({ method: 'ping' });
  };
  window.changeContext = (changed) => bridge.setHostContext(changed);
  window.endView = () => bridge.teardownResource({});
  window.removeView = async () => {
    frame.remove();
    await bridge.close();
  };

  await bridge.connect(new PostMessageTransport(target, target));
  await initialized;
  await bridge.sendToolInput({ arguments: {} });
  await window.sendResult(result);
};
