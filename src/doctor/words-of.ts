import type { Language } from '../base/language.ts';
import { type DoctorWords, en } from './words-en.ts';
import { zh } from './words-zh.ts';

const TABLES: Readonly<Record<Language, DoctorWords>> = { en, zh };

export const wordsOf = (language: Language): DoctorWords => TABLES[language];
