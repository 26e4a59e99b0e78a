import { SANDBOX } from '../sandbox/identity.ts';
import type { Credentials } from '../settings/app-target.ts';
import type { Target } from '../settings/read-config.ts';

/** Is it the embedded sandbox, or one that runs by itself on this machine? Its data is invented, and results say so. */
export const isSandbox = (target: Target): boolean =>
  target.kind === 'sandbox' || (target.kind === 'app' && target.loopback && areOfSandbox(target.credentials));

/** Nobody else uses the credentials that the sandbox prints. A secret in a file is not read for this. */
function areOfSandbox(source: Credentials): boolean {
  switch (source.kind) {
    case 'fixed':
      return source.token.value === SANDBOX.appToken;
    case 'built':
      return source.appId === SANDBOX.appId;
    case 'exchanged':
      return source.clientId === SANDBOX.clientId;
  }
}
