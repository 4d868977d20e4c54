/** One model and how it is trained. */
export interface Case {
  readonly name: string;
  readonly kind: 'mlp' | 'cnn';
  /** Hidden sizes of an mlp, filters of a cnn. */
  readonly sizes: readonly number[];
  readonly batchNormalization?: boolean;
  /** Of an mlp: features, default 784, the pixels of a picture in bytes; else floats. */
  readonly inputs?: number;
  /** Of an mlp: fits one number, by squared error, in place of ten classes. */
  readonly regression?: boolean;
  /** After each hidden layer of an mlp. Default 0. */
  readonly dropout?: number;
  /** Adam, or SGD with momentum 0.9 and coupled decay 1e-4. Default `adam`. */
  readonly optimizer?: 'adam' | 'sgd';
  readonly batch: number;
  readonly threads: number;
  /** Steps in one round: enough for the start of a run not to show. */
  readonly steps: number;
}

const mlp = (name: string, sizes: readonly number[], steps: number, rest: Partial<Case> = {}): Case => ({
  name,
  kind: 'mlp',
  sizes,
  batch: 64,
  threads: 1,
  steps,
  ...rest,
});

/** Whole training steps, with loss and accuracy; pictures come as bytes. */
export const cases: readonly Case[] = [
  mlp('784-64-64-10', [64, 64], 600),
  mlp('784-128-128-10', [128, 128], 400),
  mlp('784-64-128-256-10 batch norm', [64, 128, 256], 250, { batchNormalization: true }),
  mlp('784-256-128-64-10', [256, 128, 64], 250),
  mlp('784-800-800-800-10', [800, 800, 800], 40),
  mlp('784-800-800-800-10, batch 10', [800, 800, 800], 60, { batch: 10 }),
  mlp('784-128x2-64x4-10', [128, 128, 64, 64, 64, 64], 250),
  mlp('3072-512-256-10', [512, 256], 60, { inputs: 3072 }),
  mlp('1-100-100-1, batch 4, SGD', [100, 100], 3000, {
    inputs: 1,
    regression: true,
    dropout: 0.15,
    optimizer: 'sgd',
    batch: 4,
  }),
  mlp('1-100-300-1, batch 32, Adam', [100, 300], 1000, {
    inputs: 1,
    regression: true,
    dropout: 0.15,
    batch: 32,
  }),
  { name: 'R2 CNN', kind: 'cnn', sizes: [32, 64], batch: 64, threads: 1, steps: 40 },
  { name: 'R2 CNN, 2 threads', kind: 'cnn', sizes: [32, 64], batch: 64, threads: 2, steps: 40 },
];

/** An epoch of report 1: 50,000 pictures. Every round is a whole epoch. */
export const epoch: Case = mlp('R1 epoch (784-64-64-10, 50,000 pictures)', [64, 64], 782);
