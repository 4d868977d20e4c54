import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { EspalierError, option } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import { onlyTensor } from './layer-call.js';
import { type LayerOptions, readLayerOptions } from './layer-options.js';

/** Options of {@link GroupNormalization}. */
export interface GroupNormalizationOptions extends LayerOptions {
  /** Into how many groups the channels are cut; `'channels'`: each by itself, instance normalisation. Default 32. */
  readonly groups?: number | 'channels';
  /** Added to the variance; > 0. Default 1e-3. */
  readonly epsilon?: number;
  /** Whether there is a shift `beta`. Default true. */
  readonly center?: boolean;
  /** Whether there is a scale `gamma`. Default true. */
  readonly scale?: boolean;
}

/**
 * Normalises each example by itself, its channels in groups: like batch normalisation, but independent of the batch, and the same in
 * training and afterwards.
 *
 * ```text
 * y = gamma (x - m) / sqrt(v + epsilon) + beta,   m, v: mean and biased variance of an example's group of channels, over all places
 * ```
 *
 * For inputs `[N, ..., C]` of any rank >= 2; gamma and beta are `[C]`, starting at 1 and 0. One group is layer normalisation over all
 * axes; `groups: 'channels'` is instance normalisation.
 *
 * As Keras 3; PyTorch's epsilon is 1e-5.
 *
 * @throws EspalierError `invalid-option` for bad options; `invalid-model` when the groups do not divide the channels.
 * @example
 * ```ts
 * tfl.sequential({
 *   layers: [
 *     tfl.layers.conv2d({ filters: 8, kernelSize: 3, inputShape: [8, 8, 1] }),
 *     new GroupNormalization({ groups: 4 }),
 *   ],
 * });
 * ```
 * Source: Wu and He (2018); Ulyanov et al. (2016) for instances.
 */
export class GroupNormalization extends tfl.layers.Layer {
  static readonly className = 'EspalierGroupNormalization';
  static {
    tf.serialization.registerClass(this);
  }

  readonly groups: number | 'channels';
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  #gamma: tfl.LayerVariable | undefined;
  #beta: tfl.LayerVariable | undefined;

  constructor(options: GroupNormalizationOptions = {}) {
    const { groups, epsilon, center, scale } = readLayerOptions('group-normalization', options, {
      groups: option.custom<number | 'channels', { readonly default: number }>({
        expected: "a whole number >= 1, or 'channels'",
        accepts: (value) => value === 'channels' || (Number.isInteger(value) && (value as number) >= 1),
        default: 32,
      }),
      epsilon: option.number({ min: 0, exclusiveMin: true, default: 1e-3 }),
      center: option.boolean({ default: true }),
      scale: option.boolean({ default: true }),
    });
    super(options as unknown as ConstructorParameters<typeof tfl.layers.Layer>[0]);
    this.groups = groups;
    this.epsilon = epsilon;
    this.center = center;
    this.scale = scale;
    this.supportsMasking = true;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tfl.Shape;
    const channels = shape.at(-1);
    const groups = this.groups === 'channels' ? 1 : this.groups;
    if (shape.length < 2 || typeof channels !== 'number' || channels % groups !== 0) {
      throw new EspalierError({
        code: 'invalid-model',
        scope: `group-normalization '${this.name}'`,
        message: `the input must be [N, ..., C] with a C that ${describe(this.groups)} divides, got ${describe(shape)}.`,
      });
    }
    const add = (name: string, initializer: ReturnType<typeof tfl.initializers.ones>): tfl.LayerVariable =>
      this.addWeight(name, [channels], 'float32', initializer, undefined, true);
    if (this.scale) this.#gamma = add('gamma', tfl.initializers.ones());
    if (this.center) this.#beta = add('beta', tfl.initializers.zeros());
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = onlyTensor(inputs);
      const [examples, channels] = [x.shape[0]!, x.shape.at(-1)!];
      const groups = this.groups === 'channels' ? channels : this.groups;
      const grouped = tf.reshape(x, [examples, -1, groups, channels / groups]);
      const centered = tf.sub(grouped, tf.mean(grouped, [1, 3], true));
      const variance = tf.mean(tf.square(centered), [1, 3], true);
      const normal = tf.reshape(tf.mul(centered, tf.rsqrt(tf.add(variance, this.epsilon))), x.shape);
      const scaled = this.#gamma ? tf.mul(normal, this.#gamma.read()) : normal;
      return this.#beta ? tf.add(scaled, this.#beta.read()) : scaled;
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { groups, epsilon, center, scale } = this;
    return { ...super.getConfig(), groups, epsilon, center, scale };
  }
}
