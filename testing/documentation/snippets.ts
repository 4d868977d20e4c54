import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder, packages, root, shown } from '../support/workspaces.js';

/** A module made of one or more fenced blocks, on the same lines as in its document. */
export interface Snippet {
  /** The document, from the root. */
  document: string;
  /** First line of the code, counted from 1. */
  line: number;
  code: string;
  /** False for blocks that are only type-checked. */
  runs: boolean;
  /** What the program prints, where the document says so. */
  output?: string;
}

interface Fence {
  info: string[];
  line: number;
  code: string[];
  /** Whether only blank lines lie between this fence and the one before. */
  follows: boolean;
}

function fencesIn(lines: readonly string[]): Fence[] {
  const fences: Fence[] = [];
  let open: (Fence & { indent: number }) | undefined;
  let follows = false;
  lines.forEach((text, index) => {
    const mark = /^(\s*)```\s*(.*)$/.exec(text);
    if (open && mark) {
      fences.push(open);
      open = undefined;
      follows = true;
    } else if (open) open.code.push(text.slice(Math.min(open.indent, text.length - text.trimStart().length)));
    else if (mark)
      open = {
        info: mark[2]!.trim().split(/\s+/),
        line: index + 2,
        code: [],
        indent: mark[1]!.length,
        follows,
      };
    else if (text.trim() !== '') follows = false;
  });
  if (open) throw new Error(`a fence opened on line ${(open as Fence).line - 1} is never closed`);
  return fences;
}

/** Puts code on the lines it has in its document, so that every message points there. */
function onLine(before: string, { line, code }: Fence): string {
  const used = before === '' ? 0 : before.split('\n').length - 1;
  return `${before}${'\n'.repeat(Math.max(0, line - 1 - used))}${code.join('\n')}\n`;
}

function snippetsFrom(document: string, lines: readonly string[]): Snippet[] {
  const snippets: Snippet[] = [];
  for (const fence of fencesIn(lines)) {
    const [language, ...marks] = fence.info;
    const last = snippets.at(-1);
    if (language === 'text' && fence.follows && last && !marks.includes('varies')) {
      last.output = fence.code.join('\n').trim();
    }
    if (language !== 'ts') continue;
    const unknown = marks.find((mark) => !['continued', 'no-run'].includes(mark));
    if (unknown) throw new Error(`${document}:${fence.line} has the unknown mark "${unknown}"`);
    if (marks.includes('continued')) {
      if (!last) throw new Error(`${document}:${fence.line} continues nothing`);
      last.code = onLine(last.code, fence);
      if (marks.includes('no-run')) last.runs = false;
    } else {
      snippets.push({ document, line: fence.line, code: onLine('', fence), runs: !marks.includes('no-run') });
    }
  }
  return snippets;
}

/** Every written page of the repository, from the root. */
export function documents(): string[] {
  return filesUnder(root)
    .map(shown)
    .filter(
      (file) => file.endsWith('.md') && !file.startsWith('.changeset/') && !file.endsWith('CHANGELOG.md'),
    );
}

/** Whether a fence names a file of a recipe: deployment-page.test.ts holds it to that, and the recipe is built and run. */
const ofRecipe = (path: string | undefined): boolean =>
  path !== undefined && existsSync(join(root, 'testing/pack/recipes', path));

/** Fences that look like code and that nothing would check. */
export function uncheckedFences(document: string): string[] {
  return fencesIn(readFileSync(join(root, document), 'utf8').split('\n'))
    .filter(
      ({ info }) =>
        !ofRecipe(info[1]) && /^(js|javascript|typescript|mjs|cjs|mts|cts|tsx|jsx)$/.test(info[0] ?? ''),
    )
    .map(({ info, line }) => `${document}:${line - 1} is fenced as ${info[0]}`);
}

/** The `ts` blocks of a written page. */
export function documentSnippets(document: string): Snippet[] {
  return snippetsFrom(document, readFileSync(join(root, document), 'utf8').split('\n'));
}

/** The `ts` blocks in the docstrings of a source file. */
export function docstringSnippets(file: string): Snippet[] {
  let inside = false;
  const lines = readFileSync(join(root, file), 'utf8')
    .split('\n')
    .map((line) => {
      if (/^\s*\/\*\*/.test(line)) inside = true;
      const text = inside ? line.replace(/^\s*\/?\*+\/?\s?/, '').replace(/\*\/\s*$/, '') : '';
      if (line.includes('*/')) inside = false;
      return text;
    });
  return snippetsFrom(file, lines);
}

/** The sources of every package that may carry docstrings. */
export function sources(): string[] {
  return packages()
    .flatMap(({ directory }) => filesUnder(join(directory, 'src')))
    .map(shown)
    .filter((file) => file.endsWith('.ts') && !/\.(test|test-d)\.ts$/.test(file));
}
