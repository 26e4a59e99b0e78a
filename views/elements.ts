/** What an element holds; `false` and undefined are left out. */
export type Child = Node | string | false | undefined;

const isThere = (child: Child): child is Node | string => child !== false && child !== undefined;

/** Makes an element. Strings become text nodes, so markup in a name stays text. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter(isThere));
  return element;
}

/** Acts on what a person does. Events made by a script are dropped, with what they would change. */
export function onUser(target: HTMLElement, type: 'click' | 'input', act: () => void): void {
  target.addEventListener(type, (event) => {
    if (event.isTrusted) act();
    else event.preventDefault();
  });
}

export function button(words: string, act: () => void, kind = ''): HTMLButtonElement {
  const made = el('button', { type: 'button', class: kind }, words);
  onUser(made, 'click', act);
  return made;
}

/** As long as a name may be. Longer text, such as one full of escapes, takes one line until a person opens it. */
const LONG = 64;

/** Text that others wrote. It is a bidi isolate of its own, so it cannot reorder what is beside it. */
export const whole = (text: string): HTMLElement => el('bdi', {}, text);

/** The same in a cell of a table. */
export function foreign(text: string): HTMLElement {
  const isolated = whole(text);
  return text.length > LONG ? el('details', {}, el('summary', {}, isolated)) : isolated;
}
