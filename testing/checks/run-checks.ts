/**
 * Runs every static check and prints one line for each; a failing check is followed by what it said.
 *
 *   npm run check             all of them
 *   npm run check -- lint     only those named
 */
import { runCommand, tool } from '../support/run-command.js';

const script = (file: string): [string, string[]] => ['node', ['--import', 'tsx', file]];

const checks: Record<string, [command: string, args: string[]]> = {
  types: [tool('tsc'), ['--noEmit']],
  lint: [tool('eslint'), ['.', '--max-warnings=0']],
  format: [tool('prettier'), ['--check', '.', '--log-level=warn', '--cache']],
  dependencies: script('testing/checks/dependencies.ts'),
  unused: [tool('knip'), ['--no-progress', '--no-config-hints']],
  packages: script('testing/checks/packages.ts'),
};

const chosen = process.argv.slice(2);
for (const name of chosen) {
  if (!(name in checks)) {
    console.error(`There is no check "${name}"; there are: ${Object.keys(checks).join(', ')}`);
    process.exit(2);
  }
}

const failed: string[] = [];
for (const [name, [command, args]] of Object.entries(checks)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const start = performance.now();
  const { code, output } = await runCommand(command, args);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(12)} ${seconds.padStart(5)} s`);
  if (code !== 0) {
    failed.push(name);
    console.log(output.trim().replace(/^/gm, '    '));
  }
}
if (failed.length > 0) {
  console.log(`\n${failed.length} of the checks failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
