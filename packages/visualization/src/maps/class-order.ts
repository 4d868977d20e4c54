import type { Matrix } from '../drawing/matrix.js';

/**
 * Classes in an order that puts those next to each other that are taken for each other: it begins with the pair
 * confused most and goes on, at either end, with the class confused most with the class that stands there.
 *
 * @param shares - share of row `r` that was predicted as `c`
 */
export function orderByConfusion(shares: Matrix): number[] {
  const classes = shares.rows;
  const tie = (a: number, b: number) => shares.at(a, b) + shares.at(b, a);
  let pair: [number, number] = [0, Math.min(1, classes - 1)];
  for (let a = 0; a < classes; a++) {
    for (let b = a + 1; b < classes; b++) if (tie(a, b) > tie(...pair)) pair = [a, b];
  }
  const order = classes < 2 ? [0] : [...pair];
  const left = new Set(Array.from({ length: classes }, (_, i) => i).filter((i) => !order.includes(i)));
  while (left.size > 0) {
    const [head, tail] = [order[0]!, order.at(-1)!];
    let best = { at: -1, atHead: false, tie: -1 };
    for (const candidate of left) {
      if (tie(candidate, tail) > best.tie) best = { at: candidate, atHead: false, tie: tie(candidate, tail) };
      if (tie(candidate, head) > best.tie) best = { at: candidate, atHead: true, tie: tie(candidate, head) };
    }
    if (best.atHead) order.unshift(best.at);
    else order.push(best.at);
    left.delete(best.at);
  }
  return order;
}
