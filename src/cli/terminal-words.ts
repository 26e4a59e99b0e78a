import type { Language } from '../base/language.ts';
import { en, type TerminalWords } from './terminal-words-en.ts';
import { zh } from './terminal-words-zh.ts';

const TABLES: Readonly<Record<Language, TerminalWords>> = { en, zh };

export const terminalWords = (language: Language): TerminalWords => TABLES[language];
