import { fail } from '../errors.js';

/** What targets are: one class of several for each example, answers between 0 and 1, or any values. */
export type TargetKind = 'class' | 'binary' | 'values';

/** What is known of an output of the model before the first step. */
export interface OutputInfo {
  readonly name: string;
  /** `null` for the batch and other sizes that vary; `undefined` where a functional model does not say. */
  readonly shape: readonly (number | null)[] | undefined;
  /** The activation that the model ends in there, as TensorFlow.js calls it; `undefined` where it cannot be told. */
  readonly activation: string | undefined;
  /** What the targets of its loss are, where that says so. */
  readonly targetKind?: TargetKind | undefined;
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

/**
 * Refuses an output whose loss takes it for logits, for what compares it with its targets as they are.
 *
 * @throws EspalierError `invalid-model`.
 */
export function checkOutputIsValues(scope: string, { name, activation, targetKind }: OutputInfo): void {
  const logits = activation !== undefined && !SQUASHING.includes(activation);
  if (!logits || (targetKind !== 'binary' && targetKind !== 'class')) return;
  fail(
    'invalid-model',
    scope,
    `the loss of output '${name}' takes it for logits of classes, which are on another scale than its targets. Measure it with a metric of ` +
      "classes, e.g. accuracy(), or end the model in sigmoid or softmax, with from: 'probabilities' of the loss.",
  );
}
