import { quoted } from '../base/escape.ts';

/** A fault is read after the name of the setting; a hint after the fault, with a small letter and a full stop. */
export interface Fault {
  readonly fault: string;
  /** What to do about it. Without a hint, the right value is to be set. */
  readonly hint?: string;
}

/** What can be wrong with settings. */
export const en = {
  notSet: { fault: 'is not set' },
  unknown: (nearest: string | undefined) => ({
    fault: 'is an unknown setting',
    hint: nearest === undefined ? 'see agora-threads-mcp --help, which lists them all.' : `did you mean ${nearest}?`,
  }),
  placeholder: (written: readonly string[]) => ({
    fault: `is an unexpanded ${written.join(' or ')} placeholder`,
    hint: 'set that variable where the assistant is started, or write the value itself.',
  }),
  inputPlaceholder: {
    fault: `is an unexpanded \${input:...} placeholder`,
    hint: 'only VS Code fills it in, by asking; for doctor --config, set this setting in the shell.',
  },
  inQuotes: { fault: 'is in quotes, which count as part of it here', hint: 'write the value alone.' },
  bothSet: (file: string) => ({ fault: `and ${file} are both set`, hint: 'unset one of them.' }),

  mustBe: {
    yesOrNo: 'must be 1 or 0',
    oneOf: (values: readonly string[]) => `must be one of ${values.join(', ')}`,
    wholeNumber: (from: number, to: number) => `must be a whole number from ${from} to ${to}`,
    token: 'must be the value alone, on one line, without "Bearer" before it',
    fullPath: 'must be a full path, such as /var/log/threads.jsonl or ~/threads.jsonl',
    hex32: 'must be 32 hexadecimal digits',
    appKey:
      'must be org#app, both halves as the console shows them; in a .env file put it in quotes, since # starts a comment there',
    pathPart: 'must be the bare name as the console shows it',
    host: 'must be a host such as a41.chat.agora.io, with or without https:// before it, and no path',
    httpUrl: 'must be an address such as https://threads.example.com/mcp',
    redisUrl: 'must be the address of a Redis: redis://host:port, or rediss://user:password@host:port',
    replica: 'must be 1 to 32 letters, digits or dashes',
    toolNames: 'names an unknown tool',
  },
  proxy: { fault: 'must be the address of an HTTP proxy', hint: 'write it as http://host:port.' },
  plainHttp: {
    fault:
      'is plain http, which would expose the token to everyone on the network path: use https, or set AGORA_CHAT_ALLOW_HTTP=1 for a private deployment',
  },

  otherApp: (settings: readonly string[]) => ({
    fault: `names another app than ${settings.join(' and ')}`,
    hint: 'unset one or the other.',
  }),
  noAppNamed: { fault: 'is not set, and neither is AGORA_APP_ID: one of them must say which app is meant' },

  noCredentials: (kinds: readonly Pair[], places: readonly Pair[]) => ({
    fault: 'No credentials are set',
    hint: `set ${oneKind(kinds)}. Where to find them: ${places.map(([setting, where]) => `${setting}: ${where}`).join('; ')}.`,
  }),
  twoCredentials: (kinds: readonly Pair[]) => ({
    fault: 'Two kinds of credentials are set',
    hint: `keep one of ${oneKind(kinds)}.`,
  }),
  appIdAgain: { fault: 'is the App ID again', hint: 'the certificate is beside it in the console.' },

  namesNoTool: { fault: 'names no tool', hint: 'leave it out to have all of them.' },
  leftOut: (tools: readonly string[]) => ({
    fault: `names only ${tools.join(', ')}, which other settings leave out`,
    hint: 'tools that change something are not there with AGORA_THREADS_READ_ONLY, nor undocumented ones without AGORA_THREADS_UNDOCUMENTED=1.',
  }),
  misspeltTool: (name: string, nearest: string) => ({
    fault: `names ${quoted(name)}, which is not a tool`,
    hint: `did you mean ${nearest}?`,
  }),
  /** What is not like the name of any tool may be a secret in the wrong place, and is not shown. */
  unknownTool: (tools: readonly string[]) => ({
    fault: 'names an unknown tool',
    hint: `the tools are ${tools.join(', ')}.`,
  }),

  file: {
    notRegular: 'the file it names is not a regular file',
    unreadable: (code: string) => `the file it names cannot be read (${code})`,
    utf16: 'the file it names is UTF-16: save it as UTF-8',
    notBare: 'the file it names must hold the bare secret on one line, and nothing else',
  },
};

type Pair = readonly [string, string];

/** Two settings a kind. */
const oneKind = (kinds: readonly Pair[]): string =>
  `${kinds.map(([one, other]) => `${one} with ${other}`).join(', ')} or AGORA_CHAT_APP_TOKEN (an app token you already have)`;

export type ProblemWords = typeof en;

/** Picks the words in one language. */
export type Say<T = string> = (words: ProblemWords) => T;
