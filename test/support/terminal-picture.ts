/*
 * A picture of a terminal as SVG: only text, on a background of its own, so that it reads the same on light and dark
 * pages and needs no external font, script or style.
 */

const COLUMN = 7.8;
const LINE = 18;
const MARGIN = 16;
const BAR = 30;
const FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace";

/** Each has a contrast of at least 4.5 to 1 with the background. */
const COLOURS = { plain: '#e6edf3', call: '#7ee787', faint: '#8b949e', person: '#e3b341', error: '#ff7b72' } as const;
type Colour = keyof typeof COLOURS;

/** A part of a line. */
type Part = readonly [text: string, colour: Colour];

const escaped = (text: string): string =>
  text.replace(/[&<>]/g, (character) => (character === '&' ? '&amp;' : character === '<' ? '&lt;' : '&gt;'));

/**
 * The scenes of a demo's output that begin with these calls, in their order, with an ellipsis for those left out.
 *
 * @throws Error if there is no scene with one of the calls
 */
export function scenes(output: string, wanted: readonly string[]): string[] {
  const [opening, ...all] = output.trimEnd().split(/^(?=> )/m);
  const lines = (opening ?? '').trimEnd().split('\n');
  let next = 0;
  for (const call of wanted) {
    const at = all.findIndex((scene, i) => i >= next && scene.startsWith(`> ${call} `));
    if (at === -1) throw new Error(`The demo has no scene ${call}.`);
    if (at > next) lines.push('…');
    lines.push(...(all[at] ?? '').trimEnd().split('\n'));
    next = at + 1;
  }
  return lines;
}

/** Colours the lines as the demo does on a terminal. */
function coloured(lines: readonly string[]): Part[][] {
  let said: Colour = 'plain';
  return lines.map((line) => {
    const [, call, args] = /^(> \w+)(.*)$/.exec(line) ?? [];
    if (call !== undefined) {
      said = 'plain';
      return [
        [call, 'call'],
        [args ?? '', 'plain'],
      ];
    }
    const [, gutter, text = ''] = /^( {2}│ )(.*)$/.exec(line) ?? [];
    if (gutter === undefined) {
      if (!line.startsWith('  ? ')) return [[line, line.startsWith('    ') ? 'plain' : 'faint']];
      // The question is for the person; after the answer comes the result for the model.
      said = line.endsWith(':') ? 'person' : 'plain';
      return [[line, 'person']];
    }
    if (text.startsWith('Error [')) said = 'error';
    return [
      [gutter, 'faint'],
      [text, said],
    ];
  });
}

/** Fonts disagree on the width of East Asian text, so only lines without it are set to an exact width. */
const isNarrow = (text: string): boolean => !/[\u1100-\uffdc]/.test(text.replaceAll('│', ' ').replaceAll('…', ' '));

/**
 * @param lines of a demo's output
 * @param title what a screen reader says
 */
export function terminalPicture(lines: readonly string[], title: string): string {
  const width = Math.ceil(Math.max(...lines.map(({ length }) => length)) * COLUMN + 2 * MARGIN);
  const height = BAR + lines.length * LINE + MARGIN;
  const rows = coloured(lines).map((parts, i) => {
    const text = parts.map(([words]) => words).join('');
    const held = isNarrow(text) ? ` textLength="${Math.round(text.length * COLUMN * 10) / 10}"` : '';
    const spans = parts
      .filter(([words]) => words !== '')
      .map(([words, colour]) => `<tspan fill="${COLOURS[colour]}">${escaped(words)}</tspan>`);
    return `<text x="${MARGIN}" y="${BAR + (i + 1) * LINE - 5}"${held} xml:space="preserve">${spans.join('')}</text>`;
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">`,
    `<title id="title">${escaped(title)}</title>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="#0d1117" stroke="#30363d"/>`,
    ...['#ff5f56', '#ffbd2e', '#27c93f'].map(
      (fill, i) => `<circle cx="${20 + i * 18}" cy="17" r="5.5" fill="${fill}"/>`,
    ),
    `<g font-family="${FONT}" font-size="13">`,
    ...rows,
    '</g>',
    '</svg>',
  ].join('\n')}\n`;
}
