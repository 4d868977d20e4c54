import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { filesUnder, publishable, root, shown } from '../support/workspaces.js';

/** A function, class or constant that a published package exports. */
export interface Export {
  readonly name: string;
  /** Folder of the package, as `optimizers`. */
  readonly folder: string;
  /** Where it is declared, from the root. */
  readonly file: string;
  /** The first sentence of its docstring. */
  readonly summary: string;
  /** Sentences of its docstring that say how it stands to another library. */
  readonly difference: string;
  /** Reference files that the tests which use it read, from the root. */
  readonly references: readonly string[];
  /** Whether any test uses it. */
  readonly tested: boolean;
}

const sources = new Map<string, ts.SourceFile>();

function parse(file: string): ts.SourceFile {
  let source = sources.get(file);
  if (!source) {
    source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ESNext, true);
    sources.set(file, source);
  }
  return source;
}

const beside = (file: string, specifier: string): string =>
  resolve(dirname(file), specifier).replace(/\.js$/, '.ts');

/** Values that an index file hands out, each with the file that declares it. */
function valuesOf(index: string): Map<string, { file: string; original: string }> {
  const values = new Map<string, { file: string; original: string }>();
  for (const statement of parse(index).statements) {
    if (!ts.isExportDeclaration(statement) || statement.isTypeOnly || !statement.moduleSpecifier) continue;
    const specifier = (statement.moduleSpecifier as ts.StringLiteral).text;
    if (!specifier.startsWith('.') || !statement.exportClause || !ts.isNamedExports(statement.exportClause))
      continue;
    const from = beside(index, specifier);
    for (const element of statement.exportClause.elements) {
      if (element.isTypeOnly) continue;
      const original = (element.propertyName ?? element.name).text;
      const further = valuesOf(from).get(original);
      values.set(element.name.text, further ?? { file: from, original });
    }
  }
  return values;
}

function declarationOf(file: string, name: string): ts.Node | undefined {
  for (const statement of parse(file).statements) {
    if (ts.isVariableStatement(statement)) {
      if (statement.declarationList.declarations.some((one) => one.name.getText() === name)) return statement;
    } else if (
      (ts.isFunctionDeclaration(statement) ||
        ts.isClassDeclaration(statement) ||
        ts.isEnumDeclaration(statement)) &&
      statement.name?.text === name &&
      // Of several signatures the first is the one that is documented.
      ts.getJSDocCommentsAndTags(statement).length > 0
    )
      return statement;
  }
  return undefined;
}

/** The prose of a docstring without its tags, its blocks of code and its links. */
function prose(node: ts.Node | undefined): string {
  const doc = node && ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc);
  const text = doc ? (ts.getTextOfJSDocComment(doc.comment) ?? '') : '';
  return text
    .replace(/```[^]*?```/g, '\n\n')
    .replace(/\{@link\s+([^}\s|]+)[^}]*\}/g, '`$1`')
    .trim();
}

const OTHERS =
  /\b(Keras|PyTorch|torch\w*|TensorFlow\.js|tfjs|scikit-learn|sklearn|scipy|SciPy|optax|Optuna|Lightning|Ignite|fastai|torchmetrics|torchvision|captum)\b/;

/** Sentences; a full stop inside a name (`torch.optim`) or before a small letter ends none. */
const sentences = (text: string): string[] =>
  text
    .split(/\n\s*\n/)
    .flatMap((paragraph) => paragraph.replace(/\s+/g, ' ').split(/(?<=[.!?])\s+(?=[A-Z`])/))
    .map((sentence) => sentence.trim())
    .filter(Boolean);

/** The JSON files under testing/references that a file leads to, through what it imports. */
function referencesIn(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file) || !existsSync(file)) return [];
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  const found: string[] = [];
  for (const [, path] of text.matchAll(/['"`]([^'"`\n]*)['"`]/g)) {
    if (path!.endsWith('.json')) {
      for (const base of [dirname(file), join(root, 'testing/references')])
        if (shown(resolve(base, path!)).startsWith('testing/references/') && existsSync(resolve(base, path!)))
          found.push(shown(resolve(base, path!)));
    } else if (path!.startsWith('.') && path!.endsWith('.js') && /references|fixture|reference/.test(path!))
      found.push(...referencesIn(beside(file, path!), seen));
    else if (path!.startsWith('.') && path!.endsWith('references/optimizers/'))
      found.push(
        ...filesUnder(resolve(dirname(file), path!))
          .filter((one) => /schedules\w*\.json$/.test(one))
          .map(shown),
      );
  }
  return found;
}

interface TestFile {
  readonly file: string;
  readonly words: ReadonlySet<string>;
  readonly references: readonly string[];
}

const wordsIn = (text: string): string[] => text.match(/\w+/g) ?? [];

function testsOf(directory: string): TestFile[] {
  return filesUnder(directory)
    .filter((file) => /\.(test|fixture)\.ts$/.test(file))
    .map((file) => {
      const text = readFileSync(file, 'utf8');
      const references = [...new Set(referencesIn(file))].sort();
      // A test that takes a whole package by `import *` gets the names from the reference file.
      const further = /import \* as/.test(text)
        ? references.flatMap((one) => wordsIn(readFileSync(join(root, one), 'utf8')))
        : [];
      return { file, words: new Set([...wordsIn(text), ...further]), references };
    });
}

const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');

const scripts = new Map<string, string>();

/** Whether the script beside a reference file names what is exported, in whatever spelling. */
function isAbout(reference: string, name: string): boolean {
  let script = scripts.get(reference);
  if (script === undefined) {
    const file = join(root, reference.replace(/\.json$/, '.py').replace(/(\w)-(?=\w+\.py$)/g, '$1_'));
    script = plain(existsSync(file) ? readFileSync(file, 'utf8') : '');
    scripts.set(reference, script);
  }
  return script.includes(plain(name));
}

const stem = (file: string): string => basename(file).replace(/(\.test)?\.ts$/, '');

/** Everything that the published packages export, but types; sorted by package and name. */
export function everyExport(): Export[] {
  const shared = testsOf(join(root, 'testing'));
  return publishable().flatMap(({ folder, directory }) => {
    const index = join(directory, 'src/index.ts');
    if (folder === 'espalier' || !existsSync(index)) return [];
    const tests = [...testsOf(directory), ...shared];
    return [...valuesOf(index)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { file, original }]) => {
        const said = sentences(prose(declarationOf(file, original)));
        const using = tests.filter(({ words }) => words.has(name));
        return {
          name,
          folder,
          file: shown(file),
          summary: said[0] ?? '',
          difference: said
            .slice(1)
            .filter((sentence) => OTHERS.test(sentence))
            .join(' '),
          references: [
            ...new Set(
              using.flatMap((test) =>
                test.references.filter((one) => stem(test.file) === stem(file) || isAbout(one, name)),
              ),
            ),
          ].sort(),
          tested: using.length > 0,
        };
      });
  });
}
