import { type Language, languageOf } from '../base/language.ts';
import type { Environment } from '../settings/read-config.ts';
import { en, type TerminalWords } from './terminal-words-en.ts';
import { zh } from './terminal-words-zh.ts';

const TABLES: Readonly<Record<Language, TerminalWords>> = { en, zh };

export const terminalWords = (language: Language): TerminalWords => TABLES[language];

/** Of a command that reads no other setting. */
export const wordsFor = ({ AGORA_THREADS_LANG: lang }: Environment): TerminalWords =>
  terminalWords(languageOf(lang) ?? 'en');
