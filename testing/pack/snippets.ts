import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import type { Snippet } from '../documentation/snippets.js';
import { documents, documentSnippets } from '../documentation/snippets.js';
import { mapLimited, runCommand } from '../support/run-command.js';

const compilerOptions: ts.CompilerOptions = {
  module: ts.ModuleKind.ES2022,
  target: ts.ScriptTarget.ES2022,
};

/** Packages that a program imports by name, without the path inside them. */
export function importedPackages(code: string): string[] {
  return ts
    .preProcessFile(code, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => !name.startsWith('.') && !isBuiltin(name))
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
}

/** The programs of the written pages that run. */
export const runnableSnippets = (): Snippet[] =>
  documents()
    .flatMap(documentSnippets)
    .filter(({ runs }) => runs);

/** Runs a program in a process and a folder of its own. */
async function problemOf(
  folder: string,
  { document, line, code, output }: Snippet,
): Promise<string | undefined> {
  const own = join(folder, `${document.replace(/\W+/g, '-')}-${line}`);
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, 'program.mjs'), ts.transpileModule(code, { compilerOptions }).outputText);
  const ran = await runCommand('node', ['program.mjs'], { cwd: own, timeout: 60_000 });
  if (ran.code !== 0) return `${document}:${line}\n${ran.output.trim()}`;
  const printed = ran.stdout.trim();
  if (output !== undefined && printed !== output)
    return `${document}:${line} prints\n${printed}\nwhere the page says\n${output}`;
  return undefined;
}

/**
 * Runs programs below a folder, each alone in a process with what is installed there.
 *
 * @returns What went wrong, a text each.
 */
export async function problemsOf(folder: string, snippets: readonly Snippet[]): Promise<string[]> {
  const found = await mapLimited(snippets, 2, (snippet) => problemOf(join(folder, 'snippets'), snippet));
  return found.filter((problem) => problem !== undefined);
}

/** Runs every program of the written pages as somebody who copies it does, with all that there is to install. */
export async function checkSnippets(folder: string): Promise<string> {
  const snippets = runnableSnippets();
  const problems = await problemsOf(folder, snippets);
  if (problems.length > 0)
    throw new Error(`${problems.length} of ${snippets.length}\n${problems.join('\n\n')}`);
  return `${snippets.length} programs`;
}
