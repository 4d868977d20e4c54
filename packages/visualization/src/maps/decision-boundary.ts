import { EspalierError, option, type OptionChecker } from '@espalier/core';
import { makeChart, type Chart, type ChartOptions } from '../drawing/chart.js';
import { checkChart, checkedLater, numbers, text } from '../drawing/check-chart.js';
import { isPlace, type DecisionGrid } from './decision-grid.js';
import { bottomLegend } from '../drawing/legends.js';
import { regionsOf } from './decision-regions.js';
import { middleLabels } from '../drawing/middle-labels.js';
import type { Numbers } from '../drawing/matrix.js';
import { cleanText, counted } from '../drawing/text.js';
import { cutNames } from '../drawing/text-width.js';
import { regionColor, seriesColors, theme } from '../drawing/theme.js';
import { axisSpec, linearAxis } from '../drawing/ticks.js';

/** What {@link decisionBoundary} draws. */
export interface DecisionBoundaryOptions extends ChartOptions {
  /** Where the model was asked: {@link decisionGrid} makes one. */
  readonly grid: DecisionGrid;
  /** Its answers there, `[rows * columns, C]`: the probability of each of C classes; with C = 1 that of the second of two. */
  readonly probabilities: Numbers;
  /** Data over it, each with its class, from 0. Default none. */
  readonly points?: readonly { readonly x: number; readonly y: number; readonly label: number }[];
  /** Names of the classes. Default: their numbers. */
  readonly classNames?: readonly string[];
  /** Title of the horizontal axis. Default `x`. */
  readonly xLabel?: string;
  /** Title of the vertical axis. Default `y`. */
  readonly yLabel?: string;
}

/**
 * The regions of a plane that a classifier gives to each class, the paler the less sure, and data over them; a cross marks points that lie
 * in the region of another class.
 *
 * @returns a Vega-Lite specification, 360 px wide unless said otherwise
 * @throws EspalierError `invalid-option` for wrong options; `invalid-data` for probabilities that do not fit the grid or are outside of
 * 0 to 1, points without a place or a class
 * @example
 * ```ts
 * import { decisionBoundary, decisionGrid } from '@espalier/visualization';
 *
 * const { inputs, ...grid } = decisionGrid({ x: [-1, 1], y: [-1, 1] });
 * // A model's answers; here those of a line.
 * const probabilities = Float32Array.from({ length: inputs.length / 2 }, (_, i) => 1 / (1 + Math.exp(-5 * inputs[2 * i]!)));
 * const chart = decisionBoundary({ title: 'Left and right', grid, probabilities, points: [{ x: 0.5, y: 0, label: 1 }] });
 * console.log(chart.title.text); // Left and right
 * ```
 *
 * As scikit-learn's `DecisionBoundaryDisplay` with `predict_proba`.
 */
export function decisionBoundary(options: DecisionBoundaryOptions): Chart {
  const check = checkChart('decision-boundary', options, {
    grid: checkedLater<DecisionGrid>('{ x, y, columns, rows }'),
    probabilities: numbers() as never,
    points: option.custom<NonNullable<DecisionBoundaryOptions['points']>, { readonly optional: true }>({
      optional: true,
      expected: 'an array of { x, y, label }',
      accepts: Array.isArray,
      toJson: (points) => points.length,
    }),
    classNames: option.list<string, { optional: true; expected: string }>(option.text({ empty: true }), {
      optional: true,
      expected: 'an array of strings',
    }),
    xLabel: text(),
    yLabel: text(),
  });
  const { grid, points = [], xLabel = 'x', yLabel = 'y' } = options;
  checkGrid(check, grid);
  const { classes, classAt, png, middles } = regionsOf(grid, options.probabilities);
  const names = namesOf(check, options.classNames, classes);
  const placed = points.map((point, i) => {
    if (!isPlace([point?.x, point?.y]))
      refuse(`points[${i}] must have a finite x and y, got ${JSON.stringify(point)}.`);
    const { x, y, label } = point;
    if (!Number.isInteger(label) || label < 0 || label >= classes)
      refuse(`points[${i}] is of class ${label}; classes are 0 to ${classes - 1}.`);
    return { x, y, name: names[label]!, wrong: isInside(grid, x, y) && classAt(x, y) !== label };
  });
  const shown = placed.filter(({ x, y }) => isInside(grid, x, y));
  const wrong = shown.filter((point) => point.wrong);
  const outside = placed.length - shown.length;
  const { width = 360 } = options;
  const height =
    options.height ??
    Math.round(Math.min(480, Math.max(120, (width * (grid.y[1] - grid.y[0])) / (grid.x[1] - grid.x[0]))));
  const [x, y] = [
    placeOf('x', grid.x, cleanText(xLabel), width),
    placeOf('y', grid.y, cleanText(yLabel), height),
  ];
  // Beyond the colours there are, names tell regions apart.
  const named = classes > seriesColors.length ? middleLabels(middles, names, { ...grid, width, height }) : [];
  const texts = (mark: object) => ({
    data: { values: named },
    mark: { type: 'text', fontSize: 11, aria: false, color: theme.inkOnTint, ...mark },
    encoding: { x, y, text: { field: 'name', type: 'nominal' } },
  });
  const dots = (mark: object, values: readonly object[], more: object = {}) => ({
    data: { values },
    mark: { type: 'point', opacity: 1, aria: false, ...mark },
    encoding: { x, y, ...more },
  });
  return makeChart(
    { ...options, width, height },
    [
      ...(placed.length > 0
        ? [
            `${counted(wrong.length, 'point')} of ${shown.length} in the region of another class${wrong.length > 0 ? ': crossed' : ''}`,
          ]
        : []),
      ...(outside > 0 ? [`${counted(outside, 'point')} outside of the grid`] : []),
    ],
    `Regions of ${classes} classes over ${cleanText(xLabel)} and ${cleanText(yLabel)}, ${counted(shown.length, 'point')}`,
    {
      layer: [
        {
          data: { values: [{ x: grid.x[0], x2: grid.x[1], y: grid.y[0], y2: grid.y[1], url: png }] },
          mark: { type: 'image', aspect: false, smooth: false, aria: false },
          encoding: {
            x,
            x2: { field: 'x2' },
            y,
            y2: { field: 'y2' },
            url: { field: 'url', type: 'nominal' },
          },
        },
        // The legend stands even where no point is.
        dots(
          { filled: true, size: 0 },
          names.map((name) => ({ x: grid.x[0], y: grid.y[0], name })),
          { color: classColor(names, width) },
        ),
        dots(
          {
            filled: true,
            size: points.length > 400 ? 14 : 44,
            stroke: theme.lightCellInk,
            strokeWidth: points.length > 400 ? 0.4 : 0.9,
          },
          shown.map(({ wrong: _, ...point }) => point),
          { color: classColor(names, width) },
        ),
        dots(
          { shape: 'cross', angle: 45, filled: true, size: 26, color: theme.inkOnTint },
          wrong.map((point) => ({ x: point.x, y: point.y })),
        ),
        texts({ stroke: theme.lightCellInk, strokeWidth: 3, strokeJoin: 'round' }),
        texts({ fontWeight: 'bold' }),
      ].filter((layer) => layer.data.values.length > 0),
    },
  );
}

function classColor(names: readonly string[], width: number) {
  return {
    field: 'name',
    type: 'nominal',
    scale: { domain: names, range: names.map((_, i) => regionColor(i)) },
    legend: { ...bottomLegend(names, width), symbolType: 'circle' },
  };
}

function placeOf(
  field: 'x' | 'y',
  [low, high]: readonly [number, number],
  title: string,
  length: number,
): Record<string, unknown> {
  const axis = axisSpec(
    linearAxis([low, high], { nice: false, count: Math.max(3, Math.round(length / 70)) }),
  );
  return {
    field,
    type: 'quantitative',
    title: title === '' ? null : title,
    scale: axis.scale,
    axis: { ...axis.axis, grid: false },
  };
}

function isInside({ x: [left, right], y: [bottom, top] }: DecisionGrid, x: number, y: number): boolean {
  return x >= left && x <= right && y >= bottom && y <= top;
}

function namesOf(check: OptionChecker, given: readonly string[] | undefined, classes: number): string[] {
  if (given !== undefined && given.length !== classes)
    check.fail('classNames', `${classes} texts, one for each class`, given);
  return cutNames(
    (given ?? Array.from({ length: classes }, (_, i) => `class ${i}`)).map(cleanText),
    classes > 2 ? 90 : 160,
    11,
  );
}

function checkGrid(check: OptionChecker, grid: DecisionGrid): void {
  const fits =
    typeof grid === 'object' &&
    grid !== null &&
    [grid.x, grid.y].every((ends) => isPlace(ends) && ends[0] < ends[1]);
  if (!fits) check.fail('grid', '{ x, y, columns, rows }, ends with the lower first', grid);
  check.integer('grid.columns', grid.columns, { min: 1, max: 2000 });
  check.integer('grid.rows', grid.rows, { min: 1, max: 2000 });
}

function refuse(message: string): never {
  throw new EspalierError({ code: 'invalid-data', scope: 'decision-boundary', message });
}
