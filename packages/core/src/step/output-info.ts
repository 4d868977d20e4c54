import { fail } from '../errors.js';

/** What is known of an output of the model before the first step. */
export interface OutputInfo {
  readonly name: string;
  /** `null` for the batch and other sizes that vary; `undefined` where a functional model does not say. */
  readonly shape: readonly (number | null)[] | undefined;
  /** The activation that the model ends in there, as TensorFlow.js calls it; `undefined` where it cannot be told. */
  readonly activation: string | undefined;
}

/** What a loss or metric of classes takes for outputs: any numbers, or what sigmoid or softmax makes of them. */
export type OutputScale = 'logits' | 'probabilities';

const SQUASHING = ['sigmoid', 'softmax', 'hardSigmoid'];

/**
 * Refuses an output whose last activation makes something else than what a loss or metric takes.
 *
 * @throws EspalierError `invalid-model`.
 */
export function checkOutputScale(scope: string, output: OutputInfo, from: OutputScale): void {
  const { name, shape, activation } = output;
  if (activation === undefined) return;
  const squashed = SQUASHING.includes(activation);
  const ends = `output '${name}' ends in ${activation}`;
  if (activation === 'softmax' && (shape?.length === 1 || shape?.at(-1) === 1)) {
    fail(
      'invalid-model',
      scope,
      `${ends} over one unit, which is 1 for every example; use sigmoid, or more units.`,
    );
  }
  if (from === 'logits' && squashed) {
    fail(
      'invalid-model',
      scope,
      `${ends}, so it gives probabilities, where logits are expected. Give the option from: 'probabilities', or take the ` +
        'activation out of the model (better: no precision is lost where the model is sure).',
    );
  }
  if (from === 'probabilities' && !squashed) {
    fail(
      'invalid-model',
      scope,
      `${ends}, so it gives no probabilities, which from: 'probabilities' expects. Leave the option out for logits.`,
    );
  }
}
