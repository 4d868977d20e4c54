import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { mustRun, runCommand } from '../support/run-command.js';
import { readJson } from '../support/workspaces.js';
import type { RecipeContext, RecipeResult } from './recipes.js';
import { makeProject, QUIET } from './recipe-project.js';

/** A release of TensorFlow.js that is older than what Espalier needs. */
const OLD = '4.20.0';

interface Project {
  dependencies: Record<string, string>;
  overrides?: Record<string, string>;
}

/** Whole TensorFlow.js of another version beside ours: refused by name, and one with the overrides of the page. */
export async function overridesRecipe({ folder, packed, tools }: RecipeContext): Promise<RecipeResult> {
  // As `npm install` writes it into package.json.
  const ranges = { '@tensorflow/tfjs-core': '^4.22.0', '@tensorflow/tfjs-layers': '^4.22.0' };
  const cwd = makeProject(folder, packed, {
    files: ['overrides'],
    dependencies: { ...ranges, '@tensorflow/tfjs': OLD },
  });
  const manifest = join(cwd, 'package.json');
  const install = (npm: string) => mustRun('node', [npm, 'install', ...QUIET], { cwd });
  const run = () => runCommand('node', ['program.mjs'], { cwd, timeout: 120_000 });
  const change = (edit: (project: Project) => Project): void =>
    writeFileSync(manifest, JSON.stringify(edit(readJson<Project>(manifest)), null, 2));

  await install(tools.npms[11]);
  const refused = await run();
  if (refused.code === 0 || !/another copy of @tensorflow\/tfjs-(core|layers)/.test(refused.output))
    throw new Error(`two copies are not refused: ${refused.output}`);

  const { overrides } = readJson<Pick<Project, 'overrides'>>(join(cwd, 'overrides.config.json'));
  change((project) => ({ ...project, overrides: overrides! }));
  const losses: number[] = [];
  for (const npm of Object.values(tools.npms)) {
    await install(npm);
    const { code, output, stdout } = await run();
    if (code !== 0) throw new Error(`with overrides: ${output}`);
    losses.push(Number(stdout.trim().split('\n').at(-1)));
  }
  if (!losses.every((loss) => loss === losses[0] && loss < 0.5))
    throw new Error(`trained to ${losses.join()}`);

  // The old one alone is refused by npm already.
  change(({ dependencies, overrides: _overrides, ...project }) => {
    const { '@tensorflow/tfjs': _, ...rest } = dependencies;
    const old = Object.keys(rest).filter((name) => name.startsWith('@tensorflow/'));
    return { ...project, dependencies: { ...rest, ...Object.fromEntries(old.map((name) => [name, OLD])) } };
  });
  const { output } = await runCommand('node', [tools.npms[11], 'install', ...QUIET], { cwd });
  if (!output.includes('ERESOLVE')) throw new Error(`npm installs TensorFlow.js ${OLD}: ${output}`);
  return { said: `TensorFlow.js ${OLD} beside ours refused, and one with overrides` };
}
