/*
 * How near each sampler comes to the optimum, beside Optuna's TPE: median and middle 80 % over 30 seeds.
 *   node --conditions=@espalier/source --import tsx packages/tuning/bench/regret.ts
 */
import type { Sampler } from '@espalier/tuning';
import { cmaEsSampler, createStudy, quasiRandomSampler, randomSampler, tpeSampler } from '@espalier/tuning';
import type { Search } from './searches.js';
import { reference, searches } from './searches.js';
import { show } from './show-regrets.js';

const samplers: Readonly<Record<string, () => Sampler>> = {
  random: () => randomSampler(),
  'quasi-random': () => quasiRandomSampler(),
  tpe: () => tpeSampler(),
  'tpe, one by one': () => tpeSampler({ multivariate: false }),
  'cma-es': () => cmaEsSampler(),
};

async function regrets(search: Search, make: () => Sampler): Promise<number[]> {
  const values: number[] = [];
  for (let seed = 0; seed < reference.seeds; seed++) {
    const study = await createStudy({ space: search.space, sampler: make(), seed });
    await study.optimize(({ parameters }) => search.regret(parameters), {
      trials: reference.trials[search.name]!,
    });
    values.push(study.best!.values![0]!);
  }
  return values;
}

console.log('| search | trials | sampler | regret |\n| --- | --- | --- | --- |');
for (const search of searches) {
  for (const [kind, values] of Object.entries(reference.regret[search.name]!))
    console.log(
      `| ${search.name} | ${reference.trials[search.name]} | Optuna TPE${kind === 'group' ? ', groups' : ''} | ${show(values)} |`,
    );
  for (const [name, make] of Object.entries(samplers))
    console.log(
      `| ${search.name} | ${reference.trials[search.name]} | ${name} | ${show(await regrets(search, make))} |`,
    );
}
