import {
  accuracy,
  adam,
  confusionMatrix,
  earlyStopping,
  mlp,
  type MlpOptions,
  type Plugin,
  reduceLROnPlateau,
  sparsityOf,
} from 'espalier';
import { type Images, type Lab, type Measurement, percentOf } from '@espalier-examples/studies-kit';

/** What is kept of a run's weights. */
export interface Extra {
  readonly [name: string]: unknown;
  /** Shares of |w| < 1e-4 and of w = 0 by weight matrix, from the input on, and over all. */
  readonly sparsity: number[];
  readonly zeros: number[];
  readonly overall: number;
  readonly zerosOverall: number;
  /** Of seed 1, where pictures are made of it. */
  readonly kernels: Record<string, { shape: number[]; values: number[] }>;
}

/** Hidden layers of the benchmark. */
export const BENCHMARK = [128, 128, 64, 64, 64, 64];
/** See {@link Extra}. */
export const extra = (run: Measurement) => run.extra as unknown as Extra;
/** Test accuracy as a share. */
export const test = (run: Measurement) => percentOf(run.test) / 100;
/** The loss with its penalty, which the training loss of the study has in it. */
const withPenalty = (figures: Readonly<Record<string, number>>) =>
  figures['loss']! + (figures['penalty'] ?? 0);
/** The least value of a figure over the epochs. */
export const least = (figure: string) => (run: Measurement) =>
  Math.min(...run.epochs.map((epoch) => epoch[figure]!));
/** The least training loss over the epochs. */
export const leastTraining = (run: Measurement) =>
  Math.min(...run.epochs.map((epoch) => withPenalty(epoch as Readonly<Record<string, number>>)));

/** Trains a row; with `pictures` its first run also keeps its weights and its confusions. */
export function trainer(lab: Lab, images: Images) {
  return (name: string, penalty: Plugin | undefined, network: Partial<MlpOptions> = {}, pictures = false) =>
    lab.train({
      name,
      ...images,
      epochs: lab.size(200, 1),
      batchSize: 128,
      setup: (seed) => ({
        model: mlp({ inputs: 784, hidden: BENCHMARK, outputs: 10, seed, ...network }),
        optimizer: adam(),
        metrics: [accuracy(), ...(pictures ? [confusionMatrix({ classes: 10 })] : [])],
        plugins: [
          ...(penalty ? [penalty] : []),
          reduceLROnPlateau({ monitor: 'val_loss', factor: 0.1, patience: 4 }),
          earlyStopping({ score: withPenalty, mode: 'min', patience: 6, minDelta: 1e-3 }),
        ],
      }),
      measure: async ({ trainer, seed }) => {
        const weights = await trainer.getWeights();
        const near = sparsityOf(weights);
        const exact = sparsityOf(weights, { threshold: Number.MIN_VALUE });
        const kernels = Object.entries(weights).filter(
          ([parameter]) => pictures && seed === 1 && parameter.endsWith('/kernel'),
        );
        return {
          sparsity: Object.values(near.byParameter),
          zeros: Object.values(exact.byParameter),
          overall: near.overall,
          zerosOverall: exact.overall,
          kernels: Object.fromEntries(
            kernels.map(([parameter, { shape, data }]) => [
              parameter,
              {
                shape: [...shape],
                values: Array.from(data as Float32Array, (w) => Number(w.toPrecision(3))),
              },
            ]),
          ),
        };
      },
    });
}
