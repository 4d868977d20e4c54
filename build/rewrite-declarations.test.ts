import { expect, test } from 'vitest';
import { asCommonJs, forOlderTypeScript, withoutNodeTypes, relativeImports } from './rewrite-declarations.js';

const text = `import type { Run } from './run.js';
import '../patch.js';
import { Tensor } from '@tensorflow/tfjs-core';
export * from './a/b.js';
/** Not one: import './comment.js'. */
export declare const step: import('./step.js').Step<"./run.js">;
`;

test('finds the relative imports of every form', () => {
  expect(relativeImports(text).map(({ specifier }) => specifier)).toEqual([
    './run.js',
    '../patch.js',
    './a/b.js',
    './step.js',
  ]);
});

test('as CommonJS, imports alone are changed', () => {
  expect(asCommonJs(text)).toBe(`import type { Run } from './run.cjs';
import '../patch.cjs';
import { Tensor } from '@tensorflow/tfjs-core';
export * from './a/b.cjs';
/** Not one: import './comment.js'. */
export declare const step: import('./step.cjs').Step<"./run.js">;
`);
});

test('typed arrays take no argument that TypeScript before 5.7 does not know', () => {
  expect(
    forOlderTypeScript('(a: Uint8Array<ArrayBuffer>, b: Float32Array<ArrayBufferLike>) => Map<ArrayBuffer>'),
  ).toBe("(a: ReturnType<Uint8Array['slice']>, b: Float32Array) => Map<ArrayBuffer>");
});

test("leaves the types of Node's modules open, and examples as they are", () => {
  const text = [
    " * const fs = await nodeModule<typeof import('node:fs')>('node:fs');",
    "    readonly fs: typeof import('node:fs/promises');",
    "    readonly other: typeof import('./other.js');",
  ];
  expect(withoutNodeTypes(text.join('\n')).split('\n')).toEqual([text[0], '    readonly fs: any;', text[2]]);
});
