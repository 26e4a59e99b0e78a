import { APART, FLOORS } from '../../scripts/rooms.mjs';

/*
 * The rooms and the imports allowed between them, as SVG on a background of its own, so that it reads the same on a
 * light page and on a dark one. The rooms that any room above may import form a tower; the others are on its right,
 * those apart without an arrow.
 */

type Room = (typeof FLOORS)[number][number];

const WIDTH = 640;
const TOWER = { left: 24, width: 300 };
const SIDE = { left: 400, width: 200 };
const FIRST_ROW = 84;
const ROW = 50;
const BOX = 30;
const GAP = 8;

const PLAIN = '#8b949e';
const SPECIAL = '#e3b341';
const FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace";

interface Box {
  readonly left: number;
  readonly width: number;
  readonly top: number;
}

const topOf = (floor: number): number => FIRST_ROW + floor * ROW;
const middleOf = ({ left, width }: Box): number => left + width / 2;

/** The boxes of a floor in the tower, side by side. */
function towerBoxes(floor: number): [Room, Box][] {
  const rooms = (FLOORS[floor] ?? []).filter(({ importedBy }) => !importedBy);
  const width = (TOWER.width - GAP * (rooms.length - 1)) / rooms.length;
  return rooms.map((room, i) => [room, { left: TOWER.left + i * (width + GAP), width, top: topOf(floor) }]);
}

function box(path: string, at: Box, stroke: string): string {
  const name = path.endsWith('.ts') ? path : `${path}/`;
  return (
    `<rect x="${at.left}" y="${at.top}" width="${at.width}" height="${BOX}" rx="5" fill="#161b22" stroke="${stroke}"/>` +
    `<text x="${middleOf(at)}" y="${at.top + 20}" text-anchor="middle" fill="#e6edf3">${name}</text>`
  );
}

const words = (text: string, x: number, y: number, colour: string): string =>
  `<text x="${x}" y="${y}" fill="${colour}">${text}</text>`;

/** A line through these points, with an arrowhead at the end. */
function arrow(points: readonly (readonly [x: number, y: number])[], colour: string): string {
  const head = colour === PLAIN ? 'plain' : 'special';
  return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" marker-end="url(#${head})"/>`;
}

/** From each box to the boxes on the next floor. */
const towerArrows = (floor: number): string[] =>
  towerBoxes(floor).flatMap(([, from]) =>
    towerBoxes(floor + 1).map(([, to]) => {
      const x = middleOf(from.width < to.width ? from : to);
      return arrow(
        [
          [x, from.top + BOX],
          [x, to.top - 2],
        ],
        PLAIN,
      );
    }),
  );

/** A room that only some may import, with an arrow from each of them and to each room below it. */
function sideRoom({ path, importedBy = [] }: Room, floor: number): string[] {
  const side = { ...SIDE, top: topOf(floor) };
  const right = TOWER.left + TOWER.width;
  const incoming = importedBy.flatMap((importer, i) => {
    const from = FLOORS.findIndex((rooms) => rooms.some((room) => `${importer}/`.startsWith(`${room.path}/`)));
    const y = topOf(from) + BOX / 2;
    // The highest importer gets the outermost line, so that no two lines cross.
    const x = side.left + (side.width * (importedBy.length - i)) / (importedBy.length + 1);
    const line = arrow(
      [
        [right, y],
        [x, y],
        [x, side.top - 2],
      ],
      SPECIAL,
    );
    return importer.endsWith('.ts')
      ? [line, words(importer.split('/').at(-1) ?? '', right + 8, y - 6, SPECIAL)]
      : [line];
  });
  const outgoing = FLOORS.slice(floor + 1).map((_rooms, i) => {
    const y = topOf(floor + 1 + i) + BOX / 2;
    return arrow(
      [
        [middleOf(side), side.top + BOX],
        [middleOf(side), y],
        [right + 2, y],
      ],
      SPECIAL,
    );
  });
  return [...incoming, ...outgoing, box(path, side, SPECIAL)];
}

/** @param title what a screen reader says */
export function roomsPicture(title: string): string {
  const height = topOf(FLOORS.length) - ROW + BOX + 24;
  const marker = (id: string, colour: string): string =>
    `<marker id="${id}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">` +
    `<path d="M0 0 8 4 0 8z" fill="${colour}"/></marker>`;
  const drawn = FLOORS.flatMap((rooms, floor) => [
    ...towerBoxes(floor).map(([{ path }, at]) => box(path, at, '#30363d')),
    ...towerArrows(floor),
    ...rooms.filter(({ importedBy }) => importedBy).flatMap((room) => sideRoom(room, floor)),
  ]);
  const isArrow = (one: string): boolean => one.startsWith('<polyline');
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title">`,
    `<title id="title">${title}</title>`,
    `<defs>${marker('plain', PLAIN)}${marker('special', SPECIAL)}</defs>`,
    `<rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8" fill="#0d1117" stroke="#30363d"/>`,
    `<g font-family="${FONT}" font-size="13">`,
    words('A room may import every room below it in the tower.', TOWER.left, 32, '#e6edf3'),
    words('Only those with a yellow arrow may import the one on the right.', TOWER.left, 54, SPECIAL),
    // Behind the boxes, whose names they would cross.
    ...drawn.filter(isArrow),
    ...drawn.filter((one) => !isArrow(one)),
    ...APART.map(({ path }, floor) => box(path, { ...SIDE, top: topOf(floor) }, PLAIN)),
    '</g>',
    '</svg>',
  ].join('\n')}\n`;
}
