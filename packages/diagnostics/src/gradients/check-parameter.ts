import * as tf from '@tensorflow/tfjs-core';
import type { HostArray } from '@espalier/core';
import { stream } from '@espalier/core';
import { indexOf } from '../index-of.js';
import { layerOf } from '../weights/layer-of.js';
import { type NumericGradient, numericGradient, type Probed } from './numeric-gradient.js';
import type { Objective } from './objective.js';
import { balancedSigns, groupsOf, suspectAmong } from './suspects.js';

/** What became of one entry: a `kink` and what is too `small` beside rounding are not judged. */
export type EntryVerdict = 'right' | 'wrong' | 'kink' | 'small';

/** One entry of a parameter. */
export interface CheckedEntry {
  readonly index: readonly number[];
  /** By back-propagation. */
  readonly analytic: number;
  /** By central differences. */
  readonly numeric: number;
  /** |analytic - numeric| / max(|analytic|, |numeric|); 0 where both are 0. */
  readonly relativeError: number;
  /** How far `numeric` may be off, in its own unit; null at a kink, where nobody knows. */
  readonly uncertainty: number | null;
  readonly step: number;
  readonly verdict: EntryVerdict;
}

/** One parameter. */
export interface CheckedParameter {
  readonly parameter: string;
  readonly layer: string;
  readonly shape: readonly number[];
  /** `undecided` where no entry could be judged. */
  readonly verdict: 'right' | 'wrong' | 'undecided';
  /** |a - n| / max(|a|, |n|) over all entries that were judged, as vectors; null where none was. */
  readonly relativeError: number | null;
  /**
   * The smallest error of one entry that shows, tried or not, in the unit of the gradient; null where an entry is of no use at all. A
   * smaller one may have gone unseen.
   */
  readonly resolution: number | null;
  /** Root mean square of the gradient by back-propagation, to compare {@link resolution} with. */
  readonly gradientSize: number;
  /** How many entries had which verdict. */
  readonly counts: Readonly<Record<EntryVerdict, number>>;
  /** All entries tried, those of the largest relative error first. */
  readonly entries: readonly CheckedEntry[];
}

/** What of the options a parameter is checked with. */
interface Settings {
  readonly samples: number;
  readonly tolerance: number;
  readonly seed: number;
}

/** Compares some entries of a parameter's gradient with differences, and looks for one that is wrong among the others. */
export function checkParameter(
  objective: Objective,
  here: Probed,
  name: string,
  gradient: HostArray | undefined,
  { samples, tolerance, seed }: Settings,
): CheckedParameter {
  const tensor = objective.parameters[name]!;
  const { shape } = tensor;
  const start = (tensor.dataSync() as Float32Array).slice();
  // A parameter that the objective does not depend on has the gradient 0.
  const analytic = gradient ? (gradient.data as Float32Array) : new Float32Array(start.length);
  const rms = Math.sqrt(start.reduce((sum, w) => sum + w * w, 0) / start.length);
  const turns = stream(seed, `gradient-check/signs/${name}`, 0).uniforms(start.length);
  /** What is found where all of these entries move together, each up or down. */
  const along = (moved: readonly number[]): Compared => {
    const largest = Math.max(rms, 0.05, moved.length === 1 ? Math.abs(start[moved[0]!]!) : 0);
    const scale = (Math.cbrt(2 ** -24) * largest) / Math.sqrt(Math.sqrt(moved.length));
    const signs = moved.length === 1 ? [1] : balancedSigns(moved, analytic, turns);
    const found = numericGradient(
      (change) => {
        const values = start.slice();
        moved.forEach((i, k) => (values[i] = start[i]! + signs[k]! * change));
        const changed = tf.tensor(values, shape);
        try {
          return objective.probe({ [name]: changed });
        } finally {
          changed.dispose();
        }
      },
      here,
      scale,
    );
    const sum = moved.reduce((total, i, k) => total + signs[k]! * analytic[i]!, 0);
    const compared = { ...found, analytic: sum };
    return { ...compared, shows: showsFrom(compared, tolerance), verdict: verdictOf(compared, tolerance) };
  };
  const tried = chosen(analytic, samples, name, seed);
  const known = new Set(tried);
  const rest = Array.from(start.keys()).filter((i) => !known.has(i));
  const groups = groupsOf(rest, samples).map((moved) => ({ moved, found: along(moved) }));
  const suspect = groups.flatMap(({ moved, found }) =>
    found.verdict === 'wrong' ? suspectAmong(moved, along) : [],
  );
  const shows = groups.map(({ found }) => found.shows);
  const entries = [...tried, ...suspect].map((i): CheckedEntry => {
    const found = along([i]);
    if (found.verdict !== 'wrong') shows.push(found.shows);
    const difference = Math.abs(found.analytic - found.value);
    const size = Math.max(Math.abs(found.analytic), Math.abs(found.value));
    return {
      index: indexOf(i, shape),
      analytic: found.analytic,
      numeric: found.value,
      // What is not a number is as wrong as can be.
      relativeError: size === 0 ? 0 : Number.isFinite(difference) ? difference / size : Infinity,
      uncertainty: found.verdict === 'kink' ? null : found.uncertainty,
      step: found.step,
      verdict: found.verdict,
    };
  });
  return summary(
    name,
    shape,
    entries,
    analytic,
    shows.reduce((most, one) => Math.max(most, one), -Infinity),
  );
}

interface Compared extends NumericGradient {
  readonly analytic: number;
  /** How large an error of one of the entries must be to show. */
  readonly shows: number;
  readonly verdict: EntryVerdict;
}

type Difference = NumericGradient & { readonly analytic: number };

/** Beyond what is allowed, and what may make up for it. */
function showsFrom({ analytic, value, uncertainty }: Difference, tolerance: number): number {
  const size = Math.max(Math.abs(analytic), Math.abs(value));
  return tolerance * size + 2 * uncertainty + Math.abs(analytic - value);
}

function verdictOf({ analytic, value, uncertainty, corner }: Difference, tolerance: number): EntryVerdict {
  const difference = Math.abs(analytic - value);
  const size = Math.max(Math.abs(analytic), Math.abs(value));
  // A NaN is never right.
  if (!Number.isFinite(analytic) || difference > tolerance * size + 2 * uncertainty) return 'wrong';
  if (corner && uncertainty > tolerance * size)
    return size > 0 && difference <= tolerance * size ? 'right' : 'kink';
  return size > 0 && size <= 4 * uncertainty ? 'small' : 'right';
}

/** Half the entries of the largest gradient, what is not finite before all others, and as many drawn among the rest. */
function chosen(gradient: ArrayLike<number>, samples: number, name: string, seed: number): number[] {
  const order = Array.from({ length: gradient.length }, (_, i) => i);
  if (order.length <= samples) return order;
  const size = (i: number): number => (Number.isFinite(gradient[i]!) ? Math.abs(gradient[i]!) : Infinity);
  order.sort((a, b) => (size(a) === size(b) ? a - b : size(b) - size(a)));
  const largest = order.splice(0, Math.ceil(samples / 2));
  const draws = stream(seed, `gradient-check/${name}`, 0).uniforms(samples - largest.length);
  const drawn = Array.from(draws, (u) => order.splice(Math.floor(u * order.length), 1)[0]!);
  return [...largest, ...drawn];
}

function summary(
  name: string,
  shape: readonly number[],
  entries: CheckedEntry[],
  gradient: ArrayLike<number>,
  resolution: number,
): CheckedParameter {
  const counts: Record<EntryVerdict, number> = { right: 0, wrong: 0, kink: 0, small: 0 };
  let [differences, analytic, numeric] = [0, 0, 0];
  for (const entry of entries) {
    counts[entry.verdict]++;
    if (entry.verdict !== 'right' && entry.verdict !== 'wrong') continue;
    differences += (entry.analytic - entry.numeric) ** 2;
    analytic += entry.analytic ** 2;
    numeric += entry.numeric ** 2;
  }
  const size = Math.sqrt(Math.max(analytic, numeric));
  const judged = counts.right + counts.wrong;
  return {
    parameter: name,
    layer: layerOf(name),
    shape: [...shape],
    verdict: counts.wrong > 0 ? 'wrong' : judged > 0 ? 'right' : 'undecided',
    relativeError: judged === 0 ? null : size === 0 ? 0 : Math.sqrt(differences) / size,
    resolution: Number.isFinite(resolution) ? resolution : null,
    gradientSize: Math.sqrt(Array.from(gradient).reduce((sum, g) => sum + g * g, 0) / gradient.length),
    counts,
    entries: entries.sort((a, b) => b.relativeError - a.relativeError),
  };
}
