import { expect, test } from 'vitest';
import { asSettings, DEFAULTS } from './settings.js';

test('what was stored comes back', () => {
  expect(asSettings(JSON.parse(JSON.stringify(DEFAULTS)))).toEqual(DEFAULTS);
});

test.each([
  undefined,
  null,
  'text',
  {},
  { ...DEFAULTS, engine: 'steam' },
  { ...DEFAULTS, learningRate: '0.1' },
  { ...DEFAULTS, learningRate: NaN },
  { ...DEFAULTS, dropout: 1 },
  { ...DEFAULTS, l2: -1 },
  { ...DEFAULTS, epochs: 1e9 },
  { ...DEFAULTS, epochs: 1.5 },
])('%j is not taken for settings', (value) => {
  expect(asSettings(value)).toBeUndefined();
});
