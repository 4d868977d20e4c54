import { EspalierError, option, type OptionChecker } from '@espalier/core';
import { makeChart, type Chart, type ChartOptions } from '../drawing/chart.js';
import { checkChart, checkedLater, text, withTitle } from '../drawing/check-chart.js';
import { roundingWithin } from '../drawing/domain.js';
import { bottomLegend } from '../drawing/legends.js';
import { middleLabels } from '../drawing/middle-labels.js';
import { isNumbers, type Numbers } from '../drawing/matrix.js';
import { cleanText, counted } from '../drawing/text.js';
import { cutNames } from '../drawing/text-width.js';
import { regionColor, theme } from '../drawing/theme.js';
import { axisSpec, linearAxis } from '../drawing/ticks.js';

/** What {@link embeddingChart} draws. */
export interface EmbeddingChartOptions extends Partial<ChartOptions> {
  /** Points: rows `[N][2 or more]`, or `{ data, shape }` as `@espalier/diagnostics`' `pca` and `tsne` give them. The first two columns are drawn. */
  readonly points: readonly Numbers[] | { readonly data: Numbers; readonly shape: readonly number[] };
  /** Class of each point, from 0, `[N]`. Default: no classes. */
  readonly labels?: Numbers;
  /** Names of the classes. Default: `class 0`, ... */
  readonly classNames?: readonly string[];
  /** Title of the x axis; without it the axis has no ticks: those of t-SNE mean nothing. */
  readonly xLabel?: string;
  /** Title of the y axis. */
  readonly yLabel?: string;
}

/** More points than this are not told apart, and make a large file. */
const MOST = 3000;

/** Marks of classes: after all colours comes the next shape. */
const SHAPES = ['circle', 'square', 'triangle-up', 'diamond'] as const;

/**
 * Examples as points of a plane, coloured by class, with the name of each class where the middle of its points lies. Both axes have one
 * scale. Of more than 3000 points every second, third, ... of each class is drawn.
 *
 * @returns a Vega-Lite specification, 420 x 360 px unless said otherwise
 * @throws EspalierError `invalid-option` for wrong options; `invalid-data` where no point can be drawn, and for labels that are no classes
 * @example
 * ```ts
 * import { embeddingChart } from '@espalier/visualization';
 *
 * const chart = embeddingChart({
 *   title: 'Last hidden layer',
 *   points: [[0, 0], [0.1, 0.2], [3, 1], [3.2, 1.1]],
 *   labels: [0, 0, 1, 1],
 *   classNames: ['cat', 'dog'],
 * });
 * console.log(chart.title.text); // Last hidden layer
 * ```
 */
export function embeddingChart(given: EmbeddingChartOptions): Chart {
  const options = withTitle(given, 'Embedding');
  const check = checkChart('embedding-chart', options, {
    points: checkedLater<EmbeddingChartOptions['points']>('rows [N][2], or { data, shape }'),
    labels: option.custom<Numbers, { readonly optional: true }>({
      optional: true,
      expected: 'an array of numbers',
      accepts: isNumbers,
      toJson: (labels) => labels.length,
    }),
    classNames: option.list<string, { optional: true; expected: string }>(option.text({ empty: true }), {
      optional: true,
      expected: 'an array of strings',
    }),
    xLabel: text(),
    yLabel: text(),
  });
  const { width = 420, height = 360, xLabel = '', yLabel = '' } = options;
  if (options.classNames?.length === 0) check.fail('classNames', 'names of all classes', options.classNames);
  const places = placesOf(check, options.points);
  const names = namesOf(options.labels, options.classNames, places.length);
  const all = places.map(([x, y], i) => ({ x, y, label: options.labels ? options.labels[i]! : 0 }));
  const finite = all.filter(({ x, y }) => Math.abs(x) <= 1e300 && Math.abs(y) <= 1e300);
  if (finite.length === 0)
    refuse(`none of the ${counted(all.length, 'point')} can be drawn: their places are not finite.`);
  const stride = Math.ceil(finite.length / MOST);
  // Of each class for itself: in an order that repeats, every second point may leave out whole classes.
  const counts = new Map<number, number>();
  const drawn = finite.filter(({ label }) => {
    const before = counts.get(label) ?? 0;
    counts.set(label, before + 1);
    return before % stride === 0;
  });
  const [x, y] = axes(drawn, width, height);
  // More digits than a pixel of any chart needs, and half the file.
  const [roundX, roundY] = [roundingWithin(x, 6), roundingWithin(y, 6)];
  const present = new Set(drawn.map(({ label }) => label));
  const shown = names.filter((_, i) => present.has(i));
  const labelled = names.length > 1 ? middleLabels(drawn, names, { x, y, width, height }) : [];
  const place = (field: 'x' | 'y', domain: readonly [number, number], title: string, length: number) => {
    const axis = axisSpec(linearAxis(domain, { nice: false, count: Math.max(3, Math.round(length / 70)) }));
    return {
      field,
      type: 'quantitative',
      title: title === '' ? null : cleanText(title),
      scale: axis.scale,
      axis: title === '' ? { ticks: false, labels: false, grid: false } : { ...axis.axis, grid: false },
    };
  };
  const encoding = { x: place('x', x, xLabel, width), y: place('y', y, yLabel, height) };
  const ofClass = (range: (i: number) => unknown, legend: object | null) => ({
    field: 'name',
    type: 'nominal',
    scale: { domain: shown, range: shown.map((name) => range(names.indexOf(name))) },
    legend,
  });
  const legend = shown.length > 1 && shown.length <= 32 ? bottomLegend(shown, width) : null;
  const texts = (mark: object) => ({
    data: { values: labelled },
    mark: { type: 'text', fontSize: 11, aria: false, ...mark },
    encoding: { ...encoding, text: { field: 'name', type: 'nominal' } },
  });
  return makeChart(
    { ...options, width, height },
    [
      ...(finite.length < all.length
        ? [`${counted(all.length - finite.length, 'point')} not drawn: NaN or infinite`]
        : []),
      ...(stride > 1 ? [`${drawn.length} of ${finite.length} points drawn`] : []),
    ],
    `${counted(drawn.length, 'point')}${names.length > 1 ? ` of ${shown.length} ${shown.length === 1 ? 'class' : 'classes'}` : ''} in a plane`,
    {
      layer: [
        {
          data: {
            values: drawn.map(({ x, y, label }) => ({
              x: roundX(x),
              y: roundY(y),
              name: names[label] ?? '',
            })),
          },
          mark: {
            type: 'point',
            filled: true,
            size: drawn.length > 400 ? 12 : 36,
            opacity: 0.75,
            aria: false,
          },
          encoding: {
            ...encoding,
            ...(names.length > 1
              ? {
                  color: ofClass((i) => regionColor(i), legend),
                  shape: ofClass((i) => SHAPES[Math.floor(i / 8) % SHAPES.length], legend),
                }
              : { color: { value: regionColor(0) } }),
          },
        },
        texts({ stroke: theme.paper, strokeWidth: 3, strokeJoin: 'round', color: theme.paper }),
        texts({ fontWeight: 'bold', color: theme.ink }),
      ].filter((layer) => layer.data.values.length > 0),
    },
  );
}

/** Ends of both axes, with the same length of each on a pixel. */
function axes(
  points: readonly { readonly x: number; readonly y: number }[],
  width: number,
  height: number,
): [readonly [number, number], readonly [number, number]] {
  const ends = (of: (point: { readonly x: number; readonly y: number }) => number): [number, number] => [
    points.reduce((low, point) => Math.min(low, of(point)), Infinity),
    points.reduce((high, point) => Math.max(high, of(point)), -Infinity),
  ];
  const [x, y] = [ends((point) => point.x), ends((point) => point.y)];
  // Halves, as the whole of a very wide range overflows.
  const span = ([low, high]: readonly [number, number]): number => high / 2 - low / 2;
  const pixel = Math.max(span(x) / width, span(y) / height) * 1.08 || 1 / width;
  const around = ([low, high]: readonly [number, number], length: number): [number, number] => {
    const middle = low / 2 + high / 2;
    return [middle - pixel * length, middle + pixel * length];
  };
  return [around(x, width), around(y, height)];
}

function placesOf(check: OptionChecker, points: EmbeddingChartOptions['points']): [number, number][] {
  if (Array.isArray(points)) {
    if (points.length === 0) refuse('points are empty: give at least one.');
    return points.map((row: Numbers, i) => {
      if (!isNumbers(row) || row.length < 2)
        check.fail(`points[${i}]`, 'an array of at least two numbers', row);
      return [Number(row[0]), Number(row[1])];
    });
  }
  const { data, shape } = (points ?? {}) as { readonly data: Numbers; readonly shape: readonly number[] };
  const [rows = 0, columns = 0] = Array.isArray(shape) ? (shape as number[]) : [];
  if (!isNumbers(data) || shape.length !== 2 || columns < 2 || rows < 1 || data.length !== rows * columns)
    check.fail('points', 'rows [N][2], or { data, shape } of shape [N, 2] or [N, 3]', points);
  return Array.from({ length: rows }, (_, i) => [Number(data[i * columns]), Number(data[i * columns + 1])]);
}

function namesOf(
  labels: Numbers | undefined,
  classNames: readonly string[] | undefined,
  count: number,
): string[] {
  if (!labels) return [''];
  if (labels.length !== count) refuse(`labels are ${labels.length} for ${counted(count, 'point')}.`);
  let classes = classNames?.length ?? 0;
  for (let i = 0; i < count; i++) {
    const label = labels[i]!;
    const beyond = classNames !== undefined && label >= classNames.length;
    if (!Number.isInteger(label) || label < 0 || beyond)
      refuse(
        `labels[${i}] is ${label}; classes are whole numbers from 0${classNames ? ` to ${classNames.length - 1}` : ''}.`,
      );
    classes = Math.max(classes, label + 1);
  }
  return cutNames(
    Array.from({ length: classes }, (_, i) => cleanText(classNames?.[i] ?? `class ${i}`)),
    90,
    11,
  );
}

function refuse(message: string): never {
  throw new EspalierError({ code: 'invalid-data', scope: 'embedding-chart', message });
}
