import { type Dataset, stream } from '@espalier/core';
import { fromArrays } from '@espalier/datasets';

/** Inputs that matter, of all; the answer is a weighted sum of those and noise. */
export const features = 40;
export const relevant = 5;

/** Examples whose answer depends on the first few inputs only. */
export function sparseData(examples: number, seed: number): Dataset {
  const random = stream(seed, 'sparse-data');
  const inputs: number[][] = [];
  const targets: number[] = [];
  for (let i = 0; i < examples; i++) {
    const row = Array.from(random.normals(features));
    inputs.push(row);
    targets.push(
      row.slice(0, relevant).reduce((sum, x, k) => sum + (k + 1) * 0.4 * x, 0) + 1.5 * random.normal(),
    );
  }
  return fromArrays({ inputs, targets });
}
