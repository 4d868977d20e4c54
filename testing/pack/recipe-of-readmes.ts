import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedBy } from '../documentation/install-lines.js';
import { mapLimited, mustRun } from '../support/run-command.js';
import type { RecipeContext, RecipeResult } from './recipes.js';
import { QUIET } from './recipe-project.js';
import { problemsOf, runnableSnippets } from './snippets.js';

/**
 * The programs of each written page in an empty folder with what the page's own `npm install` lines install, and nothing else:
 * a package that is only loaded at runtime is found lacking as well.
 */
export async function readmesRecipe({ folder, packed }: RecipeContext): Promise<RecipeResult> {
  const tarballs = new Map(packed.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`]));
  const snippets = runnableSnippets();
  const pages = [...new Set(snippets.map(({ document }) => document))];
  const found = await mapLimited(pages, 2, async (page) => {
    const cwd = join(folder, page.replace(/\W+/g, '-'));
    const named = installedBy(page);
    const dependencies = Object.fromEntries([...named].map((name) => [name, tarballs.get(name) ?? '*']));
    // What ours bring of ours is not in any registry yet.
    const overrides = Object.fromEntries([...tarballs].filter(([name]) => !named.has(name)));
    mkdirSync(cwd, { recursive: true });
    const manifest = { name: 'reader', private: true, version: '1.0.0', dependencies, overrides };
    writeFileSync(join(cwd, 'package.json'), JSON.stringify(manifest, null, 2));
    await mustRun('npm', ['install', ...QUIET], { cwd });
    return problemsOf(
      cwd,
      snippets.filter(({ document }) => document === page),
    );
  });
  const problems = found.flat();
  if (problems.length > 0)
    throw new Error(`${problems.length} of ${snippets.length}\n${problems.join('\n\n')}`);
  return { said: `${snippets.length} programs of ${pages.length} pages` };
}
