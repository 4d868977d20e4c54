import type { HealthEpoch, LayerEpoch } from './health-record.js';
import type { Cause, Illness } from './cures.js';
import { cureOf, cureOfCause, cureOfZeros } from './cures.js';
import { causeInInputs, causeOfVanishing, type Findings } from './causes.js';
import { following, type Following } from './layer-graph.js';
import { floorOf } from './unit-kinds.js';

/** Where the bounds lie. */
export interface HealthBounds {
  readonly weakGradient: number;
  readonly stillUpdates: number;
  readonly stillWeights: number;
  readonly stillLoss: number;
  readonly largeUpdates: number;
  readonly deadUnits: number;
  readonly saturatedValues: number;
}

/** The three signs of report 5, after an epoch: null before the second. */
export interface VanishingSigns {
  /** The loss stands where it was after the first epoch. */
  readonly loss: boolean;
  /** Mean and standard deviation of the layer's weights have kept within a narrow range since the first epoch. */
  readonly weights: boolean;
  /** The layer's weights are still those of the first epoch, on average. */
  readonly first: boolean;
}

/** What is to be said of one layer. */
export interface LayerHealth {
  readonly layer: string;
  readonly verdict: 'healthy' | Illness;
  /** Number of the epoch (from 1) from which on it has been so without a break; null where it is healthy. */
  readonly since: number | null;
  /** The verdict in one plain sentence. */
  readonly sentence: string;
  /** What helps; null where it is healthy. */
  readonly cure: string | null;
  /** After the last epoch; null before the second epoch, and for a layer without parameters. */
  readonly signs: VanishingSigns | null;
}

/**
 * The verdict on each layer after the last of some epochs.
 *
 * @param graph Which layers follow which. Default: each is followed by the next.
 */
export function judge(
  epochs: readonly HealthEpoch[],
  bounds: HealthBounds,
  graph: Following = following(epochs.at(-1)?.layers.map(({ layer }) => layer) ?? [], []),
): LayerHealth[] {
  const last = epochs.at(-1);
  if (!last) return [];
  const illnesses = epochs.map((_, i) => illnessesAfter(epochs.slice(0, i + 1), bounds, graph));
  const verdicts = last.layers.map((_, i) => verdictOf(illnesses.map((ofEpoch) => ofEpoch[i])));
  const activations = last.layers.map(({ activation }) => activation);
  const findings: Findings = {
    layers: last.layers,
    illnesses: verdicts.map((one) => one?.illness),
    weak: last.layers.map((figures) => isWeak(figures, last, bounds)),
    following: graph,
  };
  const causeOf = (i: number): Cause | undefined => {
    const { illness, start } = verdicts[i]!;
    if (illness !== 'vanishing' && illness !== 'dead') return undefined;
    const { layer } = last.layers[i]!;
    const ahead = illness === 'vanishing' ? causeOfVanishing(layer, findings) : undefined;
    const cause = ahead ?? causeInInputs(layer, findings);
    // What was ill before is ill of itself.
    return cause?.kind === 'other' && verdicts[placeOf(cause.layer)]!.start > start ? undefined : cause;
  };
  const placeOf = (name: string): number => last.layers.findIndex(({ layer }) => layer === name);
  const ownCure = (i: number): string => {
    const { illness } = verdicts[i]!;
    const { layer, mean, deviation } = last.layers[i]!;
    // Of weights that are all 0 no other activation helps.
    if (illness === 'dead' && mean === 0 && deviation === 0) return cureOfZeros(layer);
    return cureOf(illness, activations[i]!, activations);
  };
  return last.layers.map(({ layer }, i): LayerHealth => {
    const signs = signsAfter(epochs, i, bounds);
    const verdict = verdicts[i];
    if (!verdict)
      return { layer, verdict: 'healthy', since: null, sentence: `${layer} is healthy.`, cure: null, signs };
    const { illness, start } = verdict;
    const at = epochs[illness === 'exploding' ? start : epochs.length - 1]!;
    const since = epochs[start]!.epoch;
    const cause = causeOf(i);
    const sentence = `${layer} ${describe(illness, at.layers[i]!, at, signs, cause)}, since epoch ${since}.`;
    const cure = cause ? cureOfCause(cause, (other) => ownCure(placeOf(other))) : ownCure(i);
    return { layer, verdict: illness, since, sentence, cure, signs };
  });
}

/** What a layer has after the last epoch, and in which it began; `undefined` where it is well. */
function verdictOf(
  history: readonly (Illness | undefined)[],
): { readonly illness: Illness; readonly start: number } | undefined {
  const last = history.at(-1);
  if (last === undefined) return undefined;
  // What exploded and has been ill since, is ill of that, whatever its units are like now.
  const wellBefore = history.lastIndexOf(undefined);
  const exploded = history.indexOf('exploding', wellBefore + 1);
  return exploded < 0
    ? { illness: last, start: startOf(history, last) }
    : { illness: 'exploding', start: exploded };
}

/** Where the unbroken run of the last entry begins. */
function startOf(history: readonly (Illness | undefined)[], illness: Illness): number {
  let start = history.length - 1;
  while (start > 0 && history[start - 1] === illness) start--;
  return start;
}

/** What each layer has after the last of some epochs. */
export function illnessesAfter(
  epochs: readonly HealthEpoch[],
  bounds: HealthBounds,
  graph: Following,
): readonly (Illness | undefined)[] {
  const last = epochs.at(-1)!;
  const weak = last.layers.map((figures) => isWeak(figures, last, bounds));
  return last.layers.map((figures, i) => {
    if (explodes(epochs, i, bounds)) return 'exploding';
    if ((figures.deadUnits ?? 0) >= bounds.deadUnits) return 'dead';
    // A layer of answers may be sure of them.
    const isAnswer = graph.get(figures.layer)?.length === 0 || i === last.layers.length - 1;
    if (!isAnswer && (figures.saturatedValues ?? 0) >= bounds.saturatedValues) return 'saturated';
    if (figures.gradientNorm === null) return undefined;
    if (weak[i] && (figures.updateRatio ?? 1) < bounds.stillUpdates) return 'vanishing';
    // An optimizer that scales its steps moves the weights whatever the gradient: then the loss tells.
    if (
      stands(epochs, bounds) &&
      epochs.slice(-STANDS).every((epoch) => isWeak(epoch.layers[i]!, epoch, bounds))
    )
      return 'vanishing';
    const signs = signsAfter(epochs, i, bounds);
    if (!signs?.loss || !signs.weights || !signs.first) return undefined;
    // The layer of the largest gradient lacks none, where others do.
    if (weak.includes(true)) return figures.gradientShare === 1 ? undefined : 'vanishing';
    return isLearned(last) ? undefined : 'still';
  });
}

/** The loss stands where it was so many epochs before. */
const STANDS = 3;

function stands(epochs: readonly HealthEpoch[], { stillLoss }: HealthBounds): boolean {
  const [before, now] = [epochs.at(-1 - STANDS)?.loss ?? NaN, epochs.at(-1)!.loss ?? NaN];
  return Math.abs(now - before) < stillLoss * Math.abs(before);
}

function isWeak({ gradientShare }: LayerEpoch, epoch: HealthEpoch, { weakGradient }: HealthBounds): boolean {
  return gradientShare !== null && gradientShare <= weakGradient && !isLearned(epoch);
}

/** Where nothing is left to learn, nothing needs to move. */
function isLearned({ loss }: HealthEpoch): boolean {
  return loss !== null && Math.abs(loss) < 1e-6;
}

/** Numbers that are not finite, steps larger than the weights, or a gradient a hundred times what it was, with large steps. */
function explodes(epochs: readonly HealthEpoch[], i: number, { largeUpdates }: HealthBounds): boolean {
  const { finite, updateRatio, updateNorm, usualNorm, gradientNorm } = epochs.at(-1)!.layers[i]!;
  if (!finite) return true;
  if (updateRatio === null || gradientNorm === null) return false;
  // Weights that start at almost nothing grow by more than they are, and may.
  const isLarge = (bound: number): boolean =>
    updateRatio > bound && (updateNorm ?? Infinity) > bound * (usualNorm ?? 0);
  if (isLarge(largeUpdates)) return true;
  const before = epochs
    .slice(0, -1)
    .map(({ layers }) => layers[i]!.gradientNorm)
    .filter((norm): norm is number => norm !== null && norm > 0)
    .sort((a, b) => a - b);
  const median = before[Math.floor(before.length / 2)];
  return median !== undefined && gradientNorm > 100 * median && isLarge(largeUpdates / 10);
}

function signsAfter(
  epochs: readonly HealthEpoch[],
  i: number,
  { stillLoss, stillWeights }: HealthBounds,
): VanishingSigns | null {
  const [first, last] = [epochs[0]!, epochs.at(-1)!];
  const figures = last.layers[i]!;
  if (epochs.length < 2 || figures.mean === null || figures.deviation === null || figures.moved === null)
    return null;
  const range = (of: (layer: LayerEpoch) => number | null): number => {
    const values = epochs.map(({ layers }) => of(layers[i]!) ?? NaN);
    return Math.max(...values) - Math.min(...values);
  };
  const losses = [first.loss ?? NaN, last.loss ?? NaN] as const;
  return {
    loss: Math.abs(losses[0] - losses[1]) < stillLoss * Math.abs(losses[0]),
    weights: range(({ mean }) => mean) < stillWeights && range(({ deviation }) => deviation) < stillWeights,
    first: figures.moved < stillWeights,
  };
}

/** The part of the sentence between the layer's name and the epoch. */
function describe(
  illness: Illness,
  figures: LayerEpoch,
  epoch: HealthEpoch,
  signs: VanishingSigns | null,
  cause: Cause | undefined,
): string {
  const percent = (share: number | null): string => `${Math.round(100 * (share ?? 0))} %`;
  const small = (value: number | null): string =>
    value !== null && value < 1e-3 ? value.toExponential(1) : (value ?? NaN).toPrecision(2);
  switch (illness) {
    case 'exploding':
      if (!figures.finite) return 'has a gradient or weights that are NaN or infinite';
      return `has an exploding gradient: a step changes its weights by ${small(figures.updateRatio)} of their size`;
    case 'dead':
      return (
        `${figures.deadUnits === 1 ? 'is dead' : 'has dead units'}: ${percent(figures.deadUnits)} of its ${figures.units} units ` +
        `give ${+floorOf(figures.activation)!.toFixed(2)} for every example`
      );
    case 'saturated':
      return `is saturated: ${percent(figures.saturatedValues)} of its values lie at a bound of ${figures.activation}`;
    case 'vanishing': {
      if (cause?.kind === 'apart') return 'gets no gradient: nothing that has a loss hangs on it';
      const { layer } = epoch.layers.reduce((a, b) =>
        (b.gradientShare ?? 0) > (a.gradientShare ?? 0) ? b : a,
      );
      const share =
        figures.gradientShare === 0
          ? 'no gradient reaches it'
          : `${small(figures.gradientShare)} of that of ${layer}`;
      const still = signs?.loss && signs.weights && signs.first ? ', and neither loss nor weights move' : '';
      return `has a vanishing gradient: ${share}${still}`;
    }
    case 'still':
      return 'does not move though a gradient reaches it: its steps are too small';
  }
}
