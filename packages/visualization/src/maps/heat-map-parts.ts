import { extent, isDrawable } from '../drawing/domain.js';
import { colorLegend } from '../drawing/legends.js';
import type { Matrix } from '../drawing/matrix.js';
import { colorScale, type ColorScheme } from '../drawing/palette.js';

/** Cleaned texts around a heat map. */
export interface Labels {
  readonly rows: readonly string[] | undefined;
  readonly columns: readonly string[] | undefined;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly valueLabel: string;
}

/** Room for a label, px; longer ones are cut in their middle. */
export const rowLabelWidth = 220;
export const columnLabelWidth = 120;

/** A colour scale and the values at its ends. */
export interface Colors {
  readonly scheme: ColorScheme;
  readonly domain: readonly [number, number];
}

/** The values at the ends of the colours, and how many cells have none. */
export function heatMapDomain(matrix: Matrix, symmetric: boolean) {
  let missing = 0;
  const ends = extent(
    (function* () {
      for (let r = 0; r < matrix.rows; r++) {
        for (let c = 0; c < matrix.columns; c++) {
          const value = matrix.at(r, c);
          if (isDrawable(value)) yield value;
          else missing++;
        }
      }
    })(),
  ) ?? [0, 1];
  return { ends: colorEnds(ends, symmetric), missing };
}

const smallest = 1e-290; // seven colours within less would underflow

function colorEnds([min, max]: readonly [number, number], symmetric: boolean): [number, number] {
  if (symmetric) {
    const limit = Math.max(Math.abs(min), Math.abs(max));
    return limit > smallest ? [-limit, limit] : [-1, 1];
  }
  if (max - min > smallest) return [min, max];
  return Math.abs(min) > smallest ? [Math.min(0, min), Math.max(0, max)] : [0, 1];
}

/** Axis labels as data of the chart: in an expression of Vega a hostile text would be a program. */
export function labelParams({ rows, columns }: Labels) {
  return [
    ...(rows === undefined ? [] : [{ name: 'rowLabels', value: rows }]),
    ...(columns === undefined ? [] : [{ name: 'columnLabels', value: columns }]),
  ];
}

/** The expression that looks an axis label up, if there are labels. */
export function labelExpr(name: 'rowLabels' | 'columnLabels', labels: readonly string[] | undefined) {
  return labels === undefined ? {} : { labelExpr: `${name}[datum.value]` };
}

/** A colour bar without marks: two invisible points carry the scale. */
export function colorBarLayer({ scheme, domain }: Colors, title: string, height: number, format?: string) {
  const [low, high] = domain;
  return {
    data: { values: [{ value: low }, { value: high }] },
    mark: { type: 'square', opacity: 0, aria: false, size: 1 },
    encoding: {
      color: {
        field: 'value',
        type: 'quantitative',
        scale: colorScale(scheme, domain),
        legend: {
          ...colorLegend(domain, title, Math.max(40, Math.min(height, 200))),
          ...(format !== undefined && { format, labelExpr: 'datum.label' }),
        },
      },
    },
  };
}
