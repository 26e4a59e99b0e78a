const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029\u27e8\u{e0000}-\u{e0fff}]/gu;
export function visible(text: string, max = 200): string {
  const safe = text.replace(
    HIDDEN,
    (c) => `⟨U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
  const all = [...safe];
  return all.length <= max ? safe : `${all.slice(0, max).join('')}…(+${all.length - max})`;
}
export const inQuotes = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
export const quoted = (text: string, max?: number): string => inQuotes(visible(text, max));
