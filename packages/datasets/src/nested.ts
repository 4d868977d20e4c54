import { describe } from '@espalier/core/internal';
import { invalidData } from './invalid-data.js';

type Nested = ArrayLike<unknown>;

function isList(value: unknown): value is Nested {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/**
 * The numbers of nested lists in one row, and their shape.
 *
 * @param unit What an entry of the outermost list is, for messages.
 * @throws EspalierError `invalid-data` naming the first example that is ragged, or holds something else than numbers.
 */
export function flattenNested(
  source: unknown,
  scope: string,
  name: string,
  unit = 'example',
): { values: Float64Array; shape: number[] } {
  const shape: number[] = [];
  for (let level: unknown = source; isList(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  if (shape.length === 0) invalidData(scope, `${name} must be an array of numbers, got ${describe(source)}.`);
  if (shape.includes(0)) {
    const what = shape[0] === 0 ? 'no examples' : `examples of shape [${shape.slice(1).join(', ')}]`;
    invalidData(scope, `${name} must not be empty, got ${what}.`);
  }
  const values = new Float64Array(shape.reduce((product, dim) => product * dim, 1));
  let at = 0;
  const copy = (level: unknown, depth: number, example: number): void => {
    const expected = shape[depth];
    if (expected === undefined) {
      if (typeof level !== 'number') {
        const got = isList(level) ? `a list of ${level.length}` : describe(level);
        invalidData(scope, `${name}: ${unit} ${example} must hold numbers, got ${got}.`);
      }
      values[at++] = level;
      return;
    }
    if (!isList(level) || level.length !== expected) {
      const got = isList(level) ? `a list of ${level.length}` : describe(level);
      invalidData(
        scope,
        `${name} is ragged: ${unit} ${example} has ${got} where ${unit} 0 has a list of ${expected}.`,
      );
    }
    for (let i = 0; i < expected; i++) copy(level[i], depth + 1, depth === 0 ? i : example);
  };
  copy(source, 0, 0);
  return { values, shape };
}
