import { type Attributes, isSubgraph } from './graph.js';

/**
 * The attributes of a node as one line of text, in the same order always; graphs inside a node are left out. Text of JSON would not
 * tell all numbers apart: it writes NaN and the infinities as null, and -0 as 0.
 */
export function attributesText(attributes: Attributes): string {
  const sorted = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(sorted), (_, value: unknown) => {
    if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
      return { number: Object.is(value, -0) ? '-0' : String(value) };
    return isSubgraph(value as never) ? undefined : value;
  });
}
