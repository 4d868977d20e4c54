import ts from 'typescript';

/** A relative import in a declaration file. */
export interface RelativeImport {
  readonly specifier: string;
  /** Where it stands in the text, without its quotes. */
  readonly start: number;
}

/** Every relative import of a declaration file, `import('...')` in types included, in order. */
export function relativeImports(text: string): RelativeImport[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName, pos }) => ({ specifier: fileName, start: text.indexOf(fileName, pos) }))
    .sort((a, b) => a.start - b.start);
}

/** The same declarations for CommonJS: `./step.js` becomes `./step.cjs`, whose types are in `./step.d.cts`. */
export function asCommonJs(text: string): string {
  let rewritten = '';
  let end = 0;
  for (const { specifier, start } of relativeImports(text)) {
    rewritten += text.slice(end, start) + specifier.replace(/\.js$/, '.cjs');
    end = start + specifier.length;
  }
  return rewritten + text.slice(end);
}

/**
 * Typed arrays say since TypeScript 5.7 what they lie in. Older ones take no such argument; where it is an ArrayBuffer, as a
 * browser's functions ask for, it is said by what `slice` returns, which is right in both.
 */
export function forOlderTypeScript(text: string): string {
  return text
    .replace(/\b(\w+Array)<ArrayBuffer>/g, "ReturnType<$1['slice']>")
    .replace(/\b((?:Int|Uint|Float|BigInt|BigUint)\w*Array|DataView)<ArrayBufferLike>/g, '$1');
}

/**
 * The types of Node's own modules, which only functions that our packages share with each other name, are nothing to somebody who
 * has no `@types/node`: they are left open.
 */
export function withoutNodeTypes(text: string): string {
  return text.replace(/^(?!\s*\*).*$/gm, (line) =>
    line.replace(/typeof import\((['"])node:[^'"]+\1\)/g, 'any'),
  );
}
