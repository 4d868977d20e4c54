import type { Dataset, DataStream, Executor, Metric, Plugin, TrainerOptions } from '@espalier/core';
import { checkOptions, eager, EspalierError, isEspalierError, loadWeights } from '@espalier/core';
import { option, readOptions, Trainer } from '@espalier/core';
import { seeKernels } from '@espalier/core/internal';
import * as tf from '@tensorflow/tfjs-core';

const SCOPE = 'find-batch-size';
const MEBIBYTE = 2 ** 20;

/** Options of {@link findBatchSize}. */
export interface FindBatchSizeOptions {
  /** The first size that is tried. A whole number >= 1, default 2. */
  readonly from?: number;
  /** The largest that is tried. Default: the number of examples; a stream that does not know it needs one. */
  readonly max?: number;
  /** `power`: the last size of `from`, 2 `from`, 4 `from`, ... that fits; `binsearch`: the largest that fits. Default `power`. */
  readonly mode?: 'power' | 'binsearch';
  /**
   * MiB (2^20 bytes) that the tensors of a step may hold at most, its state included, > 0. Default: none, so that only what the engine
   * itself has no memory for does not fit, as beyond `wasm({ memoryLimitMB })`.
   */
  readonly memoryMB?: number;
  /** Steps that are done with each size. A whole number >= 2, default 3. */
  readonly steps?: number;
}

/** One size that was tried. */
export interface BatchSizeTrial {
  readonly batchSize: number;
  readonly fits: boolean;
  /** MiB that the tensors of a step held at most, done op by op on the active backend; where `memoryMB` is given. */
  readonly megabytes?: number;
  /** Of the steps after the first; where they were done. */
  readonly examplesPerSecond?: number;
  /** Why it does not fit. */
  readonly why?: string;
}

/** What {@link findBatchSize} found. */
export interface BatchSizeRange {
  /** The largest size tried that fits. */
  readonly batchSize: number;
  /** In the order in which they were tried. */
  readonly tried: readonly BatchSizeTrial[];
  /** Whether a larger one would not fit; else `max` ended it. */
  readonly bounded: boolean;
}

/**
 * Looks for the largest batch that memory holds, by training some steps with larger and larger ones.
 *
 * With `memoryMB` a step is measured first, op by op on the active backend: the bytes are the same each time and on each machine, and
 * so is what is found. Compiled steps need less. Without it the answer is where the engine runs out of memory (an error
 * `out-of-memory`), which on backends that page to disk comes late or never. The times are as the machine is just then. The largest batch
 * need be neither the fastest nor the one that learns best: look at `examplesPerSecond`, and scale the learning rate.
 *
 * The model's weights are put back afterwards, however it ends. Leave out plugins that write files.
 *
 * As Lightning's `BatchSizeFinder`, modes included.
 *
 * @param trainer The options that a `Trainer` is made with.
 * @throws EspalierError `invalid-option`; `out-of-memory` where not even one example fits; whatever else the training throws.
 * @example
 * ```ts
 * const found = await findBatchSize({ model, loss, optimizer, seed: 1 }, train, { memoryMB: 256 });
 * console.log(found.batchSize, found.tried);
 * ```
 */
export async function findBatchSize(
  trainer: TrainerOptions<readonly Metric[], readonly Plugin[]>,
  data: Dataset | DataStream,
  options: FindBatchSizeOptions = {},
): Promise<BatchSizeRange> {
  const { from, mode, memoryMB, steps, ...values } = readOptions(SCOPE, options, {
    from: option.integer({ min: 1, default: 2 }),
    max: option.integer({ min: 1, optional: true }),
    mode: option.oneOf(['power', 'binsearch'], { default: 'power' }),
    memoryMB: option.number({ min: 0, exclusiveMin: true, optional: true }),
    steps: option.integer({ min: 2, default: 3 }),
  }).values;
  const max = values.max ?? data?.size;
  if (max === undefined)
    return checkOptions(SCOPE).fail('max', 'a whole number for data of unknown length', max);
  const tried: BatchSizeTrial[] = [];
  const fits = async (batchSize: number): Promise<boolean> => {
    const trial = await tryOut(trainer, data, { batchSize, memoryMB, steps });
    tried.push(trial);
    return trial.fits;
  };
  let best = 0;
  let tooLarge: number | undefined;
  for (let size = Math.min(from, max); ;) {
    if (await fits(size)) {
      best = size;
      if (size === max || tooLarge !== undefined) break;
      size = Math.min(2 * size, max);
    } else {
      tooLarge = size;
      if (best > 0) break;
      if (size === 1) return nothingFits(tried[0]!);
      size = Math.floor(size / 2);
    }
  }
  while (mode === 'binsearch' && tooLarge !== undefined && tooLarge - best > 1) {
    const middle = Math.floor((best + tooLarge) / 2);
    if (await fits(middle)) best = middle;
    else tooLarge = middle;
  }
  return { batchSize: best, tried, bounded: tooLarge !== undefined };
}

async function tryOut(
  trainer: TrainerOptions<readonly Metric[], readonly Plugin[]>,
  data: Dataset | DataStream,
  given: { readonly batchSize: number; readonly memoryMB: number | undefined; readonly steps: number },
): Promise<BatchSizeTrial> {
  const { batchSize, memoryMB, steps } = given;
  let megabytes: number | undefined;
  try {
    if (memoryMB !== undefined) {
      const peak = { bytes: 0 };
      await train({ ...trainer, executor: measuring(peak) }, data, { batchSize, steps: 1 });
      megabytes = peak.bytes / MEBIBYTE;
      if (megabytes > memoryMB)
        return { batchSize, fits: false, megabytes, why: `needs ${megabytes.toFixed(3)} of ${memoryMB} MiB` };
    }
    const times: number[] = [];
    const timing: Plugin = { name: SCOPE, onStepEnd: () => void times.push(performance.now()) };
    await train({ ...trainer, plugins: [...(trainer.plugins ?? []), timing] }, data, { batchSize, steps });
    const seconds = (times.at(-1)! - times[0]!) / 1000;
    const examplesPerSecond = ((times.length - 1) * batchSize) / seconds;
    return { batchSize, fits: true, ...(megabytes !== undefined && { megabytes }), examplesPerSecond };
  } catch (error) {
    const why = outOfMemory(error);
    if (why === undefined) throw error;
    return { batchSize, fits: false, ...(megabytes !== undefined && { megabytes }), why };
  }
}

async function train(
  options: TrainerOptions<readonly Metric[], readonly Plugin[]>,
  data: Dataset | DataStream,
  length: { readonly batchSize: number; readonly steps: number },
): Promise<void> {
  const own = new Trainer(options);
  const weights = await own.getWeights();
  try {
    await own.fit(data, { ...length, stopOnInterrupt: false });
  } finally {
    loadWeights(options.model, weights);
  }
}

/** Steps op by op, and the most bytes that tensors of the session held. */
function measuring(peak: { bytes: number }): Executor {
  return {
    name: 'eager, measured',
    async start(program, state) {
      const before = tf.memory().numBytes;
      const look = (): void => {
        peak.bytes = Math.max(peak.bytes, tf.memory().numBytes - before);
      };
      const measured = {
        ...program,
        train: (...step: Parameters<typeof program.train>) => seeKernels(look, () => program.train(...step)),
        accumulate: (...step: Parameters<typeof program.accumulate>) =>
          seeKernels(look, () => program.accumulate(...step)),
      };
      return eager().start(measured, state);
    },
  };
}

/** What an error says of memory, itself or as its cause; `undefined` where it is another. */
function outOfMemory(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (isEspalierError(at) ? at.code === 'out-of-memory' : at instanceof RangeError) return at.message;
  }
  return undefined;
}

function nothingFits({ why }: BatchSizeTrial): never {
  const message = `not even a batch of one example fits: ${why}. Make the model smaller, or give it more memory.`;
  throw new EspalierError({ code: 'out-of-memory', scope: SCOPE, message });
}
