import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SnippetResult } from './documentation/run-snippets.js';
import { documents, documentSnippets, uncheckedFences } from './documentation/snippets.js';
import { mapLimited, runCommand } from './support/run-command.js';
import { readJson, root } from './support/workspaces.js';

const folder = join(root, '.espalier/snippets/run');
const slug = (document: string): string => document.replace(/\W+/g, '-');

const written = documents()
  .map((document) => ({
    document,
    directory: join(folder, slug(document)),
    snippets: documentSnippets(document).filter(({ runs }) => runs),
  }))
  .filter(({ snippets }) => snippets.length > 0);

const results: Record<string, SnippetResult> = {};
const printed: Record<string, string> = {};
const moduleOf = (directory: string, line: number): string => join(directory, `line-${line}.ts`);

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await mapLimited(written, 2, async ({ document, directory, snippets }) => {
    mkdirSync(directory, { recursive: true });
    const modules = snippets.map(({ line, code }) => {
      writeFileSync(moduleOf(directory, line), `${code}\nexport {};\n`);
      return moduleOf(directory, line);
    });
    const file = join(directory, 'results.json');
    const runner = join(root, 'testing/documentation/run-snippets.ts');
    const { output } = await runCommand(
      'node',
      ['--conditions=@espalier/source', '--import', import.meta.resolve('tsx'), runner, file, ...modules],
      { cwd: directory },
    );
    printed[document] = output;
    if (existsSync(file)) Object.assign(results, readJson<Record<string, SnippetResult>>(file));
  });
}, 600_000);

it('fences code as ts, so that it is checked', () => {
  expect(documents().flatMap(uncheckedFences)).toEqual([]);
});

for (const { document, directory, snippets } of written) {
  describe(document, () => {
    for (const { line, output } of snippets) {
      it(`runs the program on line ${line}`, () => {
        const result = results[moduleOf(directory, line)];
        if (!result) throw new Error(`The process ended before this program:\n${printed[document]}`);
        if (result.error) throw new Error(`${document}:${line}\n${result.error}\n${result.printed}`);
        if (output !== undefined) expect(result.printed.trim()).toBe(output);
      });
    }
  });
}
