import { stream } from '@espalier/core';
import { describe, expect, test } from 'vitest';
import { balancedSigns, suspectAmong } from './suspects.js';

const thousand = Array.from({ length: 1000 }, (_, i) => i);
const turns = stream(1, 'turns').uniforms(1000);
const gradient = stream(1, 'gradient').normals(1000);
gradient[3] = 20;

describe('suspectAmong', () => {
  test('finds the one that is off, in the half that is further off first', () => {
    const tried: number[] = [];
    const found = suspectAmong(thousand, (entries) => {
      tried.push(entries.length);
      const off = entries.includes(777) ? 5 : 1;
      return { verdict: 'wrong', analytic: 0, value: off };
    });
    expect([found, tried.length]).toEqual([[777], 20]);
  });

  test('gives up where many are off by little', () => {
    let tried = 0;
    const found = suspectAmong(thousand, (entries) => {
      tried++;
      return { verdict: entries.length > 3 ? 'wrong' : 'right', analytic: 0, value: 1 };
    });
    expect(found).toEqual([]);
    expect(tried).toBeLessThanOrEqual(40);
  });
});

test('signs are such that the gradients cancel, and drawn all the same', () => {
  const signs = balancedSigns(thousand, gradient, turns);
  expect(Math.abs(signs.reduce((sum, sign, i) => sum + sign * gradient[i]!, 0))).toBeLessThan(0.01);
  const turned = signs.filter((sign, i) => sign !== (turns[i]! < 0.5 ? -1 : 1)).length;
  expect(turned).toBeLessThan(100);
});
