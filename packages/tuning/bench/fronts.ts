/*
 * How much of the Pareto front samplers find, beside Optuna's NSGA-II: hypervolume, median and middle 80 % over seeds.
 *   node --conditions=@espalier/source --import tsx packages/tuning/bench/fronts.ts
 */
import { readFileSync } from 'node:fs';
import type { Sampler } from '@espalier/tuning';
import { createStudy, float, nsgaIISampler, randomSampler, space, tpeSampler } from '@espalier/tuning';
import { hypervolume } from '../src/math/hypervolume.js';
import { show } from './show-regrets.js';

const { search, hypervolume: theirs } = JSON.parse(
  readFileSync(new URL('../../../testing/references/tuning/optuna_nsgaii.json', import.meta.url), 'utf8'),
) as {
  readonly search: {
    readonly trials: number;
    readonly population: number;
    readonly dimensions: number;
    readonly reference: readonly number[];
  };
  readonly hypervolume: Readonly<Record<'zdt1' | 'zdt2', Readonly<Record<string, readonly number[]>>>>;
};
const samplers: Readonly<Record<string, () => Sampler>> = {
  'nsga-ii': () => nsgaIISampler({ population: search.population }),
  tpe: () => tpeSampler(),
  random: () => randomSampler(),
};
const box = space(
  Object.fromEntries(Array.from({ length: search.dimensions }, (_, i) => [`x_${i}`, float(0, 1)])),
);

console.log(`| search, ${search.trials} trials | sampler | hypervolume |\n| --- | --- | --- |`);
for (const kind of ['zdt1', 'zdt2'] as const) {
  for (const [name, values] of Object.entries(theirs[kind]))
    console.log(`| ${kind} | Optuna's ${name} | ${show(values)} |`);
  for (const [name, make] of Object.entries(samplers)) {
    const values: number[] = [];
    for (let seed = 0; seed < 30; seed++) {
      const study = await createStudy({
        space: box,
        direction: ['minimize', 'minimize'],
        sampler: make(),
        seed,
      });
      await study.optimize(
        ({ parameters }) => {
          const [first, ...rest] = Object.values(parameters) as [number, ...number[]];
          const g = 1 + (9 * rest.reduce((sum, x) => sum + x, 0)) / rest.length;
          return [first, g * (1 - (kind === 'zdt1' ? Math.sqrt(first / g) : (first / g) ** 2))];
        },
        { trials: search.trials },
      );
      values.push(
        hypervolume(
          study.trials.map((trial) => trial.values!),
          search.reference,
        ),
      );
    }
    console.log(`| ${kind} | ${name} | ${show(values)} |`);
  }
}
