import { EspalierError, isEspalierError } from '@espalier/core';
import { expect, test } from 'vitest';
import { fromWire, toWire } from './wire-error.js';

/** Through the wire, as between threads. */
const sent = (thrown: unknown): EspalierError => fromWire(structuredClone(toWire(thrown)), 'it');

test('an EspalierError comes out as it went in', () => {
  const error = new EspalierError({ code: 'io', scope: 'disk', message: 'full [disk] of it.' });
  const { code, scope, message, cause } = sent(error);
  expect({ code, scope, message }).toEqual({
    code: 'io',
    scope: 'disk',
    message: '[disk] full [disk] of it.',
  });
  expect(cause).toMatchObject({ message: error.message, stack: error.stack });
});

test('sent twice it is still the same', () => {
  const error = new EspalierError({ code: 'io', scope: 'disk', message: 'full.' });
  expect(sent(sent(error))).toMatchObject({ code: 'io', scope: 'disk', message: '[disk] full.' });
});

test('anything can be thrown', () => {
  for (const thrown of [undefined, null, 0, '', 'text', { a: 1 }, Symbol('s')]) {
    const error = sent(thrown);
    expect(isEspalierError(error)).toBe(true);
    expect(error.message).toContain(String(thrown));
  }
});

test('causes are kept, and a cycle of them ends', () => {
  const inner = new RangeError('inner');
  const outer = new TypeError('outer', { cause: inner });
  expect((sent(outer).cause as Error).cause).toMatchObject({ name: 'RangeError', message: 'inner' });
  inner.cause = outer;
  expect(sent(outer).message).toContain('outer');
});
