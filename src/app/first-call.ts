import { appOnly, catalogue, undocumented } from '../../tools/index.ts';
import { type Caller, type CallOptions, createCaller } from '../mcp/call-tool.ts';

export { openConnection } from './open-app.ts';

const CALLABLE = [...catalogue, ...undocumented, ...appOnly];

export const callerFor = (options: CallOptions, closing: AbortSignal): Caller =>
  createCaller(options, CALLABLE, closing);
