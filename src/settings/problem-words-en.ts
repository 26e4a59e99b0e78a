/**
 * What can be wrong with settings, and what to do about it. A fault is read after the name of the setting, a hint after a
 * fault, with a small letter and a full stop.
 */
export const en = {
  notSet: 'is not set',
  unknown: 'is an unknown setting',
  seeHelp: 'see agora-threads-mcp --help, which lists them all.',
  didYouMean: (name: string) => `did you mean ${name}?`,
  placeholder: (shown: string) => `is an unexpanded ${shown} placeholder`,
  fillIn: 'set that variable where the assistant is started, or write the value itself.',
  onlyInput: 'only VS Code fills it in, by asking; for doctor --config, set this setting in the shell.',
  or: (one: string, other: string) => `${one} or ${other}`,
  inQuotes: 'is in quotes, which count as part of it here',
  writeAlone: 'write the value alone.',
  bothSet: (file: string) => `and ${file} are both set`,
  unsetOne: 'unset one of them.',

  mustBe: {
    yesOrNo: 'must be 1 or 0',
    oneOf: (values: readonly string[]) => `must be one of ${values.join(', ')}`,
    wholeNumber: (from: number, to: number) => `must be a whole number from ${from} to ${to}`,
    token: 'must be the value alone, on one line, without "Bearer" before it',
    fullPath: 'must be a full path, such as /var/log/threads.jsonl or ~/threads.jsonl',
    pathWithoutTilde: 'must be a full path, since ~ is not expanded here',
    hex32: 'must be 32 hexadecimal digits',
    appKey:
      'must be org#app, both halves as the console shows them; in a .env file put it in quotes, since # starts a comment there',
    pathPart: 'must be the bare name as the console shows it',
    host: 'must be a host such as a41.chat.agora.io, with or without https:// before it, and no path',
    httpUrl: 'must be an address such as https://threads.example.com/mcp',
    redisUrl: 'must be the address of a Redis: redis://host:port, or rediss://user:password@host:port',
    replica: 'must be 1 to 32 letters, digits or dashes',
    proxy: 'must be the address of an HTTP proxy',
  },
  proxyForm: 'write it as http://host:port.',
  plainHttp:
    'is plain http, which would expose the token to everyone on the network path: use https, or set AGORA_CHAT_ALLOW_HTTP=1 for a private deployment',

  otherApp: (settings: readonly string[]) => `names another app than ${settings.join(' and ')}`,
  unsetOneOrOther: 'unset one or the other.',
  noAppNamed: 'is not set, and neither is AGORA_APP_ID: one of them must say which app is meant',

  noCredentials: 'No credentials are set',
  twoCredentials: 'Two kinds of credentials are set',
  kindOfCredentials: (one: string, other: string) => `${one} with ${other}`,
  set: (kinds: readonly string[], places: readonly string[]) =>
    `set ${kinds.join(', ')} or ${TOKEN}. Where to find them: ${places.join('; ')}.`,
  keep: (kinds: readonly string[]) => `keep one of ${kinds.join(', ')} or ${TOKEN}.`,
  place: (setting: string, where: string) => `${setting}: ${where}`,
  appIdAgain: 'is the App ID again',
  besideIt: 'the certificate is beside it in the console.',

  namesNoTool: 'names no tool',
  leaveOut: 'leave it out to have all of them.',
  leftOut: (tools: readonly string[]) => `names only ${tools.join(', ')}, which other settings leave out`,
  whyLeftOut:
    'tools that change something are not there with AGORA_THREADS_READ_ONLY, nor undocumented ones without AGORA_THREADS_UNDOCUMENTED=1.',
  unknownTool: 'names an unknown tool',
  theTools: (tools: readonly string[]) => `the tools are ${tools.join(', ')}.`,

  file: {
    notRegular: 'the file it names is not a regular file',
    unreadable: (code: string) => `the file it names cannot be read (${code})`,
    utf16: 'the file it names is UTF-16: save it as UTF-8',
    notBare: 'the file it names must hold the bare secret on one line, and nothing else',
  },
};

const TOKEN = 'AGORA_CHAT_APP_TOKEN (an app token you already have)';

export type ProblemWords = typeof en;

/** Picks the words of a fault or a hint in one language. */
export type Say = (words: ProblemWords) => string;
