import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { EspalierError, option } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import { type LayerOptions, readLayerOptions } from './layer-options.js';

/** Options of layers that wrap another. */
export interface KernelWrapperOptions extends LayerOptions {
  /** The layer whose kernel is normalised: Dense, Conv1D, Conv2D or Conv3D. It is for this wrapper alone. */
  readonly layer: tfl.layers.Layer;
}

/** What of a layer with a kernel is used; `kernel` is protected there. */
interface WithKernel {
  kernel: Pick<tfl.LayerVariable, 'read'> & { readonly shape: readonly number[] };
  readonly losses: (() => tf.Scalar)[];
  call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor | tf.Tensor[];
}

const KINDS = ['Dense', 'Conv1D', 'Conv2D', 'Conv3D'];

/** The rule of {@link KernelWrapperOptions.layer}; in the JSON of a model the layer is its class and options. */
const layerRule = option.custom<tfl.layers.Layer>({
  expected: `one of the layers ${KINDS.join(', ')}`,
  accepts: (value) => isWrappable(value) || isSaved(value),
  toJson: () => 'a layer',
});

const isWrappable = (value: unknown): boolean =>
  value instanceof tfl.layers.Layer && KINDS.includes(value.getClassName());

interface SavedLayer {
  readonly className: string;
  readonly config: tf.serialization.ConfigDict;
}

const isSaved = (value: unknown): value is SavedLayer =>
  typeof value === 'object' && value !== null && KINDS.includes((value as SavedLayer).className);

/** A layer that computes with a kernel made of another layer's. */
export abstract class KernelWrapper extends tfl.layers.Layer {
  readonly layer: tfl.layers.Layer;
  /** The options that `rules` are for, read. */
  protected readonly own: Readonly<Record<string, unknown>>;

  /** @param rules Rules of further options. */
  constructor(kind: string, options: KernelWrapperOptions, rules: object = {}) {
    const { layer, ...own } = readLayerOptions<KernelWrapperOptions, { layer: typeof layerRule }>(
      kind,
      options,
      {
        layer: layerRule,
        ...rules,
      },
    );
    super(withoutLayer(options));
    this.layer = isSaved(layer) ? revived(layer) : layer;
    this.own = own;
    this.supportsMasking = true;
  }

  /** Makes the wrapper's own weights. */
  protected abstract buildFor(kernel: tf.Tensor): void;

  /** The kernel that the layer computes with. */
  protected abstract normalized(kernel: tf.Tensor, training: boolean): tf.Tensor;

  /** The axes of the kernel that lie within a unit: all but the last. */
  protected axesOf(kernel: tf.Tensor): number[] {
    return kernel.shape.slice(0, -1).map((_, axis) => axis);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    if (!this.layer.built) this.layer.build(inputShape);
    this.layer.built = true;
    tf.tidy(() => this.buildFor(this.#inner.kernel.read()));
    for (const loss of this.#inner.losses) this.addLoss(loss as never);
    this.built = true;
  }

  get #inner(): WithKernel {
    return this.layer as unknown as WithKernel;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape | tfl.Shape[] {
    return this.layer.computeOutputShape(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor | tf.Tensor[] {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const inner = this.#inner;
      const { kernel } = inner;
      const made = this.normalized(kernel.read(), Boolean(kwargs['training']));
      inner.kernel = { read: () => made as tf.Variable, shape: kernel.shape };
      try {
        return inner.call(inputs, kwargs);
      } finally {
        inner.kernel = kernel;
      }
    });
  }

  override get trainableWeights(): tfl.LayerVariable[] {
    return this.trainable ? [...super.trainableWeights, ...this.layer.trainableWeights] : [];
  }

  override set trainableWeights(weights: tfl.LayerVariable[]) {
    super.trainableWeights = weights;
  }

  override get nonTrainableWeights(): tfl.LayerVariable[] {
    if (this.trainable) return [...super.nonTrainableWeights, ...this.layer.nonTrainableWeights];
    return [...super.nonTrainableWeights, ...this.layer.weights];
  }

  override set nonTrainableWeights(weights: tfl.LayerVariable[]) {
    super.nonTrainableWeights = weights;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const layer = { className: this.layer.getClassName(), config: this.layer.getConfig() };
    return { ...super.getConfig(), layer };
  }
}

function withoutLayer({
  layer: _,
  ...options
}: KernelWrapperOptions): ConstructorParameters<typeof tfl.layers.Layer>[0] {
  return options as unknown as ConstructorParameters<typeof tfl.layers.Layer>[0];
}

function revived({ className, config }: SavedLayer): tfl.layers.Layer {
  const known = tf.serialization.SerializationMap.getMap().classNameMap[className];
  if (known) return known[1](known[0], config) as tfl.layers.Layer;
  throw new EspalierError({
    code: 'invalid-model',
    scope: 'models',
    message: `there is no layer class ${describe(className)}.`,
  });
}
