import { mnist, split, take } from '@espalier/datasets';
import type { StudyData } from './study.js';

/** MNIST in three parts. */
export async function loadData(seed: number, quick: boolean): Promise<StudyData> {
  const { train: all, test } = await mnist({ flatten: true });
  const [train, validation] = split(all, { fractions: [0.8, 0.2], seed });
  return quick
    ? { train: take(train, 5000), validation: take(validation, 1000), test }
    : { train, validation, test };
}
