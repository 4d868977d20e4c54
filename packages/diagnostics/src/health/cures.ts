import { floorOf, unitKind } from './unit-kinds.js';

/** What may be wrong with a layer. */
export type Illness = 'exploding' | 'dead' | 'saturated' | 'vanishing' | 'still';

/** Why a layer is ill where it is not of itself. */
export type Cause =
  /** Another layer stands between it and what it needs: a gradient, or inputs that are not all 0. */
  | { readonly kind: 'other'; readonly layer: string }
  /** The weights of a layer behind it are all 0, and hand back no gradient. */
  | { readonly kind: 'zeros'; readonly layer: string }
  /** Nothing that has a loss hangs on it. */
  | { readonly kind: 'apart' };

/**
 * What helps, by name.
 *
 * @param activation That of the layer itself.
 * @param activations Those of the network's layers: a bounded one among them is the usual cause of vanishing gradients.
 */
export function cureOf(
  illness: Illness,
  activation: string | null,
  activations: readonly (string | null)[],
): string {
  const bounded = activations.find((activation) => unitKind(activation) === 'bounded');
  switch (illness) {
    case 'exploding':
      return 'clip the gradients (clipGradients({ globalNorm: 1 })), lower the learning rate, or start from smaller weights (heNormal, glorotUniform).';
    case 'dead':
      return floorOf(activation) === 0
        ? `use leakyRelu or elu in place of ${activation}, lower the learning rate, or let biases start at 0.`
        : 'lower the learning rate, start from smaller weights (glorotUniform), or put batch normalisation before the activation.';
    case 'saturated':
      return 'start from smaller weights (glorotUniform), scale the inputs to about -1 to 1, or put batch normalisation before the activation.';
    case 'vanishing':
      return bounded
        ? `use relu, leakyRelu or elu with heNormal weights in place of ${bounded}, or put batch normalisation before the activation.`
        : 'start from larger weights (heNormal), put batch normalisation before the activations, or add skip connections.';
    case 'still':
      return 'raise the learning rate, or use an optimizer that scales its steps (adam).';
  }
}

/**
 * What helps a layer that is not ill of itself.
 *
 * @param cureOther What helps the layer that is.
 */
export function cureOfCause(cause: Cause, cureOther: (layer: string) => string): string {
  switch (cause.kind) {
    case 'other':
      return `cure ${cause.layer} first: ${cureOther(cause.layer)}`;
    case 'zeros':
      return cureOfZeros(cause.layer);
    case 'apart':
      return 'connect it to an output that has a loss, take it out, or freeze it (trainable = false).';
  }
}

/** What helps a layer whose weights are all 0. */
export function cureOfZeros(layer: string): string {
  return `start ${layer} from random weights (heNormal, glorotUniform): those that are all 0 hand back no gradient.`;
}
