import type { HostArray } from './arrays.js';
import { fail } from '../errors.js';

/** Throws `invalid-data` for `scope`. */
export function failData(scope: string, message: string): never {
  return fail('invalid-data', scope, message);
}

/** `[N, 3]`, with `N` for an unknown size. */
export function formatShape(shape: readonly (number | null)[]): string {
  return `[${shape.map((size) => size ?? 'N').join(', ')}]`;
}

/** Whether shapes agree wherever both are known. */
export function shapesMatch(a: readonly (number | null)[], b: readonly (number | null)[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i] || size === null || b[i] === null);
}

/** The number of the example that element `index` of an array belongs to. */
export function exampleOf({ shape, data }: HostArray, index: number): number {
  return Math.floor(index / (data.length / shape[0]!));
}
