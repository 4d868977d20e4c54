import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import type { PackedPackage } from './pack-packages.js';

/** All file paths that an `exports` value leads to. */
function targets(value: unknown): string[] {
  if (typeof value === 'string') return [value.replace(/^\.\//, '')];
  if (value && typeof value === 'object') return Object.values(value).flatMap(targets);
  return [];
}

/** Files that a built file reaches by relative imports, itself included. */
function reachable(directory: string, file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file) || !existsSync(join(directory, file))) return seen;
  seen.add(file);
  const text = readFileSync(join(directory, file), 'utf8');
  for (const [, specifier] of text.matchAll(/(?:from|import|require)\s*\(?\s*['"](\.[^'"]+)['"]/g)) {
    const target = posix.join(dirname(file).replaceAll('\\', '/'), specifier as string);
    const candidates = [target, target.replace(/\.js$/, '.d.ts'), target.replace(/\.cjs$/, '.d.cts')];
    for (const candidate of candidates) reachable(directory, candidate, seen);
  }
  return seen;
}

/** What `exports` and `bin` name and the tarball lacks, and what was built and nothing leads to. */
export function compareExports({ directory, manifest, files }: PackedPackage): string[] {
  const named = [...new Set([...targets(manifest.exports), ...targets(manifest.bin)])];
  const missing = named
    .filter((file) => !files.includes(file))
    .map((file) => `package.json names ${file}, not packed`);
  const reached = new Set(named.flatMap((file) => [...reachable(directory, file)]));
  const unreachable = files
    .filter(
      (file) => file.startsWith('dist/') && /\.(js|cjs|mjs|ts|cts|mts)$/.test(file) && !reached.has(file),
    )
    .map((file) => `${file} was built and no export leads to it`);
  const unwanted = files
    .filter((file) => /\.(test|test-d)\.ts$|(^|\/)(testing|bench|node_modules)\//.test(file))
    .map((file) => `${file} is packed`);
  return [...missing, ...unreachable, ...unwanted];
}
