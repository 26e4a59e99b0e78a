import type { Language } from '../base/language.ts';
import { en, type Texts } from './texts-en.ts';
import { zh } from './texts-zh.ts';

const TABLES: Readonly<Record<Language, Texts>> = { en, zh };

export const textsOf = (language: Language): Texts => TABLES[language];
