/** Where one cell is played: everything that a host reads or writes is below it. */
export interface Place {
  /** HOME of the host. */
  readonly home: string;
  /** The folder it works in. */
  readonly work: string;
}

export interface Surroundings extends Place {
  /** Where the scripted model listens: `http://127.0.0.1:PORT`. */
  readonly model: string;
}

/** A question of a host on its screen, and the keys that answer it, as tmux names them. */
export interface Dialog {
  readonly kind: 'start' | 'tool' | 'form';
  readonly seen: RegExp;
  readonly yes: readonly string[];
  readonly no: readonly string[];
}

export interface Host {
  readonly title: string;
  /** Its page is `docs/hosts/NAME.md`; also its name on our command line. */
  readonly name: string;
  readonly package: string;
  readonly version: string;
  readonly bin: string;
  readonly needsNode22?: boolean;
  /** Does it declare forms? */
  readonly forms: boolean;
  /** Keys, endpoints and switches; the values are dummies. */
  env(model: string): Readonly<Record<string, string>>;
  /** What a first start in this folder would ask for, by path; `~` is HOME. */
  files(around: Surroundings): Readonly<Record<string, string>>;
  /** Where the configuration of its page goes. */
  readonly configFile: string;
  /** The arguments for one prompt without a person. */
  headless(prompt: string, allowed: boolean): readonly string[];
  readonly interactive: readonly string[];
  /** On the screen once a prompt can be typed. */
  readonly ready: RegExp;
  readonly dialogs: readonly Dialog[];
  /** The choices of a form, all of which a person has to see. */
  readonly choices: readonly RegExp[];
  /** How the prompt `triage_user_threads` of user lin is asked for; undefined where the host offers no prompts. */
  readonly promptCommand?: string;
  /** Lets it look for prompts again, where it looks before a slow server is ready. */
  readonly findsPrompts?: string;
  /** What is typed to leave. */
  readonly leave: readonly string[];
}
