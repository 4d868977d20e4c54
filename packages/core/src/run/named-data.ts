import { type BatchNamer, matchNames } from '../data/batch-names.js';
import type { Dataset } from '../data/dataset.js';
import type { DataStream } from '../data/data-stream.js';
import type { TrainerParts } from './trainer-parts.js';

/** Data, and how its batches are named for the model. */
export interface NamedData {
  readonly data: Dataset | DataStream;
  readonly rename: BatchNamer;
}

/**
 * Checks data against the model.
 *
 * @param what What they were given as, for messages.
 */
export async function nameData(
  parts: TrainerParts,
  data: Dataset | DataStream,
  what?: string,
): Promise<NamedData> {
  const rename = matchNames(
    data,
    parts.model,
    parts.objectives.map(({ output }) => output),
    what,
  );
  await parts.checker.checkAll(data, rename);
  return { data, rename };
}
