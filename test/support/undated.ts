/** A text without the minute of this very run, in which every list ends. */
export const undated = (text: string): string => text.replace(/As of \d{4}-\d\d-\d\d \d\d:\d\d UTC/g, 'As of NOW');
