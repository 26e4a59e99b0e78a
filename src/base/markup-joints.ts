/** `](` `][` `]:`, `![`, and `<` before what makes it a tag, a comment, a link (`<https:`) or a mail link (`<1@b.c>`). */
const JOINT = /(?<=\])(?=[([:])|(?<=!)(?=\[)|(?<=<)(?=[A-Za-z/!?]|[^\s<>]*@)/g;

/**
 * Puts a blank into each place where a Markdown renderer or VS Code would find a link, an image or a tag, so that a
 * name cannot draw one in a question. Nothing else changes, and bare addresses stay as they are.
 */
export const breakMarkup = (text: string): string => text.replace(JOINT, ' ');
