import { EspalierError } from '@espalier/core';
import { makeChart, type Chart, type ChartOptions } from '../drawing/chart.js';
import { extent } from '../drawing/domain.js';
import { endLabels } from './end-labels.js';
import type { Line } from './line.js';
import { describeLines } from './line-text.js';
import { dashes, lineStyle, type LineStyle } from './line-style.js';
import { counted, formatNumber } from '../drawing/text.js';
import { cutNames } from '../drawing/text-width.js';
import { thinPoints, type Place } from './thin-points.js';
import { axisSpec, linearAxis, logAxis } from '../drawing/ticks.js';

/** What {@link lineSpec} draws around the lines. */
export interface LineSpecOptions extends ChartOptions {
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xScale: 'linear' | 'log';
  readonly yScale: 'linear' | 'log';
  readonly yDomain?: readonly [number, number] | undefined;
  /** Further lines under the title. */
  readonly remarks?: readonly string[];
}

const manyPoints = 60;
const smallestLog = 1e-300; // a ratio to anything smaller may overflow
const nameWidth = 170;
const fontSize = 11;

/** The chart of some lines. `scope` is who complains. */
export function lineSpec(scope: string, options: LineSpecOptions, lines: readonly Line[]): Chart {
  const { width = 480, height = 280, xLabel, yLabel, xScale, yScale, yDomain } = options;
  const remarks = [...(options.remarks ?? [])];
  const drawn = lines.map((line) => withoutNonPositive(line, xScale === 'log', yScale === 'log'));
  const all = drawn.flatMap((line) => line.places);
  const gaps = drawn.filter((line) => !line.faint).flatMap((line) => line.places.filter((p) => p.y === null));
  if (gaps.length > 0) remarks.push(`${counted(gaps.length, 'value')} left out as ${gapReason(yScale)}`);
  const y = extent(all.flatMap((place) => [place.y, place.low ?? null, place.high ?? null]));
  // Gaps count: an axis that ends with the last number would hide that a run went on and diverged.
  const x = extent(all.map((place) => place.x));
  if (x === undefined || y === undefined) {
    throw new EspalierError({
      code: 'invalid-data',
      scope,
      message: `nothing to draw: none of the ${counted(all.length, 'value')} can be placed, all are ${gapReason(yScale)}.`,
    });
  }
  const cut = drawn.flatMap((line) =>
    line.faint ? [] : line.places.filter((place) => isBeyond(place, yDomain)),
  );
  if (cut.length > 0) remarks.push(`${counted(cut.length, 'value')} beyond the ends of the axis`);
  const ends = lines.flatMap((line) => divergence(line));
  if (ends.length > 0) {
    const first = Math.min(...ends.map((end) => end.x));
    remarks.push(
      `\u2715 no finite value from ${xLabel === '' ? 'x =' : xLabel.toLowerCase()} ${formatNumber(first)} on`,
    );
  }

  const full = [...new Set(lines.map((line) => line.series))];
  const names = cutNames(full, nameWidth, fontSize);
  const shown = new Map(full.map((name, i) => [name, names[i]!]));
  const styles = full.map((name, i): LineStyle => {
    const wanted = lines.find((line) => line.series === name)!;
    return wanted.dashed ? { ...lineStyle(i), dash: dashes[1] } : lineStyle(i);
  });
  const row = (line: Line) => (place: Place) => ({ series: shown.get(line.series)!, x: place.x, y: place.y });
  const whole = all.every((place) => Number.isInteger(place.x));
  const xAxis =
    xScale === 'log'
      ? logAxis(x, { nice: false, count: Math.max(2, Math.round(width / 60)) })
      : linearAxis(x, { nice: false, count: Math.max(2, Math.round(width / 60)), whole });
  const yWish = { nice: yDomain === undefined, count: Math.max(3, Math.round(height / 45)) };
  const yAxis = yScale === 'log' ? logAxis(yDomain ?? y, yWish) : linearAxis(yDomain ?? y, yWish);
  const strokes = drawn.filter((line) => line.kind === 'line' && !line.faint);
  const faint = drawn.filter((line) => line.faint);
  const dots = drawn
    .filter((line) => !line.faint)
    .flatMap((line) => marked(line, strokes.length, styles[full.indexOf(line.series)]!).map(row(line)));
  const clip = yDomain !== undefined;
  const named = names.map((name, i) => {
    const line = drawn.find((one) => shown.get(one.series) === name && !one.faint)!;
    return {
      name,
      kind: line.kind,
      last: lastFinite(line.places)?.y ?? null,
      style: styles[i]!,
    };
  });
  const below = 36 + (xLabel === '' ? 0 : 20);
  const nameLayers = endLabels(named, yAxis, { width, height, below });
  const scaled = (field: string, range: readonly unknown[]) => ({
    field,
    type: 'nominal',
    scale: { domain: names, range },
    legend: null,
  });
  const color = scaled(
    'series',
    styles.map((style) => style.color),
  );
  const strokeDash = scaled(
    'series',
    styles.map((style) => style.dash),
  );
  const shape = scaled(
    'series',
    styles.map((style) => style.shape),
  );
  return makeChart({ ...options, width, height }, remarks, describeLines(lines, xLabel, yLabel), {
    ...(names.some((name, i) => name !== full[i]) && { usermeta: { names: full } }),
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative',
        title: xLabel === '' ? null : xLabel,
        scale: axisSpec(xAxis).scale,
        axis: { ...axisSpec(xAxis).axis, grid: false },
      },
      y: {
        field: 'y',
        type: 'quantitative',
        title: yLabel === '' ? null : yLabel,
        scale: axisSpec(yAxis).scale,
        axis: { ...axisSpec(yAxis).axis, domain: false, ticks: false },
      },
      color,
    },
    layer: [
      // Behind the lines, which are to be followed.
      ...spreadLayers(drawn, shown, clip),
      ...faintLayer(
        faint.flatMap((line) => thinPoints(line.places).map(row(line))),
        clip,
      ),
      {
        data: { values: strokes.flatMap((line) => thinPoints(line.places).map(row(line))) },
        mark: {
          type: 'line',
          strokeWidth: strokes.length > 8 ? 1.5 : 2,
          strokeJoin: 'round',
          strokeCap: 'butt',
          invalid: 'break-paths-filter-domains',
          clip,
        },
        encoding: { strokeDash, order: { field: 'x', type: 'quantitative' } },
      },
      {
        data: { values: dots },
        mark: { type: 'point', filled: true, size: 22, opacity: 1, clip, aria: false },
        encoding: { shape },
      },
      ...divergedLayer(ends.map((end) => ({ ...end, series: shown.get(end.series)! }))),
      ...nameLayers,
    ],
  });
}

/** Dots show what a stroke cannot: single points between gaps; and, in a chart of few points, where they lie. */
function marked({ kind, places, markers }: Line, lineCount: number, style: LineStyle): readonly Place[] {
  const shown = places.filter((place) => place.y !== null);
  if (kind === 'points' || (markers ?? shown.length * lineCount <= manyPoints)) return shown;
  if (style.marked) return shown.filter((_, i) => i % Math.ceil(shown.length / 8) === 0);
  const isGap = (place: Place | undefined) => place === undefined || place.y === null;
  return places.filter((place, i) => !isGap(place) && isGap(places[i - 1]) && isGap(places[i + 1]));
}

const isBeyond = ({ y }: Place, domain: readonly [number, number] | undefined): boolean =>
  domain !== undefined && y !== null && (y < domain[0] || y > domain[1]);

function lastFinite(places: readonly Place[]): Place | undefined {
  return places.filter((place) => place.y !== null).at(-1);
}

/** Where a line has no finite value up to its end, though it had one before. */
function divergence({ series, places, kind, faint }: Line): { series: string; x: number }[] {
  const last = places.lastIndexOf(lastFinite(places)!);
  const next = places[last + 1];
  return kind === 'line' && !faint && last >= 0 && next !== undefined ? [{ series, x: next.x }] : [];
}

function divergedLayer(ends: readonly { series: string; x: number }[]) {
  if (ends.length === 0) return [];
  // Lines that end at one place have their crosses below each other.
  const before = (end: { readonly x: number }, i: number): number =>
    ends.slice(0, i).filter(({ x }) => x === end.x).length;
  return [
    {
      data: { values: ends.map((end, i) => ({ ...end, top: 6 + 10 * before(end, i) })) },
      mark: {
        type: 'point',
        shape: 'M-1,-1L1,1M-1,1L1,-1',
        filled: false,
        size: 50,
        strokeWidth: 2,
        opacity: 1,
      },
      encoding: { y: { field: 'top', type: 'quantitative', scale: null, axis: null } },
    },
  ];
}

function faintLayer(values: readonly object[], clip: boolean) {
  if (values.length === 0) return [];
  const mark = {
    type: 'line',
    strokeWidth: 1,
    opacity: 0.3,
    invalid: 'break-paths-filter-domains',
    clip,
    aria: false,
  };
  return [{ data: { values }, mark, encoding: { order: { field: 'x', type: 'quantitative' } } }];
}

/** A band around lines, whiskers at points, from `low` to `high`. */
function spreadLayers(lines: readonly Line[], shown: ReadonlyMap<string, string>, clip: boolean) {
  return (['line', 'points'] as const).flatMap((kind) => {
    let piece = 0;
    const values = lines
      .filter((line) => line.kind === kind)
      .flatMap((line) => {
        piece++;
        return line.places.flatMap(({ x, y, low, high }) => {
          if (low == null || high == null || y === null) {
            piece++;
            return [];
          }
          return [{ series: shown.get(line.series)!, piece, x, low, high }];
        });
      });
    if (values.length === 0) return [];
    const mark =
      kind === 'line'
        ? { type: 'area', opacity: 0.16, clip, aria: false, line: false }
        : { type: 'rule', strokeWidth: 1.5, clip, aria: false };
    return [
      {
        data: { values },
        mark,
        encoding: {
          y: { field: 'low', type: 'quantitative' },
          y2: { field: 'high' },
          detail: { field: 'piece', type: 'nominal' },
        },
      },
    ];
  });
}

function withoutNonPositive(line: Line, logX: boolean, logY: boolean): Line {
  if (!logX && !logY) return line;
  const positive = (value: number | null | undefined) =>
    value == null || (logY && value < smallestLog) ? null : value;
  const places = line.places
    .filter((place) => !logX || place.x >= smallestLog)
    .map((place) => ({
      ...place,
      y: positive(place.y),
      low: positive(place.low),
      high: positive(place.high),
    }));
  return { ...line, places };
}

const gapReason = (scale: 'linear' | 'log') =>
  scale === 'log' ? 'not finite or not positive' : 'not finite';
