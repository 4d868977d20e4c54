/** How steps run. */
export type Engine = 'compiled' | 'webgpu' | 'eager';

/** What can be chosen for a run. */
export interface Settings {
  readonly engine: Engine;
  readonly learningRate: number;
  /** Factor of the L2 penalty. */
  readonly l2: number;
  /** Share of a hidden layer's outputs that a step leaves out. */
  readonly dropout: number;
  readonly epochs: number;
}

export const DEFAULTS: Settings = {
  engine: 'compiled',
  learningRate: 0.003,
  l2: 1e-3,
  dropout: 0.1,
  epochs: 10,
};

/** Units of the hidden layers; a tile of the weights' picture for each of the first. */
export const HIDDEN = [64, 32] as const;
export const BATCH_SIZE = 64;
export const MAX_EPOCHS = 200;

/** Settings as they were stored; `undefined` where they are not what this page stores. */
export function asSettings(value: unknown): Settings | undefined {
  const { engine, learningRate, l2, dropout, epochs } = (value ?? {}) as Partial<
    Record<keyof Settings, unknown>
  >;
  const within = (number: unknown, min: number, max: number): number is number =>
    typeof number === 'number' && number >= min && number <= max;
  const known = (name: unknown): name is Engine => ['compiled', 'webgpu', 'eager'].includes(name as string);
  if (!known(engine) || !within(learningRate, 0, 1) || !within(l2, 0, 1) || !within(dropout, 0, 0.95))
    return undefined;
  if (!Number.isInteger(epochs) || !within(epochs, 1, MAX_EPOCHS)) return undefined;
  return { engine, learningRate, l2, dropout, epochs };
}
