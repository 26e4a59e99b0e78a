/** A text without the times of this very run: the minute in which a list ends, and when a record was seen. */
export const undated = (text: string): string =>
  text
    .replace(/As of \d{4}-\d\d-\d\d \d\d:\d\d UTC/g, 'As of NOW')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/gm, 'NOW');
