import * as tf from '@tensorflow/tfjs-core';
import type { Schedule, StepContext } from '@espalier/core';
import { EspalierError, stream } from '@espalier/core';

/** What a {@link testStep} should look like; everything has a default. */
export interface TestStepOptions {
  /** Default true. */
  readonly training?: boolean;
  /**
   * Further scalars, or other values for the ones that every step has: `learningRate` (0.01), `step`, `epoch` and
   * `batchSize` (32). A schedule is evaluated here, so an optimizer's or plugin's `scalars` may be spread in.
   */
  readonly scalars?: Readonly<Record<string, number | Schedule>>;
  /** Run seed of the random numbers. Default 0. */
  readonly seed?: number;
  /** Whole steps done before this one. Default 0. */
  readonly step?: number;
  /** Default 1; the epoch is `floor(step / stepsPerEpoch)`. */
  readonly stepsPerEpoch?: number;
}

/** A step context for tests, with what the code under test gave to `tap`. */
export interface TestStep extends StepContext {
  readonly taps: Readonly<Record<string, tf.Tensor>>;
  /** Disposes the scalars and random numbers that were given out. */
  dispose(): void;
}

/**
 * A step context outside any run, for calling optimizers and plugins by hand.
 *
 * Scalars and random numbers outlive a `tf.tidy`, as they do in a run. The scalars are made at once, so counting tensors
 * around a call sees only what the call made (and, at its first use, each random tensor).
 *
 * @example
 * ```ts
 * const step = testStep({ scalars: { learningRate: 0.1, ...optimizer.scalars }, step: 4 });
 * optimizer.update(gradients, slots, parameters, step.scalar);
 * step.dispose();
 * ```
 */
export function testStep(options: TestStepOptions = {}): TestStep {
  const { training = true, seed = 0, step = 0, stepsPerEpoch = 1 } = options;
  const epoch = Math.floor(step / stepsPerEpoch);
  const values: Record<string, number | Schedule> = {
    learningRate: 0.01,
    learningRateFactor: 1,
    batchSize: 32,
    step,
    epoch,
    ...options.scalars,
  };
  const scalars = new Map<string, tf.Scalar>();
  for (const [name, value] of Object.entries(values)) {
    const number = typeof value === 'function' ? value({ step, epoch, stepsPerEpoch }) : value;
    scalars.set(name, tf.keep(tf.scalar(number)));
  }
  const random = new Map<string, tf.Tensor>();
  const taps: Record<string, tf.Tensor> = {};
  return {
    training,
    taps,
    scalar(name) {
      return scalars.get(name) ?? fail(`scalar '${name}' is not declared; there are: ${[...scalars.keys()]}`);
    },
    random(name, shape, distribution = 'uniform') {
      let tensor = random.get(name);
      if (tensor && String(tensor.shape) !== String(shape)) {
        fail(`random stream '${name}' has shape [${tensor.shape}] in this step, asked again as [${shape}]`);
      }
      if (!tensor) {
        const numbers = stream(seed, name, step);
        const size = tf.util.sizeFromShape([...shape]);
        const data = distribution === 'uniform' ? numbers.uniforms(size) : numbers.normals(size);
        tensor = tf.keep(tf.tensor(data, [...shape], 'float32'));
        random.set(name, tensor);
      }
      return tensor;
    },
    tap(name, value) {
      taps[name] = value;
    },
    dispose() {
      for (const tensor of [...scalars.values(), ...random.values()]) tensor.dispose();
      scalars.clear();
      random.clear();
    },
  };
}

function fail(message: string): never {
  throw new EspalierError({ code: 'invalid-option', scope: 'test-step', message: `${message}.` });
}
