import { EspalierError } from '@espalier/core';
import { makeChart, type Chart, type ChartOptions } from './chart.js';
import { axisDomain, extent } from './domain.js';
import { counted } from './text.js';
import { logTicks } from './log-ticks.js';
import { seriesColor } from './theme.js';
import { thinPoints, type Place } from './thin-points.js';

/** A line ready to be drawn: cleaned names, places sorted by x, gaps as null. */
export interface Line {
  readonly series: string;
  /** Entry in a second legend that tells solid and dashed apart. */
  readonly style?: string;
  readonly dashed: boolean;
  readonly kind: 'line' | 'points';
  readonly places: readonly Place[];
}

/** What {@link lineSpec} draws around the lines. */
export interface LineSpecOptions extends ChartOptions {
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xScale: 'linear' | 'log';
  readonly yScale: 'linear' | 'log';
  readonly yDomain?: readonly [number, number];
}

const dash = [6, 4];
const manyPoints = 60;
const smallestLog = 1e-300; // a ratio to anything smaller may overflow

/** The chart of some lines. `scope` is who complains. */
export function lineSpec(scope: string, options: LineSpecOptions, lines: readonly Line[]): Chart {
  const { width = 480, height = 280, xLabel, yLabel, xScale, yScale, yDomain } = options;
  const remarks: string[] = [];
  const drawn = lines.map((line) => withoutNonPositive(line, xScale === 'log', yScale === 'log'));
  const all = drawn.flatMap((line) => line.places);
  const gaps = all.filter((place) => place.y === null).length;
  if (gaps > 0) remarks.push(`${counted(gaps, 'value')} left out as ${gapReason(yScale)}`);
  const y = extent(all.map((place) => place.y));
  const x = extent(all.filter((place) => place.y !== null).map((place) => place.x));
  if (x === undefined || y === undefined) {
    throw new EspalierError({
      code: 'invalid-data',
      scope,
      message: `nothing to draw: none of the ${counted(all.length, 'value')} can be placed, all are ${gapReason(yScale)}.`,
    });
  }

  const names = [...new Set(lines.map((line) => line.series))];
  const styles = [...new Set(lines.flatMap((line) => line.style ?? []))];
  const dashes = styles.length > 0 ? styles : names;
  const dashedNames = new Set(lines.filter((l) => l.dashed).map((l) => l.style ?? l.series));
  const row = (line: Line) => (place: Place) => ({
    series: line.series,
    ...(line.style === undefined ? {} : { style: line.style }),
    ...place,
  });
  const kinds = lines.map((line) => line.kind);
  const color = {
    field: 'series',
    type: 'nominal',
    scale: { domain: names, range: names.map((_, i) => seriesColor(i)) },
    legend: names.length > 1 ? legend(names, width, kinds) : null,
  };
  const strokeDash = {
    field: styles.length > 0 ? 'style' : 'series',
    type: 'nominal',
    scale: { domain: dashes, range: dashes.map((name) => (dashedNames.has(name) ? dash : [1, 0])) },
    legend: dashes.length > 1 ? legend(dashes, width, styles.length > 0 ? [] : kinds) : null,
  };
  const xAxis = axisOf(xScale, x, false, Math.max(2, Math.round(width / 60)));
  const yAxis = axisOf(yScale, yDomain ?? y, yDomain === undefined, Math.max(3, Math.round(height / 45)));
  const strokes = drawn.filter((line) => line.kind === 'line');
  const dots = drawn.flatMap((line) => marked(line, strokes.length).map(row(line)));
  const clip = yDomain !== undefined;
  return makeChart({ ...options, width, height }, remarks, {
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative',
        title: xLabel,
        scale: xAxis.scale,
        axis: {
          ...xAxis.axis,
          grid: false,
          ...(all.every((place) => Number.isInteger(place.x)) && xScale === 'linear'
            ? { tickMinStep: 1 }
            : {}),
        },
      },
      y: {
        field: 'y',
        type: 'quantitative',
        title: yLabel,
        scale: yAxis.scale,
        axis: { ...yAxis.axis, domain: false, ticks: false },
      },
      color,
    },
    layer: [
      {
        data: { values: strokes.flatMap((line) => thinPoints(line.places).map(row(line))) },
        mark: {
          type: 'line',
          strokeWidth: strokes.length > 8 ? 1.5 : 2,
          strokeJoin: 'round',
          strokeCap: 'round',
          invalid: 'break-paths-filter-domains',
          clip,
        },
        encoding: { strokeDash, order: { field: 'x', type: 'quantitative' } },
      },
      {
        data: { values: dots },
        mark: { type: 'point', filled: true, size: 22, opacity: 1, clip, aria: false },
      },
    ],
  });
}

/** Dots show what a stroke cannot: single points between gaps; and, in a chart of few points, where they lie. */
function marked({ kind, places }: Line, lineCount: number): readonly Place[] {
  const shown = places.filter((place) => place.y !== null);
  if (kind === 'points' || shown.length * lineCount <= manyPoints) return shown;
  const isGap = (place: Place | undefined) => place === undefined || place.y === null;
  return places.filter((place, i) => !isGap(place) && isGap(places[i - 1]) && isGap(places[i + 1]));
}

function withoutNonPositive(line: Line, logX: boolean, logY: boolean): Line {
  if (!logX && !logY) return line;
  const places = line.places
    .filter((place) => !logX || place.x >= smallestLog)
    .map((place) => (logY && place.y !== null && place.y < smallestLog ? { x: place.x, y: null } : place));
  return { ...line, places };
}

const gapReason = (scale: 'linear' | 'log') =>
  scale === 'log' ? 'not finite or not positive' : 'not finite';

/** The ends of an axis, and how it is drawn. */
function axisOf(type: 'linear' | 'log', ends: readonly [number, number], nice: boolean, tickCount: number) {
  if (type === 'linear') {
    const largest = Math.max(Math.abs(ends[0]), Math.abs(ends[1]));
    return {
      scale: { type, domain: axisDomain(ends), nice, zero: false },
      axis: { tickCount, ...(largest >= 1e6 || (largest < 1e-3 && largest > 0) ? { format: '.3~e' } : {}) },
    };
  }
  const [min, max] = ends;
  const one = max / min < 1.2; // too narrow for a round number
  const domain = one ? [min / 3, max * 3] : nice ? [min / 1.15, max * 1.15] : [min, max];
  return {
    scale: { type, domain, nice: false },
    axis: {
      values: logTicks(domain[0]!, domain[1]!, tickCount),
      format: max >= 1e5 || min < 1e-4 ? '.3~e' : '~g',
    },
  };
}

function legend(names: readonly string[], width: number, kinds: readonly Line['kind'][]) {
  // 8.8 px a letter is what Vega reckons with where it cannot measure text.
  const widest = Math.max(...names.map((name) => name.length)) * 8.8 + 50;
  return {
    orient: 'bottom',
    direction: 'horizontal',
    columns: Math.min(names.length, Math.max(1, Math.floor(width / widest))),
    title: null,
    symbolType: 'stroke',
    symbolSize: 400,
    symbolStrokeWidth: 2,
    offset: 6,
    ...(kinds.includes('points') ? { encoding: { symbols: pointSymbols(kinds) } } : {}),
  };
}

/** Dots in the legend for what is drawn as dots. Numbers alone: a name in an expression of Vega would be a program. */
function pointSymbols(kinds: readonly Line['kind'][]) {
  const isPoints = `[${kinds.map((kind) => (kind === 'points' ? 1 : 0)).join()}][datum.index]`;
  return {
    shape: { value: { expr: `${isPoints} ? 'circle' : 'stroke'` } },
    size: { value: { expr: `${isPoints} ? 40 : 400` } },
  };
}
