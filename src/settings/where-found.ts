import { LANGUAGES, type Language } from '../base/language.ts';

/** Whose console a person uses. */
export type Vendor = 'agora' | 'easemob';

/** Where the value of a setting is found: in the console of a vendor, or anywhere else. */
export type Where = Readonly<Partial<Record<Vendor | 'any', Readonly<Record<Language, string>>>>>;

/** Who is told where to look. */
export interface Reader {
  /** Undefined where the settings do not tell. */
  readonly vendor: Vendor | undefined;
  readonly language: Language;
}

/** The consoles of the reader's vendor, or of all where it is not known or has no such value. */
export function whereFor(where: Where, { vendor, language }: Reader): string {
  const own = vendor && where[vendor];
  return (own ? [own] : Object.values(where)).map((names) => names[language]).join(language === 'zh' ? '或' : '; ');
}

/** All consoles in all languages, for a form that nobody has filled in yet. */
export const whereForAll = (where: Where): string =>
  Object.values(where)
    .flatMap((names) => LANGUAGES.map((language) => names[language]))
    .join('; ');

const OF_EASEMOB = /(^|\.)easemob\.com(:\d+)?$/i;
const OF_AGORA = /(^|\.)(agora\.io|sd-rtn\.com|shengwang\.cn)(:\d+)?$/i;

/** The vendor that the settings tell of, by their names and the host. */
export function vendorOf(given: ReadonlyMap<string, string>): Vendor | undefined {
  const names = [...given.keys()];
  const host = (given.get('AGORA_CHAT_HOST') ?? '').replace(/^\w+:\/\//, '');
  const isEasemob = names.some((name) => name.startsWith('EASEMOB_')) || OF_EASEMOB.test(host);
  const isAgora = names.some((name) => /^AGORA_APP_(ID|CERTIFICATE)/.test(name)) || OF_AGORA.test(host);
  if (isEasemob === isAgora) return undefined;
  return isEasemob ? 'easemob' : 'agora';
}
