/** One model and how it is trained. */
export interface Case {
  readonly name: string;
  readonly kind: 'mlp' | 'cnn';
  /** Hidden sizes of an mlp, filters of a cnn. */
  readonly sizes: readonly number[];
  readonly batchNormalization?: boolean;
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

/** Whole training steps, from bytes, with loss and accuracy; Adam everywhere. */
export const cases: readonly Case[] = [
  mlp('784-64-64-10', [64, 64], 600),
  mlp('784-128-128-10', [128, 128], 400),
  mlp('784-64-128-256-10 batch norm', [64, 128, 256], 250, { batchNormalization: true }),
  mlp('784-256-128-64-10', [256, 128, 64], 250),
  mlp('784-800-800-800-10', [800, 800, 800], 40),
  mlp('784-800-800-800-10, batch 10', [800, 800, 800], 60, { batch: 10 }),
  { name: 'R2 CNN', kind: 'cnn', sizes: [32, 64], batch: 64, threads: 1, steps: 40 },
  { name: 'R2 CNN, 2 threads', kind: 'cnn', sizes: [32, 64], batch: 64, threads: 2, steps: 40 },
];

/** An epoch of report 1: 50,000 pictures. Every round is a whole epoch. */
export const epoch: Case = mlp('R1 epoch (784-64-64-10, 50,000 pictures)', [64, 64], 782);
