/** Files of packages that have no declarations of their own; where the package declares what is in them, that is used. */

declare module 'undici/lib/api/api-connect.js' {
  import type { Dispatcher } from 'undici';

  const connect: Dispatcher['connect'];
  export default connect;
}
declare module 'undici/lib/dispatcher/agent.js' {
  export { Agent as default } from 'undici';
}
declare module 'undici/lib/dispatcher/dispatcher.js' {
  export { Dispatcher as default } from 'undici';
}
declare module 'undici/lib/dispatcher/pool.js' {
  export { Pool as default } from 'undici';
}
declare module 'undici/lib/dispatcher/proxy-agent.js' {
  export { ProxyAgent as default } from 'undici';
}
declare module 'agora-token/src/ChatTokenBuilder.js' {
  import { ChatTokenBuilder } from 'agora-token';

  const library: { ChatTokenBuilder: typeof ChatTokenBuilder };
  export default library;
}
declare module 'agora-token/src/AccessToken2.js' {
  /** A service that a token gives access to. */
  interface Service {
    /** Type, number of privileges (u16 each), the privileges (u16, then u32), and for Chat a user id. Little-endian. */
    pack(): Buffer;
  }
  class AccessToken2 {
    appId: Buffer;
    /** In seconds since 1970. */
    issueTs: number;
    /** In seconds from `issueTs` on. */
    expire: number;
    /** False where the token cannot be read. Its signature is not checked. */
    from_string(token: string): boolean;
    getServices(type: number): readonly Service[];
  }

  const library: {
    AccessToken2: typeof AccessToken2;
    kChatServiceType: number;
    ServiceChat: { kPrivilegeApp: number };
  };
  export default library;
}
