import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { packages, root } from '../support/workspaces.js';

/** Names exported by an index that holds only named re-exports, or by a module of declarations. */
function exportedNames(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, false);
  return source.statements.flatMap((statement) => {
    if (
      ts.isExportDeclaration(statement) &&
      statement.exportClause &&
      ts.isNamedExports(statement.exportClause)
    )
      return statement.exportClause.elements.map(({ name }) => name.text);
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => (name as ts.Identifier).text);
    return [];
  });
}

const ambientFile = join(root, 'testing/documentation/ambient.ts');

/** Where a docstring's names come from when it does not import them: its own package first, then the others. */
function origins(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  const ordered = packages().sort((a, b) => Number(b.folder === folder) - Number(a.folder === folder));
  for (const { manifest, directory } of ordered) {
    for (const name of exportedNames(join(directory, 'src/index.ts'))) {
      if (!found.has(name)) found.set(name, manifest.name);
    }
  }
  for (const name of exportedNames(ambientFile)) {
    if (!found.has(name)) found.set(name, ambientFile.replace(/\.ts$/, '.js'));
  }
  return found;
}

const namespaces = { tf: '@tensorflow/tfjs-core', tfl: '@tensorflow/tfjs-layers' };

const cache = new Map<string, Map<string, string>>();

/** Imports, on one line, for the names that a docstring's example uses and leaves to its reader. */
export function importsFor(folder: string, code: string): string {
  let known = cache.get(folder);
  if (!known) cache.set(folder, (known = origins(folder)));
  const source = ts.createSourceFile('example.ts', code, ts.ScriptTarget.ES2022, true);
  const used = new Set<string>();
  const declared = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const named = parent as { name?: ts.Node };
      if (ts.isImportSpecifier(parent) || ts.isImportClause(parent) || ts.isNamespaceImport(parent))
        declared.add(node.text);
      else if (named.name === node && ts.isPropertyAccessExpression(parent)) return;
      else if (named.name === node && ts.isPropertyAssignment(parent)) return;
      else if (named.name === node && !ts.isShorthandPropertyAssignment(parent)) declared.add(node.text);
      else used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  const statements: string[] = [];
  for (const [name, origin] of Object.entries(namespaces)) {
    if (used.has(name) && !declared.has(name)) statements.push(`import * as ${name} from '${origin}';`);
  }
  for (const name of used) {
    const origin = known.get(name);
    if (origin && !declared.has(name)) statements.push(`import { ${name} } from '${origin}';`);
  }
  return statements.join(' ');
}
