import { cutNames } from '../drawing/text-width.js';
import { axisSpec, linearAxis, logAxis } from '../drawing/ticks.js';
import { categoryLabels } from '../drawing/category-axis.js';
import { isDrawable } from '../drawing/domain.js';
import { cleanText } from '../drawing/text.js';
import type { Search, SearchTrial } from './search.js';

/** An axis of values of one parameter: numbers, or words side by side. */
export interface ParameterAxis {
  readonly name: string;
  /** The words in their order; absent for numbers. */
  readonly words?: readonly string[];
  readonly log: boolean;
  /** Ends of the numbers. */
  readonly ends: readonly [number, number];
  /** Where a trial's value is drawn; `undefined` where it has none. */
  place(trial: SearchTrial): string | number | undefined;
  /** The value's place from 0 to 1. */
  share(trial: SearchTrial): number | undefined;
  /** Of Vega-Lite, for a side of so many px, below the plot (`x`) or beside it. */
  encoding(length: number, side?: 'x' | 'y'): Readonly<Record<string, unknown>>;
}

/** The axis of a parameter over all trials that have it. */
export function parameterAxis(search: Search, name: string): ParameterAxis {
  const given = search.trials.flatMap(({ parameters }) =>
    Object.hasOwn(parameters, name) ? [parameters[name]!] : [],
  );
  const isNumeric = given.every((value) => typeof value === 'number');
  const words = isNumeric ? undefined : [...new Set(given.map(String))].map(cleanText);
  const cut = words && cutNames(words, 120, 11);
  const numbers = isNumeric ? (given as number[]).filter(isDrawable) : [];
  const ends: [number, number] = [
    numbers.reduce((a, b) => Math.min(a, b), Infinity),
    numbers.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
  const log = (search.logarithmic?.includes(name) ?? false) && ends[0] > 0 && ends[1] > ends[0];
  const scaled = (value: number) => (log ? Math.log(value) : value);
  // A number that cannot be drawn has no place.
  const has = ({ parameters }: SearchTrial): boolean =>
    Object.hasOwn(parameters, name) && (!!words || isDrawable(parameters[name]));
  const title = cleanText(name);
  return {
    name: title,
    ...(cut && { words: cut }),
    log,
    ends,
    place(trial) {
      if (!has(trial)) return undefined;
      const { parameters } = trial;
      return words ? cut![words.indexOf(cleanText(String(parameters[name])))] : (parameters[name] as number);
    },
    share(trial) {
      if (!has(trial)) return undefined;
      const { parameters } = trial;
      if (words)
        return words.length === 1
          ? 0.5
          : words.indexOf(cleanText(String(parameters[name]))) / (words.length - 1);
      const [low, high] = [scaled(ends[0]), scaled(ends[1])];
      return low === high ? 0.5 : (scaled(parameters[name] as number) - low) / (high - low);
    },
    encoding(length, side = 'x') {
      if (cut)
        return {
          type: 'nominal',
          sort: null,
          scale: { domain: cut },
          title,
          axis: { ...categoryLabels(cut, length, side), grid: false },
        };
      const wish = { nice: !log, count: Math.max(2, Math.round(length / 60)) };
      const spec = axisSpec(log ? logAxis(ends, wish) : linearAxis(ends, wish));
      return { type: 'quantitative', title, scale: spec.scale, axis: { ...spec.axis, grid: false } };
    },
  };
}
