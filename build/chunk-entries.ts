import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/** Where the files of {@link chunkEntries} are written, and what they are called. */
const FOLDER = '.turbo/chunk-entries';
const PREFIX = 'by-import-';

const compilerOptions: ts.CompilerOptions = {
  module: ts.ModuleKind.ES2022,
  target: ts.ScriptTarget.ES2022,
};

/** What a module imports when it runs; types are gone, and so is what `import()` loads later. */
function importsOf(file: string): string[] {
  const code = ts.transpileModule(readFileSync(file, 'utf8'), { compilerOptions }).outputText;
  const statements = ts.createSourceFile(file, code, ts.ScriptTarget.ES2022).statements;
  return statements.flatMap((statement) => {
    const from =
      ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)
        ? statement.moduleSpecifier
        : undefined;
    return from && ts.isStringLiteral(from) ? [from.text] : [];
  });
}

/**
 * The modules that entries reach, with the packages of others that each of them imports, itself or by what it imports.
 *
 * @returns Names of packages by path.
 */
export function packagesReached(entries: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const direct = new Map<string, string[]>();
  const visit = (file: string): void => {
    if (direct.has(file) || !existsSync(file)) return;
    const imports = importsOf(file).map((name) =>
      name.startsWith('.') ? join(dirname(file), name.replace(/\.js$/, '.ts')) : name,
    );
    direct.set(file, imports);
    imports.forEach(visit);
  };
  entries.forEach(visit);
  const reached = (file: string): Set<string> => {
    const seen = new Set([file]);
    for (const one of seen) for (const name of direct.get(one) ?? []) seen.add(name);
    return new Set([...seen].filter((name) => !direct.has(name) && !/^@?espalier\b/.test(name)));
  };
  return new Map([...direct.keys()].map((file) => [file, reached(file)]));
}

/**
 * Entries that have esbuild put modules into the same chunk only where the same packages stand behind them: one for each set of
 * packages, which imports what needs no other. A bundler takes a chunk with all that it imports: without this, whoever imports an
 * error class gets TensorFlow.js with it.
 *
 * @param directory The package's.
 * @param entries Those that `exports` names, relative to it.
 * @returns More entries by name; {@link removeChunkEntries} removes what is built of them.
 */
export function chunkEntries(directory: string, entries: readonly string[]): Record<string, string> {
  const paths = entries.map((entry) => join(directory, entry));
  const modules = [...packagesReached(paths)].filter(([file]) => !paths.includes(file));
  const sets = new Map(modules.map(([, packages]) => [[...packages].sort().join(), packages]));
  const folder = join(directory, FOLDER);
  rmSync(folder, { recursive: true, force: true });
  if (modules.every(([, packages]) => packages.size === 0)) return {};
  mkdirSync(folder, { recursive: true });
  return Object.fromEntries(
    [...sets.values()].map((set, i) => {
      const files = modules.filter(([, packages]) => [...packages].every((name) => set.has(name)));
      const lines = files.map(([file]) => `import '${relative(folder, file).replaceAll('\\', '/')}';\n`);
      writeFileSync(join(folder, `${PREFIX}${i}.ts`), lines.join(''));
      return [`${PREFIX}${i}`, `${FOLDER}/${PREFIX}${i}.ts`];
    }),
  );
}

/** Removes what was built of {@link chunkEntries}: the chunks that it led to stay. */
export function removeChunkEntries(directory: string, names: readonly string[]): void {
  for (const name of names)
    for (const ending of ['js', 'cjs', 'js.map', 'cjs.map'])
      rmSync(join(directory, 'dist', `${name}.${ending}`), { force: true });
}
