import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { docstringSnippets, documents, documentSnippets, sources } from './documentation/snippets.js';
import { typeCheck } from './documentation/type-check.js';
import { root } from './support/workspaces.js';

const written = documents().flatMap(documentSnippets);
const docstrings = sources().flatMap(docstringSnippets);
let messages = new Map<string, string[]>();

beforeAll(() => {
  messages = typeCheck([...written, ...docstrings], join(root, '.espalier/snippets/types'));
}, 120_000);

it('finds the examples in docstrings', () => {
  expect(docstrings.length).toBeGreaterThan(10);
});

for (const [kind, snippets] of [
  ['pages', written],
  ['docstrings', docstrings],
] as const) {
  describe(`the types of the examples in ${kind}`, () => {
    for (const { document, line } of snippets) {
      it(`${document}:${line}`, () => {
        const found = messages.get(`${document}:${line}`) ?? ['not checked'];
        if (found.length > 0) throw new Error(found.join('\n'));
      });
    }
  });
}
