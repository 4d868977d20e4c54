import { colorBarLayer, labelExpr, type Labels } from './heat-map-parts.js';
import { quantityPlace } from './heat-map-image.js';
import { shareFormat } from '../drawing/legends.js';
import type { Matrix } from '../drawing/matrix.js';
import { hexAt, palettes } from '../drawing/palette.js';
import { palettePng } from '../drawing/png-address.js';

const levels = 128; // of each colour

/** Many classes: a pixel a cell, the diagonal blue and the rest orange, each with its own scale. */
export function twoColorImage(
  shares: Matrix,
  labels: Labels,
  { correct, confused }: { readonly correct: number; readonly confused: number },
) {
  const size = shares.rows;
  const pixels = new Uint8Array(size * size);
  for (let r = 0; r < size; r++) {
    for (let c = 0; c < size; c++) {
      const share = shares.at(r, c) / (r === c ? correct : confused);
      // No confusion is paler than the third step: one that happened is seen.
      const level = Math.round(Math.min(share, 1) * (levels - 1));
      pixels[r * size + c] = (r === c ? 0 : levels) + (share > 0 ? Math.max(level, levels / 6) : level);
    }
  }
  const colors = (['blues', 'oranges'] as const).flatMap((scheme) =>
    Array.from({ length: levels }, (_, i) => hexAt(palettes[scheme], i / (levels - 1))),
  );
  const bar = (scheme: 'blues' | 'oranges', title: string, high: number) =>
    colorBarLayer({ scheme, domain: [0, high] }, title, 80, shareFormat(high));
  return [
    {
      data: {
        values: [
          { x: -0.5, x2: size - 0.5, y: -0.5, y2: size - 0.5, url: palettePng(pixels, size, size, colors) },
        ],
      },
      mark: { type: 'image', aspect: false, smooth: false, aria: false },
      encoding: {
        x: quantityPlace('x', size, labels.xLabel, labelExpr('columnLabels', labels.columns)),
        x2: { field: 'x2' },
        y: quantityPlace('y', size, labels.yLabel, { tickCount: 8, ...labelExpr('rowLabels', labels.rows) }),
        y2: { field: 'y2' },
        url: { field: 'url', type: 'nominal' },
      },
    },
    bar('blues', 'Correct', correct),
    bar('oranges', 'Confused', confused),
  ];
}
