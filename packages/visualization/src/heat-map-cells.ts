import { drawableOrNull } from './domain.js';
import { labelExpr, type Colors, type Labels } from './heat-map-parts.js';
import type { Matrix } from './matrix.js';
import { colorAt, colorScale, palettes, wantsDarkInk } from './palette.js';
import { formatNumber } from './text.js';
import { theme } from './theme.js';

/** A heat map of few cells: a rectangle each, and the value in it. */
export function cellLayers(matrix: Matrix, labels: Labels, colors: Colors, showValues: boolean) {
  const rows = [];
  const [low, high] = colors.domain;
  for (let row = 0; row < matrix.rows; row++) {
    for (let column = 0; column < matrix.columns; column++) {
      const value = drawableOrNull(matrix.at(row, column));
      const color = colorAt(palettes[colors.scheme], ((value ?? low) - low) / (high - low));
      rows.push({
        row,
        column,
        value,
        text: value === null ? formatNumber(matrix.at(row, column)) : shortNumber(value),
        dark: value === null || wantsDarkInk(color),
      });
    }
  }
  const place = gridEncoding(labels, matrix.rows, matrix.columns);
  const missing = rows.flatMap(({ row, column, value }) => (value === null ? [{ row, column }] : []));
  return [
    {
      data: {
        values: rows.flatMap(({ row, column, value }) => (value === null ? [] : [{ row, column, value }])),
      },
      mark: { type: 'rect', aria: false },
      encoding: {
        ...place,
        color: {
          field: 'value',
          type: 'quantitative',
          scale: colorScale(colors.scheme, colors.domain),
          legend: {
            title: labels.valueLabel === '' ? null : labels.valueLabel,
            gradientThickness: 12,
            format: '.3~r',
          },
        },
      },
    },
    ...(missing.length > 0
      ? [
          {
            data: { values: missing },
            mark: { type: 'rect', color: theme.missing, aria: false },
            encoding: place,
          },
        ]
      : []),
    ...(showValues ? textLayers(rows, place) : []),
  ];
}

/** A cell and what is written in it. */
interface CellText {
  readonly row: number;
  readonly column: number;
  readonly text: string;
  readonly dark: boolean;
}

/** Dark text for light cells and light text for dark ones. */
export function textLayers(cells: readonly CellText[], place: object) {
  return [true, false].flatMap((ink) => {
    const values = cells.flatMap(({ row, column, text, dark }) =>
      dark === ink && text !== '' ? [{ row, column, text }] : [],
    );
    const color = ink ? theme.darkCellInk : theme.lightCellInk;
    if (values.length === 0) return [];
    return [
      {
        data: { values },
        mark: { type: 'text', fontSize: 11, color, aria: false },
        encoding: { ...place, text: { field: 'text', type: 'nominal' } },
      },
    ];
  });
}

/** Rows top to bottom, columns left to right, placed by index: labels may repeat. */
export function gridEncoding(labels: Labels, rows: number, columns: number) {
  // In full, for layers that hold some of the cells each would otherwise order them by first appearance.
  const indices = (count: number) => Array.from({ length: count }, (_, i) => i);
  const axis = { domain: false, ticks: false };
  return {
    x: {
      field: 'column',
      type: 'ordinal',
      title: labels.xLabel === '' ? null : labels.xLabel,
      scale: { domain: indices(columns), paddingInner: 0.04, paddingOuter: 0 },
      axis: {
        ...axis,
        labelOverlap: columns > 24 || labels.columns === undefined,
        labelAngle: tilt(labels.columns),
        labelLimit: 120,
        ...labelExpr('columnLabels', labels.columns),
      },
    },
    y: {
      field: 'row',
      type: 'ordinal',
      title: labels.yLabel === '' ? null : labels.yLabel,
      scale: { domain: indices(rows), paddingInner: 0.04, paddingOuter: 0 },
      axis: { ...axis, labelOverlap: rows > 30, labelLimit: 160, ...labelExpr('rowLabels', labels.rows) },
    },
  };
}

/** Words do not fit side by side under cells. */
function tilt(labels: readonly string[] | undefined): number {
  return labels?.some((label) => label.length > 3) ? -40 : 0;
}

function shortNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return formatNumber(value);
  return formatNumber(Number(value.toPrecision(Math.abs(value) >= 100 ? 3 : 2)));
}
