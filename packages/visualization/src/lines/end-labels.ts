import type { LineStyle } from './line-style.js';
import { textWidth } from '../drawing/text-width.js';
import { theme } from '../drawing/theme.js';
import { placeOn, type Axis } from '../drawing/ticks.js';

/** A line's name (cut to fit), its last value and its look. */
export interface EndLabel {
  readonly name: string;
  readonly kind: 'line' | 'points';
  readonly last: number | null;
  readonly style: LineStyle;
}

const lineHeight = 14;
const sample = 26;
const fontSize = 11;

/**
 * The names of lines, each after a piece of its line: to the right of the plot, beside the end of the line or as near as
 * it fits; below the plot, in columns, where there are more than fit there. One line needs no name.
 *
 * @param below - how far below the plot there is room, px
 */
export function endLabels(
  labels: readonly EndLabel[],
  axis: Axis,
  { width, height, below }: { readonly width: number; readonly height: number; readonly below: number },
) {
  if (labels.length < 2) return [];
  const beside = labels.length * lineHeight <= height;
  const places = beside
    ? spread(
        labels.map(({ last }) => (last === null ? height : height - placeOn(axis, height, last))),
        height,
      ).map((y) => ({ x: width + 8, y }))
    : inColumns(labels, width).map(({ x, y }) => ({ x, y: height + below + y }));
  const values = labels.map(({ name }, i) => {
    const { x, y } = places[i]!;
    return { series: name, y, x, x2: x + sample, middle: x + sample / 2, text: x + sample + 6 };
  });
  const at = (field: string) => ({ field, type: 'quantitative', scale: null, axis: null });
  const names = labels.map(({ name }) => name);
  const styled = (range: readonly unknown[]) => ({
    field: 'series',
    type: 'nominal',
    scale: { domain: names, range },
    legend: null,
  });
  return [
    {
      data: { values: values.filter((_, i) => labels[i]!.kind === 'line') },
      mark: { type: 'rule', strokeWidth: 2, aria: false },
      encoding: {
        x: at('x'),
        x2: { field: 'x2' },
        y: at('y'),
        strokeDash: styled(labels.map(({ style }) => style.dash)),
      },
    },
    {
      data: { values: values.filter((_, i) => labels[i]!.kind === 'points' || labels[i]!.style.marked) },
      mark: { type: 'point', filled: true, size: 40, opacity: 1, aria: false },
      encoding: { x: at('middle'), y: at('y'), shape: styled(labels.map(({ style }) => style.shape)) },
    },
    {
      data: { values },
      mark: { type: 'text', align: 'left', baseline: 'middle', fontSize, aria: false },
      encoding: {
        x: at('text'),
        y: at('y'),
        text: { field: 'series', type: 'nominal' },
        color: { value: theme.softInk },
      },
    },
  ].filter((layer) => layer.data.values.length > 0);
}

function inColumns(labels: readonly EndLabel[], width: number) {
  const widest = Math.max(...labels.map(({ name }) => textWidth(name, fontSize))) + sample + 22;
  const columns = Math.max(1, Math.floor(Math.max(width, 360) / widest));
  const rows = Math.ceil(labels.length / columns);
  return labels.map((_, i) => ({ x: Math.floor(i / rows) * widest, y: (i % rows) * lineHeight }));
}

/** Moves places apart to `lineHeight`, in order, within `[0, height]`. */
export function spread(wanted: readonly number[], height: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  const half = lineHeight / 2;
  const places = order.map((i) => Math.min(Math.max(wanted[i]!, half), height - half));
  for (let i = 1; i < places.length; i++) places[i] = Math.max(places[i]!, places[i - 1]! + lineHeight);
  let limit = height - half;
  for (let i = places.length - 1; i >= 0; i--) {
    places[i] = Math.min(places[i]!, limit);
    limit = places[i]! - lineHeight;
  }
  const result = new Array<number>(wanted.length);
  order.forEach((i, rank) => (result[i] = Math.round(places[rank]! * 100) / 100));
  return result;
}
