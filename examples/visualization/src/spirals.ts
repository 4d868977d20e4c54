import type { RandomStream } from '@espalier/core';

/** Points in the plane and the arm that each belongs to. */
export interface Points {
  readonly points: [number, number][];
  readonly labels: number[];
}

/** Three interleaved spiral arms with `count` noisy points each, one of every arm in turn. */
export function spirals(count: number, random: RandomStream): Points {
  const points: [number, number][] = [];
  const labels: number[] = [];
  for (const step of random.permutation(count)) {
    for (let arm = 0; arm < 3; arm++) {
      const radius = 0.1 + (0.9 * step) / count;
      const angle = radius * 5 + (arm * 2 * Math.PI) / 3 + 0.12 * random.normal();
      points.push([radius * Math.cos(angle), radius * Math.sin(angle)]);
      labels.push(arm);
    }
  }
  return { points, labels };
}
