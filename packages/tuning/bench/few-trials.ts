/*
 * How near samplers come to the optimum in few trials, beside Optuna's: median and middle 80 % over seeds, and the time of a suggestion.
 *   node --conditions=@espalier/source --import tsx packages/tuning/bench/few-trials.ts
 */
import { readFileSync } from 'node:fs';
import type { Sampler } from '@espalier/tuning';
import { cmaEsSampler, createStudy, gpSampler, tpeSampler } from '@espalier/tuning';
import { searches } from './searches.js';
import { show } from './show-regrets.js';

const { trials, regret } = JSON.parse(
  readFileSync(new URL('../../../testing/references/tuning/optuna_gp.json', import.meta.url), 'utf8'),
) as {
  readonly trials: number;
  readonly regret: Readonly<Record<string, Readonly<Record<'tpe' | 'gp', readonly number[]>>>>;
};
const samplers: Readonly<Record<string, () => Sampler>> = {
  tpe: () => tpeSampler(),
  'cma-es': () => cmaEsSampler(),
  gp: () => gpSampler(),
};
const [only] = process.argv.slice(2);

console.log(
  `| search, ${trials} trials | sampler | seeds | regret | seconds a search |\n| --- | --- | --- | --- | --- |`,
);
for (const search of searches) {
  const theirs = regret[search.name];
  if (!theirs) continue;
  for (const [name, values] of Object.entries(theirs))
    console.log(`| ${search.name} | Optuna's ${name} | ${values.length} | ${show(values)} | |`);
  for (const [name, make] of Object.entries(samplers)) {
    if (only !== undefined && name !== only) continue;
    const values: number[] = [];
    const start = performance.now();
    for (let seed = 0; seed < 30; seed++) {
      const study = await createStudy({ space: search.space, sampler: make(), seed });
      await study.optimize(({ parameters }) => search.regret(parameters), { trials });
      values.push(study.best!.values![0]!);
    }
    const seconds = (performance.now() - start) / 30_000;
    console.log(`| ${search.name} | ${name} | 30 | ${show(values)} | ${seconds.toPrecision(2)} |`);
  }
}
