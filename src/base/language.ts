/** The languages of texts meant for a person. What a model reads is always English. */
export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];
