/**
 * Writes the declarations of every package: one `tsc -b` over the packages' tsconfig.json, each of which refers to those that
 * it imports, and of what that emits the files that an entry point leads to, into dist/: as ESM (.d.ts) and as CommonJS (.d.cts).
 *
 *   npm run build                  the code as well
 *   npm run build:declarations     these alone
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { mustRun, tool } from '../testing/support/run-command.js';
import { filesUnder, publishable, type Workspace } from '../testing/support/workspaces.js';
import { asCommonJs, forOlderTypeScript, relativeImports, withoutNodeTypes } from './rewrite-declarations.js';

/** The declarations that `exports` names, as paths under dist/. */
function entries({ manifest }: Workspace): string[] {
  const named = JSON.stringify(manifest.exports).matchAll(/"\.\/dist\/([^"]+)\.d\.ts"/g);
  return [...new Set([...named].map(([, name]) => `${name}.d.ts`))];
}

/** Declarations by path under dist/, from the entry points along relative imports. */
function reachable(workspace: Workspace): Map<string, string> {
  const emitted = join(workspace.directory, '.turbo/types');
  const found = new Map<string, string>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    const text = readFileSync(join(emitted, path), 'utf8');
    found.set(path, text);
    for (const { specifier } of relativeImports(text))
      visit(join(dirname(path), specifier.replace(/\.js$/, '.d.ts')));
  };
  entries(workspace).forEach(visit);
  return found;
}

function writeIfChanged(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function writeDeclarations(workspace: Workspace): number {
  const dist = join(workspace.directory, 'dist');
  const files = new Map<string, string>();
  for (const [path, emitted] of reachable(workspace)) {
    const text = withoutNodeTypes(forOlderTypeScript(emitted));
    files.set(path, text);
    files.set(path.replace(/\.d\.ts$/, '.d.cts'), asCommonJs(text));
  }
  for (const file of filesUnder(dist)) {
    if (/\.d\.c?ts$/.test(file) && !files.has(relative(dist, file).replaceAll('\\', '/'))) rmSync(file);
  }
  for (const [path, text] of files) writeIfChanged(join(dist, path), text);
  return files.size;
}

const packages = publishable();
await mustRun(tool('tsc'), ['--build', ...packages.map(({ directory }) => directory)]);
const counts = packages.map(writeDeclarations);
console.log(`${counts.reduce((sum, count) => sum + count, 0)} declarations of ${packages.length} packages`);
