import { expect, test } from 'vitest';
import { statusLine } from './status-line.js';

test('each text takes the place of the one before, in a terminal alone', () => {
  const written: string[] = [];
  const write = (text: unknown) => written.push(String(text)) > 0;
  const line = statusLine({ isTTY: true, columns: 10, write })!;
  line.write('epoch 1 of 20\n');
  line.clear();
  expect(written).toEqual(['\repoch 1 o\u001b[K', '\r\u001b[K']);
  expect(statusLine({ isTTY: false, columns: 10, write })).toBeUndefined();
});
