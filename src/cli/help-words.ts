import type { Language } from '../base/language.ts';
import { en, type HelpWords } from './help-words-en.ts';
import { zh } from './help-words-zh.ts';

const TABLES: Readonly<Record<Language, HelpWords>> = { en, zh };

export const helpWords = (language: Language): HelpWords => TABLES[language];
