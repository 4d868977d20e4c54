import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { option, stream } from '@espalier/core';
import { KernelWrapper, type KernelWrapperOptions } from './kernel-wrapper.js';

/** Options of {@link SpectralNormalization}. */
export interface SpectralNormalizationOptions extends KernelWrapperOptions {
  /** Iterations of the power method in a training step, >= 1. Default 1. */
  readonly powerIterations?: number;
  /** Seed of the vectors that the iteration starts from. Default 0. */
  readonly seed?: number;
}

const VECTOR_EPSILON = 1e-12;

/** Iterations before the first step. */
const FIRST_ITERATIONS = 15;

/**
 * Divides a layer's kernel by its largest singular value, so that the layer stretches nothing.
 *
 * ```text
 * w = k / sigma      sigma = v^T K u,   K the kernel as [inputs, units]
 * training:          u = K^T v / norm2(K^T v),  v = K u / norm2(K u)     before it, powerIterations times
 * ```
 *
 * u `[units]` and v `[inputs]` are weights `left` and `right` that are not trained; gradients take them as given. Kernels: 12 forward.
 *
 * As `torch.nn.utils.parametrizations.spectral_norm`; Keras's layer of this name writes w back into the kernel instead.
 *
 * @throws EspalierError `invalid-option` for a layer without a kernel `[..., inputs, units]`.
 * @example
 * ```ts
 * const layer = new SpectralNormalization({ layer: tfl.layers.dense({ units: 8 }), inputShape: [4], name: 'hidden' });
 * ```
 * Source: Miyato et al. (2018).
 */
export class SpectralNormalization extends KernelWrapper {
  static readonly className = 'EspalierSpectralNormalization';
  static {
    tf.serialization.registerClass(this);
  }

  readonly powerIterations: number;
  readonly seed: number;
  #left: tfl.LayerVariable | undefined;
  #right: tfl.LayerVariable | undefined;

  constructor(options: SpectralNormalizationOptions) {
    super('spectral-normalization', options, {
      powerIterations: option.integer({ min: 1, default: 1 }),
      seed: option.seed({ default: 0 }),
    });
    const { powerIterations, seed } = this.own as { powerIterations: number; seed: number };
    this.powerIterations = powerIterations;
    this.seed = seed;
  }

  protected override buildFor(kernel: tf.Tensor): void {
    const matrix = matrixOf(kernel);
    const [inputs, units] = matrix.shape;
    const drawn = (name: string, size: number): tf.Tensor2D =>
      unit(tf.tensor2d(stream(this.seed, `spectral-normalization/${name}`).normals(size), [size, 1]));
    const { left, right } = powerMethod(
      matrix,
      drawn('left', units),
      drawn('right', inputs),
      FIRST_ITERATIONS,
    );
    const starting = (value: tf.Tensor) =>
      ({ apply: () => tf.reshape(value, [-1]) }) as unknown as ReturnType<typeof tfl.initializers.zeros>;
    this.#left = this.addWeight('left', [units], 'float32', starting(left), undefined, false);
    this.#right = this.addWeight('right', [inputs], 'float32', starting(right), undefined, false);
  }

  protected override normalized(kernel: tf.Tensor, training: boolean): tf.Tensor {
    const [inputs, units] = matrixOf(kernel).shape;
    let left = tf.reshape(this.#left!.read(), [units, 1]) as tf.Tensor2D;
    let right = tf.reshape(this.#right!.read(), [inputs, 1]) as tf.Tensor2D;
    if (training) {
      ({ left, right } = powerMethod(matrixOf(kernel), left, right, this.powerIterations));
      this.#left!.write(tf.reshape(left, [units]) as tf.Variable);
      this.#right!.write(tf.reshape(right, [inputs]) as tf.Variable);
    }
    return tf.div(kernel, sigma(kernel, left, right));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), powerIterations: this.powerIterations, seed: this.seed };
  }
}

const matrixOf = (kernel: tf.Tensor): tf.Tensor2D => tf.reshape(kernel, [-1, kernel.shape.at(-1)!]);

const unit = (vector: tf.Tensor2D): tf.Tensor2D =>
  tf.div(vector, tf.maximum(tf.sqrt(tf.sum(tf.square(vector))), VECTOR_EPSILON));

function powerMethod(matrix: tf.Tensor2D, first: tf.Tensor2D, second: tf.Tensor2D, iterations: number) {
  let [left, right] = [first, second];
  for (let i = 0; i < iterations; i++) {
    left = unit(tf.matMul(matrix, right, true, false));
    right = unit(tf.matMul(matrix, left));
  }
  return { left, right };
}

/** `right^T K left`, whose gradient takes both vectors as given. */
function sigma(kernel: tf.Tensor, left: tf.Tensor2D, right: tf.Tensor2D): tf.Tensor {
  const op = tf.customGrad((k, save) => {
    (save as tf.GradSaveFunc)([left, right]);
    return {
      value: tf.sum(tf.mul(tf.matMul(matrixOf(k as tf.Tensor), left), right)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [u, v] = saved as [tf.Tensor2D, tf.Tensor2D];
        return tf.mul(tf.reshape(tf.matMul(v, u, false, true), kernel.shape), dy);
      },
    };
  });
  return op(kernel);
}
