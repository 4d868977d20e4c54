import { categoryLabels } from '../drawing/category-axis.js';
import { drawableOrNull } from '../drawing/domain.js';
import { labelExpr, type Colors, type Labels } from './heat-map-parts.js';
import { colorLegend } from '../drawing/legends.js';
import type { Matrix } from '../drawing/matrix.js';
import { colorAt, colorScale, palettes, wantsDarkInk } from '../drawing/palette.js';
import { fitTexts, numberWays } from '../drawing/cell-text.js';
import { theme } from '../drawing/theme.js';

/** What the cells of a heat map are drawn in. */
interface CellOptions {
  readonly width: number;
  readonly height: number;
  readonly showValues: boolean;
}

/** A heat map of few cells: a rectangle each, and the value in it where that fits. */
export function cellLayers(matrix: Matrix, labels: Labels, colors: Colors, options: CellOptions) {
  const [low, high] = colors.domain;
  const numbers = Array.from({ length: matrix.rows * matrix.columns }, (_, i) =>
    matrix.at(Math.floor(i / matrix.columns), i % matrix.columns),
  );
  const fitted = options.showValues
    ? fitTexts(numberWays(numbers), options.width / matrix.columns, options.height / matrix.rows)
    : undefined;
  const rows = numbers.map((number, i) => {
    const value = drawableOrNull(number);
    const color = colorAt(palettes[colors.scheme], ((value ?? low) - low) / (high - low));
    return {
      row: Math.floor(i / matrix.columns),
      column: i % matrix.columns,
      value,
      text: fitted?.texts[i] ?? '',
      dark: value === null || wantsDarkInk(color),
      missing: value === null,
    };
  });
  const place = gridEncoding(labels, matrix.rows, matrix.columns, options);
  const missing = rows.flatMap(({ row, column, value }) => (value === null ? [{ row, column }] : []));
  const layers = [
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
            ...colorLegend(colors.domain, labels.valueLabel, Math.max(60, Math.min(200, options.height))),
            titlePadding: 9,
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
    ...(fitted === undefined ? [] : textLayers(rows, place, fitted.fontSize)),
  ];
  return { layers, hidden: options.showValues && fitted === undefined };
}

/** A cell and what is written in it. */
interface CellText {
  readonly row: number;
  readonly column: number;
  readonly text: string;
  readonly dark: boolean;
  /** On the grey of missing values, which stays as it is in the dark. */
  readonly missing?: boolean;
}

/** Dark text for light cells and grey ones, and light text for dark ones. */
export function textLayers(cells: readonly CellText[], place: object, fontSize: number) {
  return [theme.darkCellInk, theme.lightCellInk, theme.inkOnTint].flatMap((color) => {
    const values = cells.flatMap(({ row, column, text, dark, missing = false }) => {
      const ink = missing ? theme.inkOnTint : dark ? theme.darkCellInk : theme.lightCellInk;
      return ink === color && text !== '' ? [{ row, column, text }] : [];
    });
    if (values.length === 0) return [];
    return [
      {
        data: { values },
        mark: { type: 'text', fontSize, color, aria: false },
        encoding: { ...place, text: { field: 'text', type: 'nominal' } },
      },
    ];
  });
}

/** Rows top to bottom, columns left to right, placed by index: labels may repeat. */
export function gridEncoding(
  labels: Labels,
  rows: number,
  columns: number,
  { width, height }: { readonly width: number; readonly height: number },
) {
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
        ...categoryLabels(labels.columns ?? indices(columns).map(String), width, 'x', indices(columns)),
        ...labelExpr('columnLabels', labels.columns),
      },
    },
    y: {
      field: 'row',
      type: 'ordinal',
      title: labels.yLabel === '' ? null : labels.yLabel,
      scale: { domain: indices(rows), paddingInner: 0.04, paddingOuter: 0 },
      axis: {
        ...axis,
        ...categoryLabels(labels.rows ?? indices(rows).map(String), height, 'y', indices(rows)),
        ...labelExpr('rowLabels', labels.rows),
      },
    },
  };
}
