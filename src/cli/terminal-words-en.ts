/**
 * What the commands `call`, `export`, `token`, `sandbox` and `demo` say to the person at the terminal. What a model
 * reads is always English.
 */
export const en = {
  question: (label: string) => `${label}?`,
  noTerminal: (flag: string) => `Nothing was changed: there is no terminal to ask on. To go on, add ${flag}`,
  answeredNo: 'Nothing was changed: the answer was no.',
  cancelled: 'Cancelled.',
  cancelledBefore: 'Cancelled. Nothing was changed.',
  cancelledAfter: 'Cancelled. What was sent before may have been done.',
  exchangedAnew:
    'agora-threads-mcp call: each call exchanges the client secret for a new token, and the service bans callers that do so too often. For many calls get one token, and set AGORA_CHAT_APP_TOKEN.',
  export: {
    cost: (perSecond: number, seconds: number) =>
      `--members reads one member list a thread, or more of a thread of over 50 members, at ${perSecond} calls a second: 1,000 threads take at least ${seconds} s.`,
    progress: (threads: number, calls: number) => `${threads} threads, ${calls} calls`,
    exported: (threads: number, app: string, unresolved: number, calls: number) =>
      `Exported ${threads} threads of app ${app}${unresolved === 0 ? '' : `, and ${unresolved} of which no list tells more than the id`}, in ${calls} calls.`,
    complete: ' The export is complete.',
    incomplete: (why: string | undefined) => ` The export is INCOMPLETE${why === undefined ? '' : ` (${why})`}.`,
    cancelled: 'Cancelled: what was exported is incomplete, and has no last line.',
    nothing: (why: string, fix: string) => `Nothing was exported (${why}). ${fix}`,
  },
  token: (subject: string) => `The token of ${subject}, which is shown only now:`,
  sandbox: {
    listening: (url: string) => `A standalone sandbox is listening on ${url}`,
    data: 'Its data is invented, kept in memory, and gone when it ends (Ctrl-C).',
    settings: 'These settings point a server or a command at it. Paste one of the three kinds of credentials.',
    credentials: {
      token: 'An app token',
      certificate: 'App ID and App Certificate, as in the Agora Console',
      client: 'Client ID and ClientSecret, as in the Easemob console',
    },
    json: 'JSON for an assistant',
    toTry: (users: string, groups: string, message: string, group: string, owner: string) =>
      `To try: users ${users}\n        groups ${groups}\n        message ${message} in group ${group}, owner ${owner}`,
  },
  demo: {
    title: 'agora-threads-mcp on its embedded sandbox. Indented: what the model reads.',
    find: '1. Find a thread by its name, anywhere in the app:',
    noLoopback: 'The demo ends here: the sandbox runs on loopback (127.0.0.1), which this machine does not let it use.',
    orders: '2. Users of the app write the names. One of these gives orders; it is quoted, and stays a name:',
    delete: '3. Delete it. The server asks the person, not the model:',
    restore: '4. Changed your mind? The thread is made again, without its messages:',
    kept: '4. Without a yes, nothing is deleted.',
    next: 'Next: the README has the line for your assistant, docs/credentials.md the way to your own app.',
    noTerminal: 'No terminal to ask on: the demo answers yes by itself.',
    question: 'Delete it?',
  },
};

export type TerminalWords = typeof en;
