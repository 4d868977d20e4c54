/** A layer's weights: `kernel[i * units + j]` leads from input i to unit j. */
export interface Layer {
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

/** The layers of the trained network, in order. */
export type Network = readonly Layer[];

/** What `Trainer.getWeights` and checkpoints call the layers. */
export const LAYER_NAMES = ['hidden_1', 'hidden_2', 'output'] as const;

/** The network out of weights by name: `hidden_1/kernel`, `hidden_1/bias`, ... */
export function networkOf(weights: Readonly<Record<string, { readonly data: ArrayLike<number> }>>): Network {
  const array = (name: string): Float32Array => Float32Array.from(weights[name]!.data);
  return LAYER_NAMES.map((name) => ({ kernel: array(`${name}/kernel`), bias: array(`${name}/bias`) }));
}

/** Probabilities of the ten digits for 784 bytes of an image. A matrix product each layer: no need to ask the worker. */
export function classify(network: Network, pixels: Uint8Array): Float32Array {
  let values = Float32Array.from(pixels, (byte) => byte / 255);
  network.forEach(({ kernel, bias }, depth) => {
    const units = bias.length;
    const next = Float32Array.from(bias);
    values.forEach((value, i) => {
      if (value === 0) return;
      for (let j = 0; j < units; j++) next[j]! += value * kernel[i * units + j]!;
    });
    values = depth < network.length - 1 ? next.map((value) => Math.max(0, value)) : next;
  });
  return softmax(values);
}

function softmax(logits: Float32Array): Float32Array {
  const top = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - top));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
