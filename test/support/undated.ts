/** A text without what its cursors are bound to and end with: both change with the port of the service. */
export const onAnyPort = (text: string): string =>
  text.replace(/\b1\.[\w-]{12}(\.[^\s"]*\.)[\w-]{4}(?=["\s]|$)/g, '1.LIST$1CHECK');

/**
 * A text without the times of this very run: the minute in which a list ends, when a record was seen, and when a line
 * of the audit log was written.
 */
export const undated = (text: string): string =>
  onAnyPort(text)
    .replace(/As of \d{4}-\d\d-\d\d \d\d:\d\d UTC/g, 'As of NOW')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/gm, 'NOW')
    .replace(/(?<="time":")[^"]+/g, 'NOW');
