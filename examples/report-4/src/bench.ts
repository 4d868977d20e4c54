import { type Dataset, mlp, type Plugin, sgd } from 'espalier';
import {
  accuracyOf,
  type Images,
  type Lab,
  type Measurement,
  percentOf,
} from '@espalier-examples/studies-kit';

/** Activations of the hidden layers. */
export type Activation = 'relu' | 'tanh' | 'sigmoid';

/** What is varied. */
export interface Plan {
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly batchSize: number;
  readonly epochs: number;
  readonly dropout?: number;
  readonly decay?: number;
  readonly plugins?: () => readonly Plugin[];
  readonly seeds?: number;
  readonly train?: Dataset;
  /** A second test set; its accuracy is kept beside the first. */
  readonly alsoOn?: Dataset;
}

/** A figure of a run. */
export type Figure = (run: Measurement) => number;

/** The figures of every table. */
export const columns = [
  { label: 'train %', of: accuracyOf('train') },
  { label: 'dev %', of: accuracyOf('validation') },
  { label: 'test %', of: accuracyOf('test') },
];
/** The same by name. */
export const [train, dev, test] = columns.map(({ of }) => of) as [Figure, Figure, Figure];

/** The network with the best rows. */
export const tanh = { hidden: [128, 128], activation: 'tanh' as const };

/** Trains a row. */
export function trainer(lab: Lab, images: Images): (name: string, plan: Plan) => Promise<Measurement[]> {
  return (name, plan) =>
    lab.train({
      name,
      ...images,
      ...(plan.train && { train: plan.train }),
      epochs: lab.size(plan.epochs, 1),
      batchSize: plan.batchSize,
      ...(plan.seeds !== undefined && { seeds: plan.seeds }),
      setup: (seed) => ({
        model: mlp({
          inputs: 784,
          hidden: plan.hidden,
          outputs: 10,
          activation: plan.activation,
          initializer: plan.activation === 'tanh' ? 'glorotUniform' : 'torchUniform',
          dropout: plan.dropout ?? 0,
          seed,
        }),
        optimizer: sgd({ learningRate: 0.01, l2: plan.decay ?? 0 }),
        plugins: plan.plugins?.() ?? [],
      }),
      measure: async ({ trainer }) => (plan.alsoOn ? percentOf(await trainer.evaluate(plan.alsoOn)) : null),
    });
}
