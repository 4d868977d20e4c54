/*
 * The recipes of docs/deployment.md, each built and run from the packed packages, as `npm run check:packed -- --all` does;
 * `npm run check:packed -- vite next` does those named.
 */
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import type { PackedPackage } from './pack-packages.js';
import { esbuildRecipe, serverlessRecipe, viteRecipe, webpackRecipe } from './recipes-of-bundlers.js';
import {
  bunRecipe,
  denoRecipe,
  jestRecipe,
  nodeRecipe,
  npmRecipe,
  pnpmRecipe,
  yarnRecipe,
} from './recipes-of-installers.js';
import { nextRecipe } from './recipe-of-next.js';
import { readmesRecipe } from './recipe-of-readmes.js';
import { overridesRecipe } from './recipe-of-overrides.js';
import { tuningBullmqRecipe, tuningRecipe } from './recipes-of-tuning.js';
import { installTools, type Outcome, type Tools } from './recipe-project.js';
import { checkPredictions, type Predictions } from './saved-models.js';

/** What a recipe works with. */
export interface RecipeContext {
  /** Its own, empty. */
  readonly folder: string;
  readonly packed: readonly PackedPackage[];
  readonly tools: Tools;
}

/** What a recipe gives: what it trained, where it is for that, and what else is to be said. */
export interface RecipeResult {
  readonly trained?: readonly Outcome[];
  /** What models that it read predict. */
  readonly predicted?: readonly Predictions[];
  readonly said: string;
}

/** All of them by name. */
export const RECIPES: Readonly<Record<string, (context: RecipeContext) => Promise<RecipeResult>>> = {
  readmes: readmesRecipe,
  npm: npmRecipe,
  node: nodeRecipe,
  pnpm: pnpmRecipe,
  yarn: yarnRecipe,
  bun: bunRecipe,
  deno: denoRecipe,
  esbuild: esbuildRecipe,
  webpack: webpackRecipe,
  vite: viteRecipe,
  serverless: serverlessRecipe,
  jest: jestRecipe,
  overrides: overridesRecipe,
  next: nextRecipe,
  tuning: tuningRecipe,
  'tuning-bullmq': tuningBullmqRecipe,
};

/**
 * Steps for those recipes. A compiled step gives the same bits everywhere, so all of them must train alike: what is compiled to
 * WebAssembly exactly, the others to rounding.
 */
export function recipeSteps(
  folder: string,
  packed: readonly PackedPackage[],
  names: readonly string[],
): [name: string, step: () => Promise<string>][] {
  let tools: Tools | undefined;
  let expected: readonly number[] | undefined;
  const compare = (outcome: Outcome): void => {
    for (const [engine, { losses }] of Object.entries(outcome)) {
      if (!(losses.length === 8 && losses.at(-1)! < 0.5 * losses[0]!))
        throw new Error(`${engine} trained to ${losses.join()}`);
      if (engine === 'wasm') expected ??= losses;
      const right =
        engine === 'wasm'
          ? isDeepStrictEqual(losses, expected)
          : !expected || losses.every((loss, i) => Math.abs(loss - expected![i]!) < 1e-4);
      if (!right) throw new Error(`${engine} trains differently: ${losses.join()} and ${expected!.join()}`);
    }
  };
  return names.map((name) => [
    `recipe ${name}`,
    async () => {
      tools ??= await installTools(join(folder, 'tools'));
      const {
        trained,
        predicted = [],
        said,
      } = await RECIPES[name]!({
        folder: join(folder, `recipe-${name}`),
        packed,
        tools,
      });
      if (trained?.length === 0) throw new Error('nothing was trained');
      trained?.forEach(compare);
      predicted.forEach(checkPredictions);
      return said;
    },
  ]);
}
