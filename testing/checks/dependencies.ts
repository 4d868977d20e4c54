/** Checks the direction of dependencies and cycles, and that the tool saw what it was to look at. */
import { runCommand, tool } from '../support/run-command.js';
import { examples, packages } from '../support/workspaces.js';

interface Cruise {
  modules: { source: string; dependencies: { module: string; resolved: string }[] }[];
  summary: {
    violations: { from: string; to: string; rule: { name: string }; cycle?: { name: string }[] }[];
    totalCruised: number;
  };
}

const { stdout, output } = await runCommand(tool('depcruise'), [
  'packages',
  ...(examples().length > 0 ? ['examples'] : []),
  '--config',
  '.dependency-cruiser.cjs',
  '--output-type',
  'json',
]);
let cruise: Cruise;
try {
  cruise = JSON.parse(stdout) as Cruise;
} catch {
  throw new Error(`dependency-cruiser gave no report:\n${output}`);
}

const problems = cruise.summary.violations.map(({ from, to, rule, cycle }) => {
  const path = cycle ? [from, ...cycle.map((step) => step.name)] : [from, to];
  return `${rule.name}: ${path.join(' -> ')}`;
});

// Without TypeScript beside it, or with conditions it does not know, the tool passes by seeing nothing.
const seen = new Map(cruise.modules.map((module) => [module.source, module]));
for (const { path, folder, manifest } of packages()) {
  const index = `${path}/src/index.ts`;
  if (!seen.has(index)) problems.push(`not seen: ${index}`);
  if (folder === 'core' || !manifest.peerDependencies?.['@espalier/core']) continue;
  const imports = cruise.modules
    .filter(({ source }) => source.startsWith(`${path}/`))
    .flatMap(({ dependencies }) => dependencies)
    .filter(({ module }) => module === '@espalier/core' || module === '@espalier/core/internal');
  for (const { module, resolved } of imports) {
    if (resolved !== `packages/core/src/${module.endsWith('/internal') ? 'internal' : 'index'}.ts`)
      problems.push(`${path}: ${module} resolves to ${resolved}`);
  }
}

console.log([...new Set(problems)].join('\n') || `${seen.size} modules`);
process.exitCode = problems.length > 0 ? 1 : 0;
