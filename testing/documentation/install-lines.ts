import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importedPackages } from '../pack/snippets.js';
import { root } from '../support/workspaces.js';
import { documentSnippets } from './snippets.js';

/** Packages that the `npm install` lines of a page name. */
export function installedBy(document: string): Set<string> {
  const lines = readFileSync(join(root, document), 'utf8').matchAll(/^npm install (.*)$/gm);
  const words = [...lines].flatMap(([, line]) => line!.split('#')[0]!.split(/\s+/));
  return new Set(words.filter((word) => word !== '' && !word.startsWith('-')));
}

/** Packages that the programs of a page import, and none of its `npm install` lines names. */
export function missingFromInstall(document: string): string[] {
  const named = installedBy(document);
  const imported = documentSnippets(document).flatMap(({ code }) => importedPackages(code));
  return [...new Set(imported)].filter((name) => !named.has(name)).sort();
}
