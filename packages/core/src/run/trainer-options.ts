import { fail } from '../errors.js';
import { didYouMean } from '../nearest.js';
import { checkOptions, describe } from '../options.js';
import type { TrainerOptions } from './trainer.js';

const NAMES: Readonly<Record<keyof TrainerOptions, true>> = {
  model: true,
  loss: true,
  lossWeights: true,
  classWeights: true,
  lossReduction: true,
  optimizer: true,
  metrics: true,
  plugins: true,
  accumulate: true,
  seed: true,
  executor: true,
};

/** @throws EspalierError `invalid-option` for what is missing, unknown, or of another kind than it must be. */
export function checkTrainerOptions(options: TrainerOptions): void {
  const check = checkOptions('trainer');
  if (typeof options !== 'object' || options === null) {
    fail(
      'invalid-option',
      'trainer',
      `a Trainer needs { model, loss, optimizer }, got ${describe(options)}.`,
    );
  }
  const known = Object.keys(NAMES);
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(NAMES, name));
  if (unknown !== undefined) {
    fail(
      'invalid-option',
      'trainer',
      `there is no option '${unknown}'.${didYouMean(unknown, known)} There are: ${known.join(', ')}.`,
    );
  }
  const { optimizer, executor, seed, accumulate, lossReduction } = options;
  if (typeof optimizer?.update !== 'function' || typeof optimizer.init !== 'function') {
    const stock = typeof (optimizer as { minimize?: unknown } | undefined)?.minimize === 'function';
    check.fail(
      'optimizer',
      `an optimizer of @espalier/optimizers, e.g. adam()${stock ? ' (not one of tf.train)' : ''}`,
      optimizer,
    );
  }
  if (executor !== undefined && typeof executor?.start !== 'function') {
    check.fail('executor', 'an executor, e.g. eager() or compiled()', executor);
  }
  if (seed !== undefined) check.integer('seed', seed, { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (accumulate !== undefined) check.integer('accumulate', accumulate, { min: 1 });
  if (lossReduction !== undefined) check.oneOf('lossReduction', lossReduction, ['examples', 'weights']);
}
