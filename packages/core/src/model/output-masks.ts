import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { EspalierError } from '../errors.js';

type Layer = tfl.layers.Layer;
type Masks = tf.Tensor | null | undefined | readonly (tf.Tensor | null | undefined)[];

/** The layer that makes an output, that of a nested model being one of its own. */
function lastLayer(output: tfl.SymbolicTensor): Layer {
  const layer = output.sourceLayer as Layer & { readonly outputs?: readonly tfl.SymbolicTensor[] };
  const inner = layer.outputs?.[output.outputTensorIndex ?? 0];
  return inner ? lastLayer(inner) : layer;
}

/**
 * Watches the masks that layers give on, which TensorFlow.js drops at the end of a model: its losses count padded steps like any
 * other.
 */
export class OutputMasks {
  readonly #layers: readonly (readonly [output: string, layer: Layer])[];
  readonly #found = new Map<Layer, tf.Tensor>();

  constructor(names: readonly string[], outputs: readonly tfl.SymbolicTensor[]) {
    this.#layers = names
      .map((name, i) => [name, lastLayer(outputs[i]!)] as const)
      .filter(([, layer]) => layer.supportsMasking);
  }

  /** Looks on until the functions that it gives are called. */
  watch(): (() => void)[] {
    const watched = new Set(this.#layers.map(([, layer]) => layer));
    return [...watched].map((layer) => {
      const target = layer as unknown as { computeMask?: (inputs: unknown, mask?: unknown) => Masks };
      const stock = target.computeMask!.bind(layer);
      target.computeMask = (inputs, given) => {
        const masks = stock(inputs, given);
        const mask = Array.isArray(masks) ? (masks[0] as tf.Tensor | null | undefined) : (masks as tf.Tensor);
        if (mask) this.#keep(layer, mask);
        return masks;
      };
      return () => delete target.computeMask;
    });
  }

  #keep(layer: Layer, mask: tf.Tensor): void {
    if (this.#found.has(layer)) {
      throw new EspalierError({
        code: 'invalid-model',
        scope: 'trainer',
        message: `layer '${layer.name}' makes several outputs with masks; give each a last layer of its own.`,
      });
    }
    // TensorFlow.js disposes its masks when the forward pass ends.
    this.#found.set(layer, tf.keep(tf.tidy(() => tf.cast(mask, 'float32'))));
  }

  /** The masks of outputs that are sequences, by output. */
  of(outputs: Readonly<Record<string, tf.Tensor>>): Record<string, tf.Tensor> {
    const masks: Record<string, tf.Tensor> = {};
    for (const [name, layer] of this.#layers) {
      const mask = this.#found.get(layer);
      const shape = outputs[name]!.shape;
      // A mask goes through layers that take the steps apart, as Flatten, too.
      if (mask && shape.length > mask.rank && mask.shape.every((size, i) => size === shape[i]))
        masks[name] = mask;
    }
    return masks;
  }

  dispose(): void {
    for (const mask of this.#found.values()) mask.dispose();
    this.#found.clear();
  }
}
