import type { AgoraErrorFacts } from '../agora/errors.ts';
import { capitalised, counted } from '../base/wording.ts';
import { en as tokensFile } from '../http/token-words.ts';
import { errorWords, serviceSaid } from '../present/error-words.ts';
import type { Span } from '../present/time.ts';
import { en as problems } from '../settings/problem-words-en.ts';

/*
 * All that the doctor says, in English. A detail is read after the name of its check and has no full stop; a fix is a
 * sentence or two. Parameters arrive escaped and quoted.
 */

const NEEDED = 'AGORA_CHAT_HOST, AGORA_CHAT_APP_KEY or AGORA_APP_ID, and credentials';

export const en = {
  /** What is wrong with settings, and with a file of tokens. */
  problems,
  tokensFile,
  sections: {
    configuration: 'Configuration',
    settings: 'Settings',
    server: 'Server',
    network: 'Network',
    service: 'Service',
  },
  marks: { ok: 'ok', warn: 'warn', fail: 'fail', skipped: 'skipped' },
  /** Of checks; a setting is named as it is. */
  names: {
    server: 'server',
    assistant: 'assistant',
    command: 'command',
    disabled: 'disabled',
    json: 'json',
    envFile: 'envFile',
    env: 'env',
    args: 'args',
    variables: 'variables',
    'this shell': 'this shell',
    tools: 'tools',
    confirm: 'confirm',
    audit_log: 'audit log',
    policy: 'policy',
    http_tokens: 'http tokens',
    shared_quota: 'shared quota',
    host: 'host',
    certificates: 'certificates',
    proxy: 'proxy',
    dns: 'dns',
    connection: 'connection',
    clock: 'clock',
    token: 'token',
    list_call: 'list call',
    threads_enabled: 'threads enabled',
    rate_limit: 'rate limit',
  },
  withFix: (detail: string, fix: string) => `${detail}. Fix: ${fix}`,
  span: ({ count, unit }: Span) => `${count} ${unit}`,
  list: (items: readonly string[]) => items.join(', '),
  /** A hint of the settings as a sentence. */
  sentence: capitalised,
  takeFrom: (where: string) => `Take it from ${where}.`,
  steps: (...sentences: readonly string[]) => sentences.join(' '),
  /** A failed call, and what to do. */
  failure: (facts: AgoraErrorFacts) => ({
    detail: errorWords({ facts }) + serviceSaid(facts),
    fix: capitalised(facts.operator ?? facts.next),
  }),

  /** The first line: `subject` is what is checked. */
  title: (version: string, node: string, subject: string) => `agora-threads-mcp ${version} on Node ${node}: ${subject}`,
  subject: {
    app: (name: string, origin: string) => `app ${name} at ${origin}`,
    sandboxForced: 'the embedded sandbox, because AGORA_THREADS_SANDBOX is set',
    sandbox: 'the embedded sandbox, because no setting names an app',
    as: (assistant: string, server: string) => `, as ${assistant} starts ${server}`,
  },
  verdict: {
    0: 'Good',
    1: 'Not good: a check with the service failed',
    2: 'Not good: a check on this machine failed',
    3: 'Sandbox only: your app was NOT checked',
    /** Skipped checks may hide what is wrong. */
    soFar: 'Good so far, but not everything was checked',
    line: (verdict: string, counts: readonly string[]) => `${verdict} (${counts.join(', ')}).`,
    count: (count: number, mark: string) => `${count} ${mark}`,
    unsetSandbox: 'To check your app, unset AGORA_THREADS_SANDBOX.',
    fileNamesNoApp: `The file names no app. To check your app, its env needs ${NEEDED}.`,
    fileNamesSandbox: `The file names a sandbox that runs by itself. To check your app, its env needs ${NEEDED}.`,
    giveSettings: `To check your app, give the doctor the settings that your assistant gives the server: doctor --config FILE with its JSON configuration, or the same variables in this shell (${NEEDED}).`,
  },

  skipped: {
    incomplete: 'settings are incomplete or invalid',
    offline: 'skipped by --offline',
    wrong: (setting: string) => `${setting} is wrong`,
    hostNotFound: 'the host name was not found',
    noConnection: 'there is no connection',
    noSandbox: 'the sandbox does not run',
    noToken: 'there is no good token',
    listFailed: 'the list call failed',
    refused: (code: string) => `the service refused the call: ${code}`,
  },

  configuration: {
    unknownAssistant: 'the assistant',
    server: (server: string, file: string, assistant: string) =>
      `${server} in ${file}, the configuration of ${assistant}`,
    noVariables: 'not known, so no variables are filled in',
    nameTheFile: 'Give the file the name and the folder that the assistant reads it from, such as .cursor/mcp.json.',
    starts: (words: number) =>
      `starts agora-threads-mcp, with ${words === 0 ? 'no flags' : `flags of ${counted(words, 'word')}`}`,
    startsUnknown: 'is not known to start agora-threads-mcp: its flags are not looked at',
    isLine: 'Write the program alone as command, each further word into args, and variables into env.',
    passesOn: 'Check that it passes its environment and its flags on.',
    inCommand: (settings: string) => `${settings}: set within the command, which is not read here`,
    moveToEnv: 'Move it into env.',
    nowhere: 'the path of agora-threads-mcp leads nowhere',
    correctProgram: 'Correct the path, and build a clone with npm run build.',
    disabled: (assistant: string) => `${assistant} does not start it`,
    enable: 'Enable it in the file.',
    loose: 'the file has comments or trailing commas, which not every assistant reads',
    plainJson: (assistant: string | undefined) =>
      `Write plain JSON, unless you know that ${assistant ?? 'yours'} reads it.`,
    envFileUnread: (assistant: string) => `${assistant} is not known to read it, and it is not read here`,
    intoEnv: 'Write its variables into env.',
    envFileMissing: 'the file it names cannot be read',
    correctPath: 'Correct its path.',
    notText: 'is not a text in the file',
    inQuotes: 'Put its value in quotes.',
    filled: (places: string) => `filled in from this shell: ${places}`,
    missing: (places: string) => `no such value in this shell: ${places}`,
    setIt: (assistant: string) => `Set it here for this check, and where ${assistant} is started.`,
    inShell: (settings: string) => `${settings}: set in this shell, not in the file, and not used here`,
    otherEnvironment: (assistant: string) => `Write it into env: ${assistant} may be started in another environment.`,
    doesNotStart: (why: string) => `the server does not start: ${why}`,
    wordWithoutFlag: 'a word of its args belongs to no flag',
    correctArgs: 'Correct the args of the file.',
  },

  /** What is wrong with flags; the command line says the same. */
  flags: {
    unknown: (nearest: string | undefined) =>
      `one of its flags is unknown${nearest === undefined ? '' : `. Did you mean --${nearest}?`}`,
    secret: (flag: string, fileFlag: string, setting: string) =>
      `there is no flag --${flag}, since anyone on this machine can read the arguments of a process. Use --${fileFlag} FILE, or ${setting} in the environment`,
    twice: (flag: string) => `--${flag} is given twice`,
    noValue: (flag: string) => `--${flag} takes no value: --${flag} for yes, --no-${flag} for no`,
    needsValue: (flag: string, placeholder: string) => `--${flag} needs a value: --${flag} ${placeholder}`,
    invalid: (flag: string, mustBe: string) => `--${flag} ${mustBe}`,
  },

  settings: {
    sources: {
      environment: 'environment',
      flag: 'flag',
      env: 'env of the file',
      envFile: 'envFile',
      args: 'args of the file',
      instead: 'this shell, in place of what the editor asks for',
    },
    value: (value: string, source: string) => `${value} (${source})`,
    default: 'default',
    fingerprint: (hash: string, characters: number) => `sha256 ${hash}…, ${characters} characters`,
    file: (file: string) => `file ${file}`,
    missingFile: 'a file that is not there',
    ignored: 'ignored, because AGORA_THREADS_SANDBOX is set',
    notOurs: 'is not a setting of this server and is ignored',
    rename: (setting: string) => `If it was meant for this server, rename it to ${setting}.`,
    readable: (found: string) => `${found}, which everyone on this machine can read`,
    chmod: (file: string) => `Run: chmod 600 ${file}`,
    bareSecret: 'Write the bare secret into that file, readable only by this user.',
  },

  server: {
    allTools: (count: number) => `all ${count} are registered`,
    someTools: (count: number, all: number, settings: readonly string[]) =>
      `${count} of ${all} are registered, by ${settings.join(' and ')}`,
    confirm: {
      auto: 'auto: a form where the client shows forms, else a click where it draws views, else a code',
      person: 'person: only a person can confirm; where the client shows neither forms nor views, nothing is deleted',
      code: 'code: a code, which only proves that a second call was made, not that a person agreed',
    },
    noAuditLog: 'off, because AGORA_THREADS_AUDIT_LOG is not set',
    notRegular: (file: string) => `${file} is not a regular file`,
    writable: (file: string) => `${file} can be written`,
    creatable: (file: string) => `${file} can be created`,
    notWritable: (file: string, reason: string) =>
      `${file} cannot be written (${reason}): without it every change is refused`,
    nameAuditLog: 'Name a file in AGORA_THREADS_AUDIT_LOG that this user can write; its folder must exist.',
    policies: (folder: string) => `rules in ${folder} name all tools that delete`,
    noPolicies: (folder: string, tools: string, assistant: string) =>
      `no rule in ${folder} names ${tools}: once ${assistant} may use all tools, nobody is asked before a deletion`,
    writePolicy: 'Write the policy in docs/hosts/gemini-cli.md into that folder.',
    tokens: (tokens: number, names: number) => `valid tokens: ${tokens}, of ${counted(names, 'name')}`,
    noTokens: 'the file holds no valid token, so nobody can connect',
    tokensUnreadable: (fault: string) => `the file ${fault}, so nobody can connect`,
    wrongLines: (tokens: string, lines: string) => `${tokens}; ${lines}`,
    correctLines: 'Correct or remove these lines.',
    nameTokensFile: 'Name a file of tokens.',
    makeToken: 'agora-threads-mcp token NAME --scopes read prints a line for the file.',
    quotaUnused: 'not used: the embedded sandbox belongs to one process',
    quota: (sharing: string, each: number) =>
      `Redis answers; ${sharing}; without Redis each would make at most ${each} calls a second`,
    nobodyShares: 'no process has shared the rate limit in the last ten minutes',
    sharing: (count: number, hosts: string) => `processes that share the rate limit: ${count} (${hosts})`,
    onHost: (count: number, host: string) => `${count} on ${host}`,
    noRedis: (reason: string, each: number) =>
      `Redis does not answer (${reason}): each process continues on its own, with at most ${each} calls a second`,
    checkRedis:
      'Check AGORA_THREADS_REDIS_URL, that Redis (6.2 or later) runs, and that its user may run scripts on agora-threads:* keys.',
  },

  network: {
    plainHere: (origin: string) => `${origin}, plain HTTP on this machine`,
    plain: (origin: string) => `${origin} is plain HTTP: anyone on the network path can read the token`,
    useHttps: 'Use https, unless you trust the whole network path to this private deployment.',
    unchecked: 'not checked, because NODE_TLS_REJECT_UNAUTHORIZED is 0: anyone on the network path can read the token',
    checkAgain: 'Unset it, and name a private certificate authority with NODE_EXTRA_CA_CERTS.',
    extra: (file: string) => `Node’s own, and ${file} (NODE_EXTRA_CA_CERTS)`,
    proxy: (address: string, setting: string) => `${address} (${setting})`,
    proxyWithCredentials: (address: string, setting: string) => `${address} (${setting}, with credentials)`,
    noProxy: 'not set',
    notHere: 'not used for this machine',
    notForHost: 'set, but not used for this host',
    proxyHost: (host: string) => `the proxy ${host}`,
    isAddress: (host: string) => `${host} is an IP address: nothing to look up`,
    found: (host: string, addresses: string) => `${host} is ${addresses}`,
    answered: (ms: number) => `the host answered in ${ms} ms`,
    answeredOverTls: (ms: number) => `the host answered over TLS with a good certificate in ${ms} ms`,
    allowLoopback: 'Let this server use loopback (127.0.0.1), where the sandbox runs.',
    noDate: 'the service’s answer had no Date header',
    inStep: 'in step with the service, to the minute',
    ahead: (by: string) => `this machine is ${by} ahead of the service`,
    behind: (by: string) => `this machine is ${by} behind the service`,
    setClock: 'Set this machine’s clock by NTP: tokens built here and the ages shown depend on it.',
  },

  service: {
    built: 'built here from AGORA_APP_CERTIFICATE for 24 h, and renewed automatically',
    exchanged: (life: string) => `exchanged, valid for ${life}, and renewed automatically`,
    exchangedForever: 'exchanged, without an expiry time, and renewed automatically',
    silentToken: 'an app token that does not say when it expires; it is not renewed',
    token: (appId: string, life: string, end: string) =>
      `an app token for App ID ${appId}, valid for ${life}, until ${end}; it is not renewed`,
    shortToken: (appId: string, life: string, end: string) =>
      `an app token for App ID ${appId}, valid for ${life}, until ${end}`,
    renewable: 'This token is not renewed. Set AGORA_APP_ID and AGORA_APP_CERTIFICATE instead for tokens that are.',
    damaged: 'it starts like a built token (007) but cannot be decoded: damaged or truncated',
    otherApp: (appId: string, named: string) => `it is for App ID ${appId}, but the settings name ${named}`,
    userToken: 'it is a user token, and only an app token may make these calls',
    expired: (ago: string, end: string) => `it expired ${ago} ago, at ${end}`,
    newToken: 'Get a new token of this app from your token server: an app token, not a user token.',
    noThreads: 'the service answered: there is no thread yet',
    threads: 'the service answered: there are threads',
    enabled: 'threads are enabled for this app',
    limitInAll: (calls: number) => `not reached; this server makes at most ${calls} calls a second in all`,
    limit: (calls: number) => `not reached; this server makes at most ${calls} calls a second to each endpoint`,
    clockFirst: 'Set the clock first, then run this again.',
    belongTogether: (setting: string) => `Check that ${setting}, app and AGORA_CHAT_HOST belong together.`,
  },
};

export type DoctorWords = typeof en;

/** Picks the words of a check in one language. */
export type Say = (words: DoctorWords) => string;
