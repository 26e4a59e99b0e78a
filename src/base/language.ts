/** The languages of texts meant for a person. What a model reads is always English. */
export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Which of them a text names; undefined for none. */
export const languageOf = (text: string | undefined): Language | undefined =>
  LANGUAGES.find((language) => language === text?.trim());
