import type { DataStream, HostBatch } from '@espalier/core';
import { examplesIn, isPromise } from '@espalier/core/internal';

/** A stream whose examples are changed on the way; with another number of them where `described` has no `size`. */
export function changedStream(
  stream: DataStream,
  described: Pick<DataStream, 'inputs' | 'targets' | 'classNames'>,
  change: (batch: HostBatch, from: number) => HostBatch,
): DataStream {
  return {
    ...stream,
    ...described,
    open(start) {
      const reader = stream.open(start);
      let from = start.start;
      const apply = (result: IteratorResult<HostBatch, unknown>): IteratorResult<HostBatch, unknown> => {
        if (result.done) return result;
        const value = change(result.value, from);
        from += examplesIn(result.value);
        return { value, done: false };
      };
      return {
        next() {
          const result = reader.next();
          return isPromise(result) ? result.then(apply) : apply(result);
        },
        return: () => reader.return?.(),
      };
    },
  };
}
