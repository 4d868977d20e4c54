import type { Dataset } from './dataset.js';
import type { DataStream } from './data-stream.js';
import { fail } from '../errors.js';
import { describe } from '../options.js';

/**
 * Refuses what is neither a data set nor a stream, and says what to write instead.
 *
 * @param what What the value was given as, e.g. `the data`, `validation`.
 * @throws EspalierError `invalid-data`.
 */
export function checkData(
  value: unknown,
  scope: string,
  what = 'the data',
): asserts value is Dataset | DataStream {
  const refuse = (problem: string): never => fail('invalid-data', scope, `${what} ${problem}`);
  const make = 'make a data set with fromArrays({ inputs, targets }) of @espalier/datasets';
  if (typeof value !== 'object' || value === null) {
    return refuse(`must be a data set or a stream, got ${describe(value)}; ${make}.`);
  }
  if ('x' in value || 'xs' in value) {
    const [x, y] = 'xs' in value ? ['xs', 'ys'] : ['x', 'y'];
    refuse(
      `must be a data set, got { ${Object.keys(value).join(', ')} } as for model.fit; ` +
        `write fromArrays({ inputs: ${x}, targets: ${y} }), and of tensors await ${x}.array().`,
    );
  }
  if ('dataSync' in value) {
    refuse(
      `must be a data set, got a tensor; write fromArrays({ inputs: await x.array(), targets: await y.array() }).`,
    );
  }
  if (Array.isArray(value)) {
    refuse(`must be one data set or stream, got a list of ${value.length}; ${make}.`);
  }
  if ('iterator' in value && typeof value.iterator === 'function') {
    refuse(
      'must be a data set or a stream, got a tf.data.Dataset; write fromTfData(dataset, { inputs, targets }).',
    );
  }
  const { batch, open, size, inputs, targets } = value as Partial<Dataset & DataStream>;
  if (typeof batch !== 'function' && typeof open !== 'function') {
    const keys = Object.keys(value).slice(0, 5).join(', ');
    refuse(`must be a data set with batch() or a stream with open(), got { ${keys} }; ${make}.`);
  }
  for (const [group, specs] of Object.entries({ inputs, targets })) checkSpecs(group, specs, refuse);
  if (typeof open === 'function' && size === undefined) return;
  if (!Number.isInteger(size) || size! < 1) {
    fail('invalid-data', scope, `the data set has ${describe(size)} examples; it needs at least one.`);
  }
}

function checkSpecs(group: string, specs: unknown, refuse: (problem: string) => never): void {
  if (typeof specs !== 'object' || specs === null) {
    return refuse(
      `must say of its ${group} what they are, { name: { shape, dtype } }, got ${describe(specs)}.`,
    );
  }
  for (const [name, spec] of Object.entries(specs)) {
    const { shape, dtype } = (spec ?? {}) as { shape?: unknown; dtype?: unknown };
    if (!Array.isArray(shape) || (dtype !== 'float32' && dtype !== 'int32')) {
      refuse(
        `must say of ${group}.${name} its shape without the examples and its dtype, float32 or int32, ` +
          `got ${describe(spec)}.`,
      );
    }
  }
}
