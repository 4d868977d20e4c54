import { axisDomain } from './domain.js';

/** Ends of an axis, the places of its ticks, and the d3 format that tells neighbouring ticks apart. */
export interface Axis {
  readonly type: 'linear' | 'log';
  readonly domain: readonly [number, number];
  readonly values: readonly number[];
  readonly format: string;
}

/** How {@link linearAxis} and {@link logAxis} lay out. */
export interface AxisWish {
  /** About as many ticks as wanted at most. */
  readonly count: number;
  /** Rounds the ends outwards to ticks. */
  readonly nice: boolean;
  /** No ticks between whole numbers. Default false. */
  readonly whole?: boolean;
}

/** A linear axis with ticks at 1, 2 or 5 times a power of ten. */
export function linearAxis(ends: readonly [number, number], { count, nice, whole = false }: AxisWish): Axis {
  const [low, high] = whole && ends[0] === ends[1] ? [ends[0] - 0.5, ends[0] + 0.5] : axisDomain(ends);
  const step = tickStep((high - low) / count, whole);
  const first = nice ? Math.floor(low / step + 1e-9) : Math.ceil(low / step - 1e-9);
  const last = nice ? Math.ceil(high / step - 1e-9) : Math.floor(high / step + 1e-9);
  // Beyond float64's digits steps no longer count; the ends are ticks then.
  const countable = Math.max(Math.abs(first), Math.abs(last)) < 1e15 && last - first < 100;
  const values = countable
    ? Array.from({ length: last - first + 1 }, (_, i) => timesStep(first + i, step))
    : [low, high];
  const domain: [number, number] =
    nice && countable ? [Math.min(low, values[0]!), Math.max(high, values.at(-1)!)] : [low, high];
  return { type: 'linear', domain, values, format: linearFormat(values, step) };
}

/** A log axis with round ticks; both ends are above 0. */
export function logAxis([min, max]: readonly [number, number], { count, nice }: AxisWish): Axis {
  // Too narrow for a second round number: ticks as on a linear axis tell the values apart.
  if (max > min && logTicks(min, max, count).length < 2) {
    const { domain, values, format } = linearAxis([min, max], { count, nice });
    if (domain[0] > 0) return { type: 'log', domain, values, format };
  }
  const narrow = max / min < 1.2;
  const domain: [number, number] = narrow ? [min / 3, max * 3] : nice ? [min / 1.15, max * 1.15] : [min, max];
  return {
    type: 'log',
    domain,
    values: logTicks(domain[0], domain[1], count),
    format: max >= 1e5 || min < 1e-4 ? '.3~e' : '~g',
  };
}

/** Where on an axis of `length` px a value lies, from its low end. */
export function placeOn({ type, domain: [low, high] }: Axis, length: number, value: number): number {
  const share =
    type === 'log' ? Math.log(value / low) / Math.log(high / low) : value / (high - low) - low / (high - low);
  return share * length;
}

/** Scale and axis of Vega-Lite. */
export function axisSpec({ type, domain, values, format }: Axis) {
  return {
    scale: { type, domain, nice: false, ...(type === 'linear' ? { zero: false } : {}) },
    axis: { values, ...labelled(format) },
  };
}

/**
 * Round places on a log axis from `min` to `max`: powers of ten, every second, third, ... of them where there are
 * many, 1 and 3 or 1, 2 and 5 times powers of ten where there are few.
 *
 * @param min - above 0
 * @param max - not below `min`
 * @param count - about as many as wanted at most
 */
export function logTicks(min: number, max: number, count = 6): number[] {
  const low = Math.floor(Math.log10(min));
  const high = Math.ceil(Math.log10(max));
  const decades = Math.log10(max) - Math.log10(min);
  const factors = decades < 1.6 ? [1, 2, 5] : decades < 3.2 ? [1, 3] : [1];
  const step = factors.length > 1 ? 1 : Math.max(1, Math.ceil(decades / count));
  const ticks: number[] = [];
  for (let power = Math.ceil(low / step) * step; power <= high; power += step) {
    for (const factor of factors) {
      const tick = Number(`${factor}e${power}`);
      if (tick >= min * (1 - 1e-9) && tick <= max * (1 + 1e-9)) ticks.push(tick);
    }
  }
  return ticks;
}

/** The smallest of 1, 2, 5 times a power of ten that is not below `wanted`. */
function tickStep(wanted: number, whole: boolean): number {
  const power = Math.floor(Math.log10(wanted));
  const factor = [1, 2, 5, 10].find((f) => Number(`${f}e${power}`) >= wanted * (1 - 1e-9)) ?? 10;
  const step = Number(`${factor}e${power}`);
  return whole ? Math.max(1, step) : step;
}

/** `count * step` without the rounding of a step such as 0.1. */
function timesStep(count: number, step: number): number {
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return decimals > 0 && decimals < 100 ? Number((count * step).toFixed(decimals)) : count * step;
}

/** The format, where 0 is `0` and not `0e+0`. */
function labelled(format: string) {
  return format.endsWith('e') ? { format, labelExpr: "datum.value === 0 ? '0' : datum.label" } : { format };
}

/**
 * What writes numbers so that those a `step` apart differ, for an axis or a legend of Vega-Lite.
 *
 * @param trim - without zeros at the end
 */
export function tickLabels(values: readonly number[], step: number, trim: boolean) {
  const format = linearFormat(values, step);
  return labelled(trim ? format.replace(/(\d)f$/, '$1~f') : format);
}

function linearFormat(values: readonly number[], step: number): string {
  const largest = Math.max(...values.map(Math.abs));
  if (largest === 0) return '.0f';
  const digits = Math.floor(Math.log10(largest) + 1e-9) - Math.floor(Math.log10(step) + 1e-9);
  const scientific = largest < 1e-3 || largest >= 1e15 || (largest >= 1e6 && digits <= 3);
  if (scientific) return `.${Math.max(0, Math.min(digits, 15))}~e`;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return `${largest >= 1e4 ? ',' : ''}.${Math.min(decimals, 15)}f`;
}
