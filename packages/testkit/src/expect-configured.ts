import type { Json } from '@espalier/core';
import { expect } from 'vitest';

/** Fails unless something carries the options that it was made with, as plain JSON with its kind. */
export function expectConfigured({ config }: { readonly config?: Json }): void {
  expect(JSON.parse(JSON.stringify(config ?? null))).toEqual(config);
  expect(config).toMatchObject({ kind: expect.stringMatching(/^[a-z0-9]+(-[a-z0-9]+)*$/) as string });
}
