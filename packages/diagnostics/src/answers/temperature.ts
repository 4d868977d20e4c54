import type { ClassAnswers } from './class-answers.js';

/** Logarithms of the softmax of a row of logits, divided by a temperature, in float64. */
export function logSoftmaxRow(logits: ArrayLike<number>, temperature: number): Float64Array {
  let largest = -Infinity;
  for (let c = 0; c < logits.length; c++) largest = Math.max(largest, logits[c]! / temperature);
  let sum = 0;
  for (let c = 0; c < logits.length; c++) sum += Math.exp(logits[c]! / temperature - largest);
  const log = largest + Math.log(sum);
  return Float64Array.from(logits, (logit) => logit / temperature - log);
}

/** The temperature of the least mean loss. The loss is convex in 1 / temperature, so that the golden section finds it. */
export function bestTemperature({ examples, classes, scores, labels }: ClassAnswers): number {
  const loss = (inverse: number): number => {
    let sum = 0;
    for (let n = 0; n < examples; n++)
      sum -= logSoftmaxRow(scores.subarray(n * classes, (n + 1) * classes), 1 / inverse)[labels[n]!]!;
    return sum;
  };
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [1 / 20, 20];
  let [left, right] = [high - ratio * (high - low), low + ratio * (high - low)];
  let [atLeft, atRight] = [loss(left), loss(right)];
  for (let i = 0; i < 60; i++) {
    if (atLeft <= atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - ratio * (high - low);
      atLeft = loss(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + ratio * (high - low);
      atRight = loss(right);
    }
  }
  return 2 / (low + high);
}
