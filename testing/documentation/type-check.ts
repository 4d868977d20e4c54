import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../support/workspaces.js';
import { importsFor } from './free-names.js';
import type { Snippet } from './snippets.js';

/** Strict, without the settings that readers of an example need not share. */
const asReadersHave: ts.CompilerOptions = {
  declaration: false,
  noUncheckedIndexedAccess: false,
  verbatimModuleSyntax: false,
  isolatedModules: false,
};

const key = ({ document, line }: Snippet): string => `${document}:${line}`;

/**
 * Type-checks snippets, each as a module of its own, in one program.
 *
 * @returns Messages for each snippet, by `document:line`.
 */
export function typeCheck(snippets: readonly Snippet[], folder: string): Map<string, string[]> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const owners = new Map<string, Snippet>();
  snippets.forEach((snippet, index) => {
    const file = join(folder, `snippet-${index}.ts`).replaceAll('\\', '/');
    const source = /^packages\/([^/]+)\/src\//.exec(snippet.document);
    // The first line of a source file never belongs to an example.
    const imports = source ? importsFor(source[1]!, snippet.code) : '';
    writeFileSync(file, `${imports}${snippet.code}\nexport {};\n`);
    owners.set(file, snippet);
  });

  const config = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config.config, files: [] }, ts.sys, root);
  const program = ts.createProgram([...owners.keys()], { ...options, ...asReadersHave });
  const messages = new Map(snippets.map((snippet) => [key(snippet), [] as string[]]));
  for (const [file, snippet] of owners) {
    const source = program.getSourceFile(file);
    const diagnostics = [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ];
    for (const { start = 0, messageText } of diagnostics) {
      const line = (source?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
      messages
        .get(key(snippet))
        ?.push(`${snippet.document}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
    }
  }
  return messages;
}
