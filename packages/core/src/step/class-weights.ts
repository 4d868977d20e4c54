import * as tf from '@tensorflow/tfjs-core';
import { fail } from '../errors.js';
import { describe } from '../options.js';
import type { Loss } from './loss.js';
import type { Rows } from './masked-rows.js';
import type { ClassWeights, OutputObjective } from './output-objective.js';

/** More classes than anything is sorted into: a larger label is a mistake. */
const MAX_CLASSES = 1_000_000;

/** @throws EspalierError `invalid-option` for weights that are not numbers >= 0 of labels. */
function checkClassWeights(weights: ClassWeights): void {
  const refuse = (what: string): never =>
    fail('invalid-option', 'trainer', `classWeights must be like { 0: 1, 1: 5 }; ${what}.`);
  if (typeof weights !== 'object' || weights === null || Array.isArray(weights)) {
    refuse(`got ${describe(weights)}`);
  }
  for (const [label, weight] of Object.entries<unknown>(weights)) {
    const known = /^\d+$/.test(label) && Number(label) < MAX_CLASSES;
    if (!known) refuse(`'${label}' is no label`);
    if (typeof weight !== 'number' || !(weight >= 0 && weight < Infinity)) {
      refuse(`label '${label}' has weight ${describe(weight)}, which is no number >= 0`);
    }
  }
}

/**
 * The objectives with the class weights of those whose targets are classes.
 *
 * @param given For every output of classes, or by output name.
 * @throws EspalierError `invalid-option`, also where no output has classes.
 */
export function withClassWeights(
  objectives: readonly OutputObjective[],
  given: ClassWeights | Readonly<Record<string, ClassWeights>>,
): readonly OutputObjective[] {
  const named =
    typeof given === 'object' && given !== null && objectives.some(({ output }) => output in given);
  const byOutput: Readonly<Record<string, ClassWeights>> = named
    ? (given as Readonly<Record<string, ClassWeights>>)
    : Object.fromEntries(
        objectives
          .filter(
            ({ loss }) => takesClasses(loss) || (objectives.length === 1 && loss.targetKind === undefined),
          )
          .map(({ output }) => [output, given as ClassWeights]),
      );
  for (const [output, weights] of Object.entries(byOutput)) {
    checkClassWeights(weights);
    const objective = objectives.find((one) => one.output === output);
    if (!objective) {
      const known = objectives.map((one) => one.output).join(', ');
      fail(
        'invalid-option',
        'trainer',
        `classWeights: there is no output '${output}' with a loss; there are: ${known}.`,
      );
    }
    if (objective.loss.targetKind === 'values') refuseValues(output, objective.loss.name);
  }
  if (Object.keys(byOutput).length === 0) {
    checkClassWeights(given as ClassWeights);
    const { output, loss } = objectives[0]!;
    refuseValues(output, loss.name);
  }
  return objectives.map((one) => {
    const classWeights = byOutput[one.output];
    return classWeights ? { ...one, classWeights } : one;
  });
}

function takesClasses({ targetKind }: Loss): boolean {
  return targetKind === 'class' || targetKind === 'binary';
}

function refuseValues(output: string, loss: string): never {
  fail(
    'invalid-option',
    'trainer',
    `classWeights weigh classes; the targets of '${output}' are numbers under the loss ${loss}. ` +
      'Leave them out, or give the data weights.',
  );
}

/**
 * @param rows The examples, or the steps of masked sequences.
 * @throws EspalierError `invalid-option` where an example has several classes, whose weight could be only one's.
 */
export function checkOneClassEach(output: string, loss: Loss, { outputs, targets }: Rows): void {
  const columns = targets.shape.slice(1).reduce((product, one) => product * one, 1);
  const several =
    loss.targetKind === 'binary'
      ? columns > 1
      : outputs.rank > 2 ||
        targets.rank > 2 ||
        (targets.rank === 2 && columns > 1 && columns !== outputs.shape[1]);
  if (!several) return;
  fail(
    'invalid-option',
    'trainer',
    `classWeights weigh an example by its one class, and each of '${output}' has several: targets of the shape ` +
      `[N, ${targets.shape.slice(1).join(', ')}]. Leave them out, and give the loss its own weights ` +
      `(\`classWeights\` of softmaxCrossEntropy, \`posWeight\` of binaryCrossEntropy) or the data \`weights\`.`,
  );
}

/**
 * The weight of every example by its class, inside the step.
 *
 * @param targets `[N]` or `[N, 1]` labels, or `[N, C]` rows of which the largest entry is the class.
 * @returns `[N]` float32.
 */
export function classWeightsOf(targets: tf.Tensor, weights: ClassWeights): tf.Tensor1D {
  const [count, columns = 1] = targets.shape;
  const labels: tf.Tensor = columns === 1 ? tf.reshape(targets, [count!]) : tf.argMax(targets, 1);
  const classes = Math.max(2, columns, ...Object.keys(weights).map((label) => Number(label) + 1));
  const table = Float32Array.from({ length: classes }, (_, label) => weights[label] ?? 1);
  // A label beyond the table weighs 1, as any class that is not named; so does one that the loss ignores, -100 say.
  const whole = tf.cast(labels, 'int32');
  const known = tf.logicalAnd(tf.greaterEqual(whole, 0), tf.less(whole, classes));
  const inside = tf.where(known, whole, tf.fill(whole.shape, classes, 'int32'));
  return tf.gather(tf.tensor1d([...table, 1]), tf.cast(inside, 'int32')) as tf.Tensor1D;
}
