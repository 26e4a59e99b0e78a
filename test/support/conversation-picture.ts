import { columnsOf } from '../../src/base/display-width.ts';

/*
 * A picture of a conversation as SVG: only text and boxes, on a background of its own, so that it reads the same on
 * light and dark pages. Narrow, with letters large enough to be read where a page is 400 pixels wide.
 */

const WIDTH = 460;
const MARGIN = 14;
const PADDING = 10;
const LINE = 19;
const SIZE = 13.5;
/** Of a fixed-width letter of that size. */
const COLUMN = SIZE * 0.6;
const GAP = 12;
const SANS = "system-ui,-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif";
const MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono','Noto Sans Mono CJK SC',monospace";

/** Each has a contrast of at least 4.5 to 1 with what is behind it. */
const BACK = '#ffffff';
const INK = '#1f2328';
const FAINT = '#59636e';

export type Part =
  | { readonly kind: 'person' | 'assistant' | 'call'; readonly text: string }
  /** What the server asks: a heading, the question, and the box that was ticked. */
  | { readonly kind: 'form'; readonly heading: string; readonly text: string; readonly ticked: string };

interface Look {
  readonly font: string;
  readonly ink: string;
  readonly box: { readonly fill: string; readonly stroke: string } | undefined;
  /** Where a line of the person begins further right. */
  readonly indent: number;
}

const LOOKS: Readonly<Record<Part['kind'], Look>> = {
  person: { font: SANS, ink: INK, box: { fill: '#ddf4ff', stroke: '#54aeff' }, indent: 110 },
  assistant: { font: SANS, ink: INK, box: undefined, indent: 0 },
  call: { font: MONO, ink: FAINT, box: { fill: '#f6f8fa', stroke: '#d1d9e0' }, indent: 0 },
  form: { font: MONO, ink: INK, box: { fill: '#fff8c5', stroke: '#d4a72c' }, indent: 0 },
};

const escaped = (text: string): string =>
  text.replace(/[&<>]/g, (character) => (character === '&' ? '&amp;' : character === '<' ? '&lt;' : '&gt;'));

interface Row {
  readonly text: string;
  readonly font: string;
  readonly bold?: boolean;
}

/** Folds a line to at most so many columns: at blanks, and between Chinese characters. */
function fold(line: string, columns: number): string[] {
  const rows: string[] = [];
  let row = '';
  for (const part of line.split(/(?<= )|(?<=[\u3000-\u9fff\uff00-\uff60])(?![\uff00-\uff60\u3000-\u303f])/)) {
    if (row !== '' && columnsOf(`${row}${part}`.trimEnd()) > columns) {
      rows.push(row.trimEnd());
      row = part;
    } else row += part;
  }
  return [...rows, row.trimEnd()];
}

function rowsOf(part: Part, { font, indent }: Look): Row[] {
  const columns = Math.floor((WIDTH - 2 * MARGIN - 2 * PADDING - indent) / COLUMN);
  const folded = (text: string, by: string): Row[] =>
    text.split('\n').flatMap((line) => fold(line, columns).map((row) => ({ text: row, font: by })));
  if (part.kind !== 'form') return folded(part.text, font);
  return [
    { text: part.heading, font: SANS, bold: true },
    ...folded(part.text, font),
    { text: `☑ ${part.ticked}`, font: SANS, bold: true },
  ];
}

/** Fonts disagree on the width of East Asian text, so only lines without it are set to an exact width. */
const isNarrow = (text: string): boolean => !/[\u1100-\uffdc]/.test(text);

/** @param title what a screen reader says */
export function conversationPicture(parts: readonly Part[], title: string): string {
  const drawn: string[] = [];
  let top = MARGIN;
  for (const part of parts) {
    const look = LOOKS[part.kind];
    const rows = rowsOf(part, look);
    const height = rows.length * LINE + (look.box ? PADDING : 0);
    const widest = Math.max(...rows.map(({ text }) => columnsOf(text))) * COLUMN + 2 * PADDING;
    const width = part.kind === 'person' ? Math.min(widest, WIDTH - 2 * MARGIN - look.indent) : WIDTH - 2 * MARGIN;
    const left = part.kind === 'person' ? WIDTH - MARGIN - width : MARGIN;
    if (look.box) {
      const { fill, stroke } = look.box;
      drawn.push(
        `<rect x="${left.toFixed(1)}" y="${top}" width="${width.toFixed(1)}" height="${height}" rx="8" fill="${fill}" stroke="${stroke}"/>`,
      );
    }
    const x = (left + (look.box ? PADDING : 0)).toFixed(1);
    for (const [i, { text, font, bold }] of rows.entries()) {
      const y = top + (look.box ? PADDING / 2 : 0) + (i + 1) * LINE - 5;
      const exact = font === MONO && isNarrow(text) ? ` textLength="${(text.length * COLUMN).toFixed(1)}"` : '';
      const weight = bold ? ' font-weight="600"' : '';
      drawn.push(
        `<text x="${x}" y="${y}" fill="${look.ink}" font-family="${font}"${weight}${exact} xml:space="preserve">${escaped(text)}</text>`,
      );
    }
    top += height + GAP;
  }
  const height = top - GAP + MARGIN;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title">`,
    `<title id="title">${escaped(title)}</title>`,
    `<rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="10" fill="${BACK}" stroke="#d1d9e0"/>`,
    `<g font-size="${SIZE}">`,
    ...drawn,
    '</g>',
    '</svg>',
  ].join('\n')}\n`;
}
