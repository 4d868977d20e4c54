import type { Dataset, Sampler } from '@espalier/core';
import { checkOptions, fingerprint, option, readOptions, stream } from '@espalier/core';
import { checkData, isStream } from '@espalier/core/internal';
import { concat } from '../concat.js';

const SCOPE = 'data-by-epoch';

/** Options of {@link dataByEpoch}. */
export interface DataByEpochOptions {
  /** Each epoch in random order. Default true. */
  readonly shuffle?: boolean;
}

/** Data that change in the course of a run. */
export interface DataByEpoch {
  /** All of the data sets, each once, one after the other. */
  readonly data: Dataset;
  /** Takes the examples of those whose turn it is. */
  readonly sampler: Sampler;
}

/**
 * Other data from an epoch on: small images before large collections of them, clean examples before all, new ones every few epochs.
 *
 * The data sets must be alike, in names, shapes, dtypes and classes; their sizes may differ, and so may the steps of epochs. A run goes
 * on from a checkpoint in whichever it stood. Data that should not all be in memory may read their batches when asked
 * (`imageFolder`, a `Dataset` of one's own); a stream needs none of this: it is opened again, and told the epoch, each time.
 *
 * As Lightning's `reload_dataloaders_every_n_epochs`, with the data sets named beforehand.
 *
 * @param sets Data sets by the epoch, from 0, from which each is trained on. One for epoch 0 is needed; a data set may come again.
 * @returns `data` and `sampler` for `fit(data, { sampler })`.
 * @throws EspalierError `invalid-option`; `invalid-data` where the data sets differ, naming what does.
 * @example
 * ```ts
 * const { data, sampler } = dataByEpoch({ 0: validation, 5: train });
 * await trainer.fit(data, { epochs: 20, sampler });
 * ```
 */
export function dataByEpoch(
  sets: Readonly<Record<number, Dataset>>,
  options: DataByEpochOptions = {},
): DataByEpoch {
  const check = checkOptions(SCOPE);
  const { shuffle } = readOptions(SCOPE, options, { shuffle: option.boolean({ default: true }) }).values;
  if (typeof sets !== 'object' || sets === null || Array.isArray(sets) || !Object.hasOwn(sets, 0))
    check.fail('sets', 'data sets by epoch, one of them for epoch 0: { 0: easy, 5: all }', sets);
  const turns = Object.entries(sets).map(([epoch, data]) => {
    if (!/^(0|[1-9]\d*)$/.test(epoch)) check.fail('sets', 'given by epochs, whole numbers from 0', epoch);
    checkData(data, SCOPE, `the data of epoch ${epoch}`);
    if (isStream(data))
      check.fail('sets', 'data sets; a stream is told the epoch itself', `a stream for epoch ${epoch}`);
    return { from: Number(epoch), data };
  });
  const different = [...new Set(turns.map(({ data }) => data))];
  const starts = new Map<Dataset, number>();
  let end = 0;
  for (const data of different) {
    starts.set(data, end);
    end += data.size;
  }
  // Whole numbers as keys come in their order.
  const now = (epoch: number): Dataset => turns.filter(({ from }) => from <= epoch).at(-1)!.data;
  return {
    data: concat(...different),
    sampler: {
      name: SCOPE,
      config: {
        kind: SCOPE,
        shuffle,
        sets: Object.fromEntries(turns.map(({ from, data }) => [from, fingerprint(data)])),
      },
      length: (epoch) => now(epoch).size,
      order(size, { seed, epoch }) {
        if (size !== end)
          checkOptions(SCOPE).fail('data', `the one made with this sampler, of ${end} examples`, size);
        const data = now(epoch);
        const start = starts.get(data)!;
        const order = shuffle
          ? stream(seed, SCOPE, epoch).permutation(data.size)
          : Uint32Array.from({ length: data.size }, (_, i) => i);
        return order.map((i) => start + i);
      },
    },
  };
}
