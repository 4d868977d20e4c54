import { option } from '@espalier/core';
import type { Rgb } from '../drawing/palette.js';
import { rgbPng } from '../drawing/png-address.js';

/** A picture of `height` x `width` pixels. */
export interface Tile {
  readonly width: number;
  readonly height: number;
  at(row: number, column: number): Rgb;
}

/** One tile as a PNG in a `data:` address. */
export function tilePng({ width, height, at }: Tile): string {
  const pixels = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      pixels.set(at(row, column), (row * width + column) * 3);
    }
  }
  return rgbPng(pixels, width, height);
}

/** The options that every grid of tiles takes. */
export const tileRules = {
  limit: option.integer({ min: 1, max: 1024, optional: true }),
  columns: option.integer({ min: 1, max: 1024, optional: true }),
};

/** A tile of a grid with the texts below it. */
export interface GridTile {
  readonly tile: Tile;
  /** Lines of text below the picture. */
  readonly captions: readonly string[];
  /** Colour of a frame around it. */
  readonly frame?: string;
}

/** Where tiles stand. */
export interface GridPlan {
  readonly columns: number;
  /** Side of the longer edge of a tile, px. */
  readonly tileSize: number;
  readonly captionLines: number;
}

const gap = 8;
const captionHeight = 13;

/** Size in px of the grid and of its cells. */
export function gridSize(count: number, aspect: number, { columns, tileSize, captionLines }: GridPlan) {
  const [w, h] = aspect >= 1 ? [tileSize, tileSize / aspect] : [tileSize * aspect, tileSize];
  const cellWidth = Math.max(1, Math.round(w));
  const tileHeight = Math.max(1, Math.round(h));
  const cellHeight = tileHeight + captionLines * captionHeight + (captionLines > 0 ? 4 : 0);
  const rows = Math.ceil(count / columns);
  const used = Math.min(count, columns);
  return {
    cellWidth,
    tileHeight,
    width: used * cellWidth + (used - 1) * gap,
    height: rows * cellHeight + (rows - 1) * gap,
    place: (index: number) => ({
      x: (index % columns) * (cellWidth + gap),
      y: Math.floor(index / columns) * (cellHeight + gap),
    }),
  };
}

/** The layers of a grid: pictures, frames, texts; every place is in px from the top left. */
export function gridLayers(tiles: readonly GridTile[], size: ReturnType<typeof gridSize>, ink: string) {
  const { cellWidth, tileHeight, place } = size;
  const at = (field: string) => ({ field, type: 'quantitative', scale: null, axis: null });
  const box = tiles.map((_, i) => {
    const { x, y } = place(i);
    return { x, y, x2: x + cellWidth, y2: y + tileHeight };
  });
  const area = { x: at('x'), x2: { field: 'x2' }, y: at('y'), y2: { field: 'y2' } };
  const frames = tiles.flatMap(({ frame }, i) => (frame === undefined ? [] : [{ ...box[i]!, frame }]));
  const texts = tiles.flatMap(({ captions }, i) =>
    captions.map((text, line) => ({
      text,
      x: box[i]!.x + cellWidth / 2,
      y: box[i]!.y2 + 5 + (line + 0.5) * captionHeight,
    })),
  );
  return [
    {
      data: { values: tiles.map(({ tile }, i) => ({ ...box[i]!, url: tilePng(tile) })) },
      mark: { type: 'image', aspect: false, smooth: false, aria: false },
      encoding: { ...area, url: { field: 'url', type: 'nominal' } },
    },
    {
      data: { values: frames },
      mark: { type: 'rect', filled: false, strokeWidth: 2, aria: false },
      encoding: {
        ...area,
        stroke: { field: 'frame', type: 'nominal', scale: null, legend: null },
      },
    },
    {
      data: { values: texts.filter(({ text }) => text !== '') },
      mark: { type: 'text', fontSize: 10, baseline: 'middle', align: 'center', color: ink, aria: false },
      encoding: { x: at('x'), y: at('y'), text: { field: 'text', type: 'nominal' } },
    },
  ].filter((layer) => layer.data.values.length > 0);
}
