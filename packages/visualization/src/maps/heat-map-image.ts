import { isDrawable } from '../drawing/domain.js';
import { colorBarLayer, labelExpr, type Colors, type Labels } from './heat-map-parts.js';
import type { Matrix } from '../drawing/matrix.js';
import { hexAt, palettes } from '../drawing/palette.js';
import { palettePng } from '../drawing/png-address.js';
import { theme } from '../drawing/theme.js';

const levels = 255; // of 256; the last entry of the palette is the colour of missing cells
const longest = 1024;
/** More cells than this are a picture of half a megabyte and more. */
const mostCells = 2 ** 18;

/** An axis of `count` cells around their indices, as a picture needs it: the first at the left or the top. */
export function quantityPlace(field: 'x' | 'y', count: number, title: string, extra: object) {
  return {
    field,
    type: 'quantitative',
    title: title === '' ? null : title,
    scale: { domain: [-0.5, count - 0.5], nice: false, zero: false, reverse: field === 'y' },
    axis: { grid: false, domain: false, tickMinStep: 1, labelLimit: 0, ...extra },
  };
}

/** A heat map of many cells: one picture with a pixel each. `full` is the matrix before it was shrunk. */
export function imageLayers(matrix: Matrix, full: Matrix, labels: Labels, colors: Colors) {
  return [
    {
      data: {
        values: [
          { x: -0.5, x2: full.columns - 0.5, y: -0.5, y2: full.rows - 0.5, url: cellsPng(matrix, colors) },
        ],
      },
      mark: { type: 'image', aspect: false, smooth: false, aria: false },
      encoding: {
        x: quantityPlace('x', full.columns, labels.xLabel, labelExpr('columnLabels', labels.columns)),
        x2: { field: 'x2' },
        y: quantityPlace('y', full.rows, labels.yLabel, {
          tickCount: 5,
          ...labelExpr('rowLabels', labels.rows),
        }),
        y2: { field: 'y2' },
        url: { field: 'url', type: 'nominal' },
      },
    },
    colorBarLayer(colors, labels.valueLabel, 120),
  ];
}

/** The picture: palette entry 0 is the low end of the colours, 254 the high end, 255 stands for no value. */
export function cellsPng({ rows, columns, at }: Matrix, { scheme, domain: [low, high] }: Colors): string {
  const pixels = new Uint8Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const value = at(r, c);
      const position = Math.min(Math.max((value - low) / (high - low), 0), 1);
      pixels[r * columns + c] = isDrawable(value) ? Math.round(position * (levels - 1)) : levels;
    }
  }
  const palette = Array.from({ length: levels }, (_, i) => hexAt(palettes[scheme], i / (levels - 1)));
  return palettePng(pixels, columns, rows, [...palette, theme.missing]);
}

/**
 * Averages neighbouring cells until no side is longer than 1,024; of a matrix of more than 262,144 cells until the plot, in pixels, has
 * one for each. Missing cells do not count.
 */
export function shrink(
  matrix: Matrix,
  plot: { readonly width: number; readonly height: number },
): { matrix: Matrix; remark: string } {
  const many = matrix.rows * matrix.columns > mostCells;
  const step = (cells: number, pixels: number): number =>
    Math.ceil(cells / (many ? Math.min(longest, Math.max(1, pixels)) : longest));
  const stepY = step(matrix.rows, plot.height);
  const stepX = step(matrix.columns, plot.width);
  if (stepX === 1 && stepY === 1) return { matrix, remark: '' };
  const at = (row: number, column: number): number => {
    let sum = 0;
    let count = 0;
    for (let r = row * stepY; r < Math.min((row + 1) * stepY, matrix.rows); r++) {
      for (let c = column * stepX; c < Math.min((column + 1) * stepX, matrix.columns); c++) {
        const value = matrix.at(r, c);
        if (!isDrawable(value)) continue;
        count++;
        sum += (value - sum) / count; // a running mean cannot overflow
      }
    }
    return count === 0 ? NaN : sum;
  };
  return {
    matrix: { rows: Math.ceil(matrix.rows / stepY), columns: Math.ceil(matrix.columns / stepX), at },
    remark: `each pixel is the mean of ${stepY} \u00d7 ${stepX} cells`,
  };
}
