import { exp, log, pow } from '@espalier/core/internal';
import { logNormalMass } from '../math/normal-distribution.js';
import type { Dimension } from '../space/space.js';
import type { TrialRecord } from '../trial/trial-record.js';

/** Most cells of a number. */
const CELLS = 50;

/**
 * How far the density of the best trials along each parameter is from that of all: Pearson's divergence, times the square of the best
 * ones' share.
 *
 * Source: S. Watanabe et al., "PED-ANOVA: efficiently quantifying hyperparameter importance in arbitrary subspaces", IJCAI 2023;
 * reference: Optuna's `PedAnovaImportanceEvaluator`.
 *
 * @param trials Complete ones that have all parameters.
 * @param costs One for each trial; smaller is better.
 * @param quantile The share of trials that are the best ones.
 * @returns One number for each dimension, not made to add up to 1.
 */
export function pedAnova(
  dimensions: readonly Dimension[],
  trials: readonly TrialRecord[],
  costs: readonly number[],
  quantile: number,
): number[] {
  const limit = [...costs].sort((a, b) => a - b)[Math.ceil(quantile * costs.length) - 1]!;
  const best = trials.filter((_, i) => costs[i]! <= limit);
  const share = best.length / trials.length;
  return dimensions.map((dimension) => {
    const [top, all] = [best, trials].map((some) => density(dimension, some));
    const divergence = all!.reduce((sum, own, i) => {
      const ratio = (top![i]! + 1e-12) / (own + 1e-12) - 1;
      return sum + (own + 1e-12) * ratio * ratio;
    }, 0);
    return divergence * share * share;
  });
}

/** The share of each cell, smoothed. */
function density({ name, distribution }: Dimension, trials: readonly TrialRecord[]): number[] {
  if (distribution.type === 'choice') {
    const { choices } = distribution;
    const counts = choices.map(
      (value) => trials.filter(({ parameters }) => parameters[name] === value).length,
    );
    return choiceShares(counts);
  }
  const { low, high, log: isLog, step, type } = distribution;
  let cells = CELLS;
  if (type === 'int' && isLog) cells = Math.min(CELLS, Math.ceil(log(high - low + 1) / log(2)) + 1);
  else if (step !== undefined) cells = Math.min(CELLS, Math.round((high - low) / step) + 1);
  const along = (value: number): number => (isLog ? log(value) : value);
  const width = (along(high) - along(low)) / (cells - 1);
  const counts = new Array<number>(cells).fill(0);
  for (const { parameters } of trials) {
    const cell = Math.ceil((along(parameters[name] as number) - along(low)) / width - 0.5);
    counts[Math.min(cells - 1, Math.max(0, cell))]!++;
  }
  return numberShares(counts);
}

/** A kernel on each value that was seen, and a flat one. */
function choiceShares(counts: readonly number[]): number[] {
  const seen = counts.flatMap((count, i) => (count > 0 ? [i] : []));
  const kernels = seen.length + 1;
  const total = counts.reduce((sum, count) => sum + count, 1);
  const prior = 1 / kernels;
  const row = 1 + counts.length * prior;
  return counts.map(
    (_, i) =>
      seen.reduce((sum, k) => sum + (counts[k]! / total) * ((prior + Number(k === i)) / row), 0) +
      1 / total / counts.length,
  );
}

/** Normal kernels on the cells that were seen, their width by Scott's rule, and a wide one. */
function numberShares(counts: readonly number[]): number[] {
  const seen = counts.flatMap((count, i) => (count > 0 ? [i] : []));
  const number = counts.reduce((sum, count) => sum + count, 0);
  const mean = seen.reduce((sum, i) => sum + i * counts[i]!, 0) / number;
  const spread = Math.sqrt(
    seen.reduce((sum, i) => sum + counts[i]! * (i - mean) * (i - mean), 0) / Math.max(1, number - 1),
  );
  const cumulative: number[] = [];
  for (const i of seen) cumulative.push((cumulative.at(-1) ?? 0) + counts[i]!);
  const first = cumulative.findIndex((sum) => sum >= Math.floor(number / 4));
  const after = cumulative.findIndex((sum) => sum > Math.floor((number * 3) / 4));
  const quartiles = seen[after < 0 ? seen.length - 1 : after]! - seen[first]!;
  const deviation = Math.max(0.5 / 1.64, 1.059 * Math.min(quartiles / 1.34, spread) * pow(number, -0.2));
  const last = counts.length - 1;
  const mass = (center: number, width: number, from: number, to: number): number =>
    exp(
      logNormalMass((from - center) / width, (to - center) / width) -
        logNormalMass((-0.5 - center) / width, (last + 0.5 - center) / width),
    );
  return counts.map(
    (_, cell) =>
      seen.reduce(
        (sum, i) => sum + (counts[i]! / (number + 1)) * mass(i, deviation, cell - 0.5, cell + 0.5),
        0,
      ) +
      mass(last / 2, last + 1, cell - 0.5, cell + 0.5) / (number + 1),
  );
}
