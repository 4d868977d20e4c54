import type { HostArrays, Plugin, PluginState, Run } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { HealthEpoch } from './health-record.js';
import { entriesOf, epochRecord, layerNorms, layersInOrder } from './health-record.js';
import type { LayerHealth } from './judge.js';
import { judge } from './judge.js';
import { following } from './layer-graph.js';
import { readFigures, stepFigures } from './step-figures.js';

/** Options of {@link health}: where its bounds lie. */
export interface HealthOptions {
  /** A layer's gradient is weak where its root mean square is at most this share of the largest layer's; > 0. Default 1e-3. */
  readonly weakGradient?: number;
  /** A weak gradient vanishes where a step changes the layer by less than this share of its weights; > 0. Default 1e-4. */
  readonly stillUpdates?: number;
  /** Mean, deviation and weights stand still where they move by less; > 0, in units of the weights. Default 0.003. */
  readonly stillWeights?: number;
  /** The loss stands still where it is within this share of the first epoch's, or of that three epochs ago; > 0. Default 0.02. */
  readonly stillLoss?: number;
  /** A gradient explodes where a step changes the layer by more than this share of its weights; > 0. Default 1. */
  readonly largeUpdates?: number;
  /** A layer is dead from this share of dead units on; above 0, at most 1. Default 0.5. */
  readonly deadUnits?: number;
  /** A layer is saturated from this share of saturated values on; above 0, at most 1. Default 0.8. */
  readonly saturatedValues?: number;
  /** Default `health`. */
  readonly name?: string;
}

/** What {@link health} found, as plain JSON. */
export interface HealthReport {
  /** Whether all layers are well. */
  readonly healthy: boolean;
  /** The whole in one plain sentence. */
  readonly sentence: string;
  /** Each layer's verdict after the last epoch. */
  readonly layers: readonly LayerHealth[];
  /** The figures of every epoch: gradient flow, updates, units. */
  readonly epochs: readonly HealthEpoch[];
}

/** A plugin that has a {@link HealthReport}. */
export interface HealthPlugin extends Plugin<never, never> {
  /** Of the present or last run. */
  report(): HealthReport;
}

const share = (fallback: number) => option.number({ min: 0, exclusiveMin: true, max: 1, default: fallback });
const positive = (fallback: number) => option.number({ min: 0, exclusiveMin: true, default: fallback });

/**
 * Looks after the health of every layer: norms of gradients and weights, how much of its weights a step changes, dead and saturated
 * units, for each epoch; and says in a sentence what is wrong with which layer since when, and what helps.
 *
 * A gradient vanishes where it is weak beside the largest layer's and the layer stands still, or the loss does for three epochs (an
 * optimizer such as adam moves the weights all the same); or where the three signs of a network that does not learn come together: the
 * loss stands still; mean and deviation of the layer's weights move by less than 0.003; the layer's weights are those of the first epoch.
 * A layer that falls ill is a remark in the run's record, too.
 *
 * Where a layer is not ill of itself, its cure names the layer that is: a dead, saturated or exploding one that its gradient has to pass,
 * a dead one that gives it only 0, weights that are all 0. A layer of answers may be saturated.
 *
 * A unit is an entry of the last dimension. It is dead where relu gives 0, or elu or selu lies within 0.02 of its bound,
 * saturated where sigmoid or tanh lies within 2 % of a bound, for every example of an epoch. Squares are added up in float32: entries
 * of a gradient below 1e-19 count as 0.
 *
 * Inside the step it costs two sums of squares for each parameter and a maximum for each layer with such units, and
 * for a table of embeddings the share of its rows that change; after an epoch one copy of the weights. It changes nothing. A run of several batches a step counts the units of the last of them.
 *
 * @param options.weakGradient Default 1e-3.
 * @param options.stillUpdates Default 1e-4.
 * @param options.stillWeights Default 0.003.
 * @param options.stillLoss Default 0.02.
 * @param options.largeUpdates Default 1.
 * @param options.deadUnits Default 0.5.
 * @param options.saturatedValues Default 0.8.
 * @param options.name Default `health`.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const watch = health();
 * await new Trainer({ model, loss, optimizer, plugins: [watch] }).fit(train, { epochs: 5 });
 * for (const { sentence, cure } of watch.report().layers) console.log(sentence, cure ?? '');
 * ```
 */
export function health(options: HealthOptions = {}): HealthPlugin {
  const { values, config } = readOptions('health', options, {
    weakGradient: share(1e-3),
    stillUpdates: positive(1e-4),
    stillWeights: positive(0.003),
    stillLoss: positive(0.02),
    largeUpdates: positive(1),
    deadUnits: share(0.5),
    saturatedValues: share(0.8),
    name: option.text({ default: 'health' }),
  });
  const { name } = values;
  const { observeLayer, stepState, parameters, layers, infos } = stepFigures();
  let epochs: HealthEpoch[] = [];
  let first: HostArrays | undefined;
  /** What was remarked, so that it is remarked once: `<layer> <verdict>`. */
  let told: string[] = [];

  /** Norms of the layers' weights before the first epoch. */
  let start: Readonly<Record<string, number | null>> = {};

  const orderOf = (weights: HostArrays, withUnits: Iterable<string>) =>
    layersInOrder(
      parameters().filter((one) => weights[one]),
      [...layers().keys()],
      new Set(withUnits),
    );

  const judged = (): LayerHealth[] => {
    const names = epochs.at(-1)?.layers.map(({ layer }) => layer) ?? [];
    return judge(epochs, values, following(names, infos()));
  };

  const tell = (run: Run): void => {
    const news = judged().filter(
      ({ layer, verdict }) => verdict !== 'healthy' && !told.includes(`${layer} ${verdict}`),
    );
    const kinds = new Set(news.map(({ verdict, cure }) => `${verdict} ${cure}`));
    for (const kind of kinds) {
      const ill = news.filter(({ verdict, cure }) => `${verdict} ${cure}` === kind);
      told.push(...ill.map(({ layer, verdict }) => `${layer} ${verdict}`));
      const others =
        ill.length > 1
          ? ` Likewise: ${ill
              .slice(1)
              .map(({ layer }) => layer)
              .join(', ')}.`
          : '';
      run.note(name, `${ill[0]!.sentence}${others} What helps: ${ill[0]!.cure}`);
    }
  };

  return {
    name,
    config,
    enforce: 'post',
    observeLayer,
    stepState,
    async onFitStart(run: Run, saved?: PluginState) {
      const json = saved?.json as { epochs: HealthEpoch[]; told: string[]; start: typeof start } | undefined;
      epochs = [...(json?.epochs ?? [])];
      told = [...(json?.told ?? [])];
      first = epochs.length > 0 ? saved?.arrays : undefined;
      if (json) ({ start } = json);
      else {
        const weights = await run.getWeights();
        start = layerNorms(orderOf(weights, []), weights);
      }
    },
    async onEpochEnd(run: Run, logs) {
      const [weights, state] = [await run.getWeights(), await run.stepState(name)];
      const figures = readFigures(state, parameters());
      const order = orderOf(weights, figures.units.keys());
      // An epoch that a run's length had cut short comes to its end when the run is resumed.
      epochs = epochs.filter(({ epoch }) => epoch <= run.epoch);
      const previous = epochs.at(-1)?.layers.map(({ layer, weightNorm }) => [layer, weightNorm] as const);
      const before = previous ? Object.fromEntries(previous) : start;
      const source = { figures, weights, layers: order, activations: layers(), before, first };
      epochs.push(epochRecord(run.epoch + 1, logs['loss'], { ...source, steps: run.stepInEpoch }));
      const entries = [...order.values()].flatMap((names) => entriesOf(names, weights));
      first ??= Object.fromEntries(entries.map((one) => [one, weights[one]!]));
      tell(run);
    },
    saveState: () => ({ json: { epochs, told, start }, ...(first && { arrays: first }) }),
    report() {
      const verdicts = judged();
      const ill = verdicts.filter(({ verdict }) => verdict !== 'healthy');
      const sentence =
        epochs.length === 0
          ? 'No epoch has been seen.'
          : ill.length === 0
            ? `${verdicts.length === 1 ? 'The one layer is' : `All ${verdicts.length} layers are`} healthy after ` +
              `${epochs.length} ${epochs.length === 1 ? 'epoch' : 'epochs'}.`
            : `${ill.length} of ${verdicts.length} layers ${ill.length === 1 ? 'is' : 'are'} ill: ${listed(ill, epochs.at(-1))}.`;
      return {
        healthy: epochs.length > 0 && ill.length === 0,
        sentence,
        layers: verdicts,
        epochs: [...epochs],
      };
    },
  };
}

/** The ill layers in few words, after the last epoch. */
function listed(layers: readonly LayerHealth[], last: HealthEpoch | undefined): string {
  const dead = new Set(last?.layers.filter(({ deadUnits }) => deadUnits === 1).map(({ layer }) => layer));
  return layers
    .map(({ layer, verdict, since }) => {
      const short = verdict === 'dead' && !dead.has(layer) ? 'dead units' : verdict;
      return `${layer} (${short} since epoch ${since})`;
    })
    .join(', ');
}
