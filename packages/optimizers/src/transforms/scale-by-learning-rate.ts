import type { Schedule } from '@espalier/core';
import { plainJson } from '@espalier/core/internal';
import { checkOptions } from '@espalier/core';
import { checkLearningRate } from '../check-learning-rate.js';
import { eachParameter } from './each-parameter.js';
import { type GradientTransform, scaleUpdate } from './gradient-transform.js';

/**
 * Multiplies by the learning rate: the last transform of nearly every optimizer.
 *
 * Costs no kernel where what follows multiplies anyway; the optimizer's subtraction does, in one.
 *
 * @param learningRate A number >= 0, or its schedule. In a run it is multiplied by the factors that plugins set.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = toOptimizer(scaleByLearningRate(0.01), { name: 'descent' });
 * ```
 */
export function scaleByLearningRate(learningRate: number | Schedule): GradientTransform {
  checkLearningRate(checkOptions('scale-by-learning-rate'), learningRate);
  return eachParameter({
    name: 'scale-by-learning-rate',
    config: { kind: 'scale-by-learning-rate', learningRate: plainJson(learningRate) },
    learningRate,
    rule: (update, { step }) => ({ update: scaleUpdate(update, step.scalar('learningRate')) }),
  });
}
