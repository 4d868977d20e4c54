import type { ArraySpec, Dataset, DataStream, HostArray, HostBatch } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import {
  checkData,
  emptyLike,
  type ExampleRef,
  isPromise,
  isStream,
  joinExamples,
} from '@espalier/core/internal';
import { checkIndices } from './gather.js';
import { invalidData } from './invalid-data.js';
import { targetInMemory, withTargets } from './targets-in-memory.js';

const SCOPE = 'concat';

/**
 * Several data sets one after the other, or several streams. Nothing is copied but what a batch takes.
 *
 * They must have the same names, shapes, dtypes and class names. Of streams, each is opened when the one before has ended;
 * the shuffle buffer is the largest of theirs, and shuffles across them.
 *
 * @param parts At least one; all data sets or all streams.
 * @returns Example `i` of part `p` is example `size[0] + ... + size[p - 1] + i`; `arrays` is absent.
 * @throws EspalierError `invalid-option` for no parts or mixed ones; `invalid-data` where they differ, naming what does.
 * @example
 * ```ts
 * const everything = concat(train, validation);
 * ```
 */
export function concat<D extends Dataset | DataStream>(
  ...parts: readonly D[]
): D extends DataStream ? DataStream : Dataset {
  const check = checkOptions(SCOPE);
  if (parts.length === 0) check.fail('parts', 'at least one data set or stream', parts);
  parts.forEach((part, i) => checkData(part, SCOPE, `part ${i}`));
  const streams = parts.filter(isStream) as DataStream[];
  if (streams.length !== 0 && streams.length !== parts.length) {
    check.fail('parts', 'all data sets or all streams', `${streams.length} streams of ${parts.length}`);
  }
  parts.forEach((part, i) => checkAlike(parts[0]!, part, i));
  const result = streams.length > 0 ? concatStreams(streams) : concatDatasets(parts as readonly Dataset[]);
  return result as D extends DataStream ? DataStream : Dataset;
}

function concatDatasets(parts: readonly Dataset[]): Dataset {
  const ends: number[] = [];
  let size = 0;
  for (const part of parts) ends.push((size += part.size));
  const { inputs, targets, classNames } = parts[0]!;
  return withTargets<Dataset>(
    {
      size,
      inputs,
      targets,
      ...(classNames && { classNames }),
      ...(parts.every(({ inMemory }) => inMemory) && { inMemory: true }),
      batch(indices) {
        checkIndices(SCOPE, indices, size);
        return fetchParts(parts, ends, indices);
      },
    },
    (name) => joinTargets(parts, name, size),
  );
}

function fetchParts(
  parts: readonly Dataset[],
  ends: readonly number[],
  indices: Uint32Array,
): HostBatch | Promise<HostBatch> {
  const asked = parts.map((): number[] => []);
  const places = Array.from(indices, (index) => {
    let part = 0;
    while (index >= ends[part]!) part++;
    const row = asked[part]!.push(index - (part === 0 ? 0 : ends[part - 1]!)) - 1;
    return { part, row };
  });
  const only = asked.findIndex((list) => list.length === indices.length);
  // Rows of one part stay rows of its arrays, which an executor may take from where they lie.
  if (only >= 0) return parts[only]!.batch(Uint32Array.from(asked[only]!));
  const batches = parts.map((part, i) =>
    asked[i]!.length === 0 ? undefined : part.batch(Uint32Array.from(asked[i]!)),
  );
  const join = (found: readonly (HostBatch | undefined)[]): HostBatch =>
    joinExamples(places.map(({ part, row }): ExampleRef => ({ of: found[part]!, row })));
  return batches.some(isPromise)
    ? Promise.all(batches.map(async (batch) => batch)).then(join)
    : join(batches as HostBatch[]);
}

function joinTargets(parts: readonly Dataset[], name: string, size: number): HostArray | undefined {
  const found = parts.map((part) => targetInMemory(part, name));
  const first = found[0];
  if (!first || !found.every((array) => array?.data.constructor === first.data.constructor)) return undefined;
  const row = first.data.length / first.shape[0]!;
  const joined = emptyLike(first.data, size * row);
  let at = 0;
  for (const array of found) {
    joined.set(array!.data, at);
    at += array!.data.length;
  }
  return { ...first, data: joined, shape: [size, ...first.shape.slice(1)] };
}

function concatStreams(parts: readonly DataStream[]): DataStream {
  const { inputs, targets, classNames } = parts[0]!;
  const sizes = parts.map(({ size }) => size);
  const total = sizes.every((size) => size !== undefined)
    ? sizes.reduce<number>((sum, size) => sum + size, 0)
    : undefined;
  return {
    inputs,
    targets,
    ...(classNames && { classNames }),
    ...(total !== undefined && { size: total }),
    shuffleBuffer: Math.max(...parts.map(({ shuffleBuffer = 1 }) => shuffleBuffer)),
    prefetch: Math.max(...parts.map(({ prefetch = 1 }) => prefetch)),
    async *open({ seed, epoch }) {
      for (const part of parts) {
        const reader = part.open({ seed, epoch, start: 0 });
        let ended = false;
        try {
          for (;;) {
            const result = await reader.next();
            ended = result.done === true;
            if (result.done) break;
            yield result.value;
          }
        } finally {
          if (!ended) await reader.return?.();
        }
      }
    },
  };
}

function checkAlike(first: Dataset | DataStream, part: Dataset | DataStream, index: number): void {
  if (part.classNames?.join('\n') !== first.classNames?.join('\n')) {
    const show = (names: readonly string[] | undefined): string => names?.join(', ') ?? 'none';
    invalidData(
      SCOPE,
      `part ${index} has the class names ${show(part.classNames)}, part 0 has ${show(first.classNames)}; ` +
        'the same labels would mean different classes.',
    );
  }
  for (const group of ['inputs', 'targets'] as const) {
    const [wanted, got] = [describeSpecs(first[group]), describeSpecs(part[group])];
    if (wanted !== got) invalidData(SCOPE, `part ${index} has the ${group} ${got}, part 0 has ${wanted}.`);
  }
}

function describeSpecs(specs: Readonly<Record<string, ArraySpec>>): string {
  return Object.keys(specs)
    .sort()
    .map((name) => `${name} ${specs[name]!.dtype} [${specs[name]!.shape.join(', ')}]`)
    .join(', ');
}
