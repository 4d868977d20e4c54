/**
 * Uses the packages the way strangers will: packs them, installs the tarballs in an empty folder elsewhere, imports,
 * trains and type-checks with what was installed, in Node and in a browser without a bundler, and prints what each weighs.
 *
 *   npm run check:packed                  what is checked before each merge
 *   npm run check:packed -- --all         and the recipes of docs/deployment.md, each built and run: bundlers, installers, Nodes
 *   npm run check:packed -- next vite     those recipes alone
 */
import { join } from 'node:path';
import { checkBrowser } from './browser.js';
import { checkPlainModules } from './plain-modules.js';
import { compareExports } from './compare-exports.js';
import { checkConsumerTypes, checkImports, checkTraining, installConsumer } from './consumer.js';
import { packPackages, withTemporaryFolder } from './pack-packages.js';
import { RECIPES, recipeSteps } from './recipes.js';
import { sizeTable } from './size-table.js';
import { checkSnippets } from './snippets.js';
import { checkThreads } from './threads.js';
import { checkTreeShaking } from './tree-shaking.js';
import { checkTypeScriptVersions } from './typescript-versions.js';

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => name !== '--all' && !(name in RECIPES));
if (unknown) {
  console.error(`There is no recipe "${unknown}"; there are: ${Object.keys(RECIPES).join(', ')}`);
  process.exit(2);
}
const all = wanted.includes('--all');

await withTemporaryFolder(async (folder) => {
  const packed = await packPackages(folder);
  console.log(`${sizeTable(packed)}\n`);
  const problems = packed.flatMap((one) => compareExports(one).map((problem) => `${one.path}: ${problem}`));

  const consumer = join(folder, 'consumer');
  const usual: [name: string, step: () => Promise<string[] | string | void>][] = [
    ['install', () => installConsumer(consumer, packed)],
    ['imports', async () => void problems.push(...(await checkImports(consumer, packed)))],
    ['snippets', () => checkSnippets(consumer)],
    ['training', () => checkTraining(consumer)],
    ['threads', () => checkThreads(consumer)],
    ['tree shaking', () => checkTreeShaking(consumer)],
    ['browser', () => checkBrowser(consumer)],
    ['plain modules', () => checkPlainModules(consumer, packed)],
    ['types', () => checkConsumerTypes(consumer, packed)],
    ['TypeScript versions', () => checkTypeScriptVersions(consumer, packed)],
  ];
  const steps = [
    ...(wanted.length === 0 || all ? usual : []),
    ...recipeSteps(folder, packed, all ? Object.keys(RECIPES) : wanted),
  ];
  for (const [name, step] of steps) {
    const start = performance.now();
    try {
      const said = await step();
      const seconds = Math.round((performance.now() - start) / 1000);
      console.log(`ok     ${name}, ${seconds} s${said ? `: ${String(said)}` : ''}`);
    } catch (error) {
      console.log(`FAILED ${name}`);
      problems.push(`${name}: ${(error as Error).message}`);
      if (name === 'install') break;
    }
  }
  if (problems.length > 0) {
    console.log(`\n${problems.join('\n')}`);
    process.exitCode = 1;
  }
});
