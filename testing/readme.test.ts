import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SnippetResult } from './documentation/run-snippets.js';
import type { Snippet } from './documentation/snippets.js';
import { documents, documentSnippets, uncheckedFences } from './documentation/snippets.js';
import type { CommandResult } from './support/run-command.js';
import { runCommand } from './support/run-command.js';
import { readJson, root } from './support/workspaces.js';

const runner = join(root, 'testing/documentation/run-snippets.ts');

/** Runs the programs of one page, in order, in one process. */
async function runPage(
  directory: string,
  snippets: readonly Snippet[],
): Promise<{ process: CommandResult; results: Record<string, SnippetResult> }> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const modules = snippets.map(({ line, code }) => {
    const module = join(directory, `line-${line}.ts`);
    writeFileSync(module, `${code}\nexport {};\n`);
    return module;
  });
  const file = join(directory, 'results.json');
  const process = await runCommand(
    'node',
    ['--conditions=@espalier/source', '--import', import.meta.resolve('tsx'), runner, file, ...modules],
    { cwd: directory },
  );
  return { process, results: existsSync(file) ? readJson<Record<string, SnippetResult>>(file) : {} };
}

it('fences code as ts, so that it is checked', () => {
  expect(documents().flatMap(uncheckedFences)).toEqual([]);
});

for (const document of documents()) {
  const snippets = documentSnippets(document).filter(({ runs }) => runs);
  if (snippets.length === 0) continue;

  describe(document, () => {
    const directory = join(root, '.espalier/snippets/run', document.replace(/\W+/g, '-'));
    let page: Awaited<ReturnType<typeof runPage>>;
    beforeAll(async () => {
      page = await runPage(directory, snippets);
    }, 120_000);

    for (const { line, output } of snippets) {
      it(`runs the program on line ${line}`, () => {
        const result = page.results[join(directory, `line-${line}.ts`)];
        if (!result) throw new Error(`The process ended before this program:\n${page.process.output}`);
        if (result.error) throw new Error(`${document}:${line}\n${result.error}\n${result.printed}`);
        if (output !== undefined) expect(result.printed.trim()).toBe(output);
      });
    }

    it('leaves a process that ends by itself, without an error', () => {
      if (page.process.code !== 0) throw new Error(page.process.output);
    });
  });
}
