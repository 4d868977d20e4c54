import type { Dataset, DataStream, HostBatch } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import { checkData, isStream } from '@espalier/core/internal';
import { eachBatch } from './each-batch.js';
import type { Example } from './examples.js';
import { examplesOf } from './examples.js';
import { gatherBatch } from './gather.js';
import { invalidData } from './invalid-data.js';
import { changedStream } from './streams/changed-stream.js';
import { subset } from './subset.js';

const SCOPE = 'filter';

type Keep = (example: Example, index: number) => boolean;

/**
 * The examples that a function says yes to.
 *
 * A data set is read once, now, and the result is a view of it, as by {@link subset}: its size is known. A stream is
 * filtered while it is read; its size is then unknown, and it is read from its begin when a run goes on.
 *
 * @param keep Given `{ inputs, targets, weights? }`, values flat and by name, and the number of the example.
 * @returns A promise of a data set, or a stream.
 * @throws EspalierError `invalid-option`; `invalid-data` when nothing is left of a data set.
 * @example
 * ```ts
 * const ones = await filter(train, ({ targets }) => targets['target']![0] === 1);
 * ```
 */
export function filter(data: Dataset, keep: Keep): Promise<Dataset>;
export function filter(data: DataStream, keep: Keep): DataStream;
export function filter(data: Dataset | DataStream, keep: Keep): Promise<Dataset> | DataStream {
  checkData(data, SCOPE);
  if (typeof keep !== 'function') checkOptions(SCOPE).fail('keep', 'a function of an example', keep);
  return isStream(data) ? filteredStream(data, keep) : filtered(data, keep);
}

async function filtered(dataset: Dataset, keep: Keep): Promise<Dataset> {
  const kept: number[] = [];
  await eachBatch(dataset, (batch, from) => {
    for (const row of keptRows(batch, keep, from)) kept.push(from + row);
  });
  if (kept.length === 0)
    invalidData(SCOPE, `none of ${dataset.size} examples is left; look at what keep returns.`);
  return subset(dataset, kept);
}

function filteredStream({ size: _, ...stream }: DataStream, keep: Keep): DataStream {
  const { inputs, targets, classNames } = stream;
  const all = changedStream(
    { ...stream, seekable: false },
    { inputs, targets, ...(classNames && { classNames }) },
    (batch, from) => gatherBatch(batch, keptRows(batch, keep, from)),
  );
  return all;
}

function keptRows(batch: HostBatch, keep: Keep, from: number): Uint32Array {
  const rows: number[] = [];
  examplesOf(batch).forEach((example, row) => {
    if (keep(example, from + row)) rows.push(row);
  });
  return Uint32Array.from(rows);
}
