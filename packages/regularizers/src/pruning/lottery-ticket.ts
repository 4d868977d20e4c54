import type {
  HostArray,
  HostArrays,
  ParameterSelector,
  Plugin,
  RunRecord,
  TrainableModel,
} from '@espalier/core';
import {
  checkOptions,
  EspalierError,
  loadWeights,
  option,
  readOptions,
  selectParameters,
} from '@espalier/core';
import { bindModel, toHostArrays } from '@espalier/core/internal';
import { countPruned, masked, shareOfKept, smallestPruned, type PruningScope } from './smallest-pruned.js';
import { weightMasks } from './weight-masks.js';

/** One training of {@link lotteryTicket}. */
export interface TicketRound {
  /** From 0, which trains all weights. */
  readonly round: number;
  /** Share of the selected weights that are 0 in it. */
  readonly sparsity: number;
  /** The round's masks, by parameter: 0 where a weight is pruned. */
  readonly masks: HostArrays;
  /** For the trainer of this round, before plugins of one's own. */
  readonly plugins: readonly Plugin[];
}

/** Options of {@link lotteryTicket}. */
export interface LotteryTicketOptions {
  /** Prunings, each followed by a training: a whole number >= 1. */
  readonly rounds: number;
  /** Share of the weights still there that each pruning takes, 0 < amount < 1. Default 0.2. */
  readonly amount?: number;
  /** `layer`: of each parameter; `global`: of all selected weights together. Default `layer`. */
  readonly scope?: PruningScope;
  /**
   * Steps of the first training after which the weights are those that later ones start from. A whole number >= 0; default 0, the
   * initial weights. Deep networks need some.
   */
  readonly rewindStep?: number;
  /** The parameters that are pruned. Default `kernels`. */
  readonly parameters?: ParameterSelector;
}

/** What {@link lotteryTicket} found. */
export interface LotteryTicket {
  /** The last round's masks, for `weightMasks({ masks })`. */
  readonly masks: HostArrays;
  /** The weights that the last round started from, by name, pruned ones 0, for `loadWeights(model, weights)`. */
  readonly weights: HostArrays;
  /** Of each training, the dense one first. */
  readonly rounds: readonly { readonly sparsity: number; readonly record: RunRecord }[];
}

/**
 * Looks for a lottery ticket, a sparse part of a network that trains as well as the whole, by iterative magnitude pruning: trains,
 * prunes the smallest weights, rewinds those that are left to what they were at the beginning, and trains again.
 *
 * Each training is a run of its own with a fresh optimizer and schedule, from the weights in `model`; moving statistics of batch
 * normalisation are rewound, too. Afterwards the model holds what the last training ended with.
 *
 * @param model The model that `train` trains.
 * @param train Makes a trainer with `round.plugins` for the model, trains it, and gives the record.
 * @returns Masks, weights to start from and the records. It trains `rounds + 1` times.
 * @throws EspalierError `invalid-option`, also where `train` did not use the plugins or ended before `rewindStep`; whatever `train`
 *   throws.
 * @example
 * ```ts
 * const ticket = await lotteryTicket(
 *   model,
 *   ({ plugins }) =>
 *     new Trainer({ model, loss: softmaxCrossEntropy(), optimizer: adam(), plugins }).fit(train, { epochs: 2 }),
 *   { rounds: 3, amount: 0.5 },
 * );
 * console.log(ticket.rounds.map(({ sparsity, record }) => [sparsity, record.epochs.at(-1)]));
 * ```
 * @see Frankle and Carbin, The lottery ticket hypothesis, 2019; rewinding: Frankle et al., Linear mode connectivity and the lottery
 *   ticket hypothesis, 2020.
 */
export async function lotteryTicket(
  model: TrainableModel,
  train: (round: TicketRound) => Promise<RunRecord>,
  options: LotteryTicketOptions,
): Promise<LotteryTicket> {
  const scope = 'lottery-ticket';
  const { values } = readOptions(scope, options, {
    rounds: option.integer({ min: 1 }),
    amount: option.number({ min: 0, exclusiveMin: true, max: 1, exclusiveMax: true, default: 0.2 }),
    scope: option.oneOf(['layer', 'global'], { default: 'layer' }),
    rewindStep: option.integer({ min: 0, default: 0 }),
    parameters: option.parameters({ default: 'kernels' }),
  });
  if (typeof train !== 'function')
    checkOptions(scope).fail('train', 'a function that trains the model', train);
  const bound = bindModel(model);
  const present = (): Promise<HostArrays> => toHostArrays(bound.weights());
  let start = await present();
  let masks = allKept(start, bound.trainable(), values.parameters);
  const rounds: { sparsity: number; record: RunRecord }[] = [];
  for (let round = 0; round <= values.rounds; round++) {
    const { all, pruned } = countPruned(masks);
    const early = new EarlyWeights(round === 0 ? values.rewindStep : 0);
    const plugins = [weightMasks({ masks, name: scope }), early.plugin];
    const record = await train({ round, sparsity: pruned / all, masks, plugins });
    early.check(scope, record);
    start = early.weights ?? start;
    rounds.push({ sparsity: pruned / all, record });
    if (round === values.rounds) break;
    masks = smallestPruned(await present(), masks, values.scope, shareOfKept(values.amount));
    start = { ...start, ...masked(start, masks).weights };
    loadWeights(model, start);
  }
  return { masks, weights: start, rounds };
}

/** Keeps the weights of a moment, and knows whether the run had it. */
class EarlyWeights {
  readonly plugin: Plugin;
  weights: HostArrays | undefined;
  #started = false;
  readonly #step: number;

  constructor(step: number) {
    this.#step = step;
    this.plugin = {
      name: 'lottery-ticket-start',
      onFitStart: () => {
        this.#started = true;
        this.weights = undefined;
      },
      ...(step > 0 && {
        onStepEnd: async (run) => {
          if (run.step === step) this.weights = await run.getWeights();
        },
      }),
    };
  }

  check(scope: string, record: RunRecord): void {
    if (!this.#started)
      checkOptions(scope).fail('train', 'a function whose trainer has `round.plugins`', 'one without them');
    if (this.#step > 0 && !this.weights) {
      const message = `the first training ended before rewindStep ${this.#step}, after ${record.epochs.length} epochs; train longer, or rewind to an earlier step.`;
      throw new EspalierError({ code: 'invalid-option', scope, message });
    }
  }
}

function allKept(
  weights: HostArrays,
  trainable: readonly string[],
  selector: ParameterSelector,
): Record<string, HostArray> {
  const shapes = Object.fromEntries(trainable.map((name) => [name, weights[name]!.shape]));
  return Object.fromEntries(
    selectParameters(shapes, selector, 'lottery-ticket').map((name) => {
      const { shape, data } = weights[name]!;
      return [name, { data: new Float32Array(data.length).fill(1), shape, dtype: 'float32' as const }];
    }),
  );
}
