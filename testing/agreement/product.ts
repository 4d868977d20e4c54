import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eager, isEspalierError, type Plugin, stream } from '@espalier/core';
import {
  allPairs,
  collectParts,
  type ContractParts,
  type ObjectiveProblem,
  toyDataset,
  toyNumbers,
  toyRun,
  type ToyRunOptions,
} from '@espalier/testkit';

/* What the packages export, taken from their contract tests, in combinations of everything with everything. */

const packages = new URL('../../packages/', import.meta.url);

/** The suites of what a training step is made of. */
const ABOUT_PARTS = /\b(model|loss|metric|optimizer|plugin)Contract\(/;

/** Models, losses, metrics, optimizers and plugins of all packages: whatever has a contract. */
export function partsOfAllPackages(): Promise<ContractParts> {
  const files = readdirSync(packages)
    .filter((name) => name !== 'espalier')
    .map((name) => fileURLToPath(new URL(`${name}/src/contract.test.ts`, packages)))
    .filter((file) => existsSync(file) && ABOUT_PARTS.test(readFileSync(file, 'utf8')));
  return collectParts(async () => {
    for (const file of files) await import(/* @vite-ignore */ file);
  });
}

/** How the data are cut into steps. */
const CUTS = {
  'one batch': { examples: 22, batchSize: 22 },
  'a short last batch': { examples: 22, batchSize: 12 },
  'a batch of one': { examples: 1, batchSize: 1 },
} as const;

/** Optimizers that enlarge rounding more than this go by signs: where a gradient is 0 but for rounding they go anywhere. */
const STEADY = 1000;

/** Steps of the longer runs: ten epochs of two. */
export const LONG = 20;

/** One combination. */
export interface Combination {
  readonly name: string;
  /** Names of all parts, as their suites call them. */
  readonly parts: readonly string[];
  readonly steps: number;
  /** The largest factor by which one of its parts enlarges rounding. */
  readonly growth: number;
  /** Everything again; dispose the model. */
  make(): ToyRunOptions;
}

interface Value {
  readonly name: string;
  readonly growth?: number | undefined;
}

type Objective = Value & {
  readonly loss: string;
  readonly make: ContractParts['losses'][number]['make'];
  readonly problem: ObjectiveProblem;
};

/** Columns of a combination; each plugin is one, with the value of not being there. */
export interface Factors {
  readonly models: ContractParts['models'];
  readonly objectives: readonly Objective[];
  readonly optimizers: ContractParts['optimizers'];
  readonly cuts: readonly (keyof typeof CUTS)[];
  readonly plugins: readonly (readonly ContractParts['plugins'][number][])[];
  readonly parts: ContractParts;
}

/** Plugins that name an output or a parameter of the contracts' model: those contracts run on each target. */
const BOUND = /^(weightMasks|uncertaintyWeighting) /;

/** The parts as factors. Losses stand with each kind of targets that they are for and that fits the models' outputs. */
export function factorsOf(all: ContractParts): Factors {
  const parts = { ...all, metrics: all.metrics.filter(({ name }) => METRICS.includes(name)) };
  const model = parts.models[0]!.make(0);
  const width = model.outputs[0]!.shape[1];
  model.dispose();
  const byName = new Map<string, ContractParts['plugins'][number][]>();
  for (const part of parts.plugins.filter(({ name }) => !BOUND.test(name))) {
    const { name } = part.make();
    byName.set(name, [...(byName.get(name) ?? []), part]);
  }
  return {
    parts,
    models: parts.models,
    objectives: parts.losses.flatMap(({ name, make, problems, growth }) =>
      Object.entries(problems)
        .filter(([, problem]) => problem.outputShape.length === 2 && problem.outputShape[1] === width)
        .map(([kind, problem]) => ({ name: `${name} of ${kind}`, loss: name, make, problem, growth })),
    ),
    optimizers: parts.optimizers,
    cuts: Object.keys(CUTS) as (keyof typeof CUTS)[],
    plugins: [...byName.values()],
  };
}

/** Metrics that stand for all: what others make of the same outputs on each target is compared by their own contracts. */
const METRICS = ['accuracy', 'topKAccuracy', 'confusionMatrix', 'mse', 'mae', 'r2'];

/** Metrics that are for the same targets as a loss. */
function metricsFor({ problem }: Objective, { metrics }: ContractParts): ContractParts['metrics'] {
  return metrics.filter(({ problems }) =>
    Object.values(problems).some(
      (other) => other.kind === problem.kind && String(other.outputShape) === String(problem.outputShape),
    ),
  );
}

function dataFor(inputShape: readonly number[], { problem }: Objective, examples: number) {
  return toyDataset({
    inputs: { input: toyNumbers('toy/model-input', [examples, ...inputShape]) },
    targets: { target: problem.draw(examples, stream(11, 'problem')).targets },
  });
}

function combination(
  { models, objectives, optimizers, cuts, plugins, parts }: Factors,
  row: readonly number[],
  long: boolean,
): Combination {
  const [model, objective, optimizer] = [models[row[0]!]!, objectives[row[1]!]!, optimizers[row[2]!]!];
  const cut = CUTS[cuts[row[3]!]!];
  const present = plugins.flatMap((variants, i) => variants[row[4 + i]! - 1] ?? []);
  const metrics = metricsFor(objective, parts);
  const values: Value[] = [model, objective, optimizer, ...present];
  const growth = Math.max(...values.map(({ growth: own = 1 }) => own));
  const batchSize = long ? 11 : cut.batchSize;
  const examples = long ? 22 : cut.examples;
  return {
    name: [
      ...values.slice(0, 3).map(({ name }) => name),
      cuts[row[3]!],
      ...present.map(({ name }) => name),
    ].join(', '),
    parts: [objective.loss, ...[...values, ...metrics].map(({ name }) => name)],
    steps: long ? LONG : Math.ceil(examples / batchSize),
    // A sign that rounding decides halves a rate or moves a weight by all of it.
    growth: growth > STEADY ? (long ? 5 : 20) * growth : growth,
    make() {
      const made = model.make(1);
      return {
        model: made,
        loss: objective.make(),
        metrics: metrics.map(({ make }) => make()),
        optimizer: optimizer.make(0.01),
        plugins: present.map(({ make }) => make()),
        data: dataFor(made.inputs[0]!.shape.slice(1) as number[], objective, examples),
        fit: { epochs: long ? LONG / 2 : 1, batchSize },
      };
    },
  };
}

/** Whether something refuses a variant of a plugin: by the number of the plugin among the factors, then of the variant. */
type Refused = readonly (readonly boolean[])[];

/** What refuses which plugins, by number: objectives, e.g. because there is no such metric to monitor, and models by their inputs. */
interface Refusals {
  readonly objectives: readonly Refused[];
  readonly models: readonly Refused[];
}

/** What was found out already, by the names of model, objective and variant. */
const judged = new WeakMap<ContractParts, Map<string, Promise<boolean>>>();

async function refusals(factors: Factors): Promise<Refusals> {
  const { models, objectives, plugins, parts } = factors;
  const known = judged.get(parts) ?? new Map<string, Promise<boolean>>();
  judged.set(parts, known);
  const refused = (model: number, objective: number, plugin: Plugin, variant: string): Promise<boolean> => {
    const key = [models[model]!.name, objectives[objective]!.name, variant].join('; ');
    if (!known.has(key)) known.set(key, refuses(model, objective, plugin));
    return known.get(key)!;
  };
  const refuses = async (model: number, objective: number, plugin: Plugin): Promise<boolean> => {
    const options = combination(factors, [model, objective, 0, 0], false).make();
    try {
      await toyRun({ ...options, plugins: [plugin], executor: eager() });
      return false;
    } catch (error) {
      if (isEspalierError(error) && error.code !== 'hook-failed') return true;
      throw error;
    }
  };
  const each = async (
    judge: (plugin: Plugin, i: number, variant: number, name: string) => Promise<boolean> | boolean,
  ) => {
    const table: boolean[][] = [];
    for (const [i, variants] of plugins.entries()) {
      table.push([]);
      for (const [variant, { name, make }] of variants.entries())
        table[i]!.push(await judge(make(), i, variant, name));
    }
    return table;
  };
  const byObjective: Refused[] = [];
  for (const objective of objectives.keys())
    byObjective.push(await each((plugin, _i, _variant, name) => refused(0, objective, plugin, name)));

  // Models of the same input refuse the same, and what the first one takes with some objective it does not refuse.
  const byInput = new Map<string, Refused>();
  const byModel: Refused[] = [];
  for (const [model, { make }] of models.entries()) {
    const made = make(1);
    const input = String(made.inputs[0]!.shape);
    made.dispose();
    if (model === 0) byInput.set(input, await each(() => false));
    if (!byInput.has(input)) {
      const table = await each((plugin, i, variant, name) => {
        const objective = byObjective.findIndex((one) => !one[i]![variant]);
        return objective >= 0 && refused(model, objective, plugin, name);
      });
      byInput.set(input, table);
    }
    byModel.push(byInput.get(input)!);
  }
  return { objectives: byObjective, models: byModel };
}

/** How many stand for all where everything of another column meets them. */
const FEW = 4;

/** The factors with one loss of each kind of targets: what targets and gradients look like is alike within a kind. */
function oneOfAKind(factors: Factors): Factors {
  const kinds = factors.objectives.map(({ problem }) => problem.kind);
  return { ...factors, objectives: factors.objectives.filter((_, i) => kinds.indexOf(kinds[i]!) === i) };
}

/** Some of a list, evenly from its first to its last. */
function spread<T>(values: readonly T[], count: number): T[] {
  const chosen = Array.from({ length: count }, (_, i) => Math.round((i * (values.length - 1)) / (count - 1)));
  return [...new Set(chosen)].map((i) => values[i]!);
}

/**
 * Runs of one step or two in which every two parts meet, but: of losses one of each kind of targets; and where the long lists meet,
 * a few models, losses or optimizers stand for all, because an optimizer or a plugin sees of the rest no more than shapes and gradients.
 */
export async function everyPair(all: Factors): Promise<Combination[]> {
  const steady = all.optimizers.filter(({ growth = 1 }) => growth <= STEADY);
  const few = { ...oneOfAKind(all), optimizers: spread(steady, FEW) };
  const [models, objectives] = [spread(all.models, FEW), spread(few.objectives, FEW)];
  return [
    ...(await pairsOf({ ...all, models, objectives, plugins: [] })),
    ...(await pairsOf({ ...few, plugins: [] })),
    ...(await pairsOf({ ...few, models: spread(all.models, 2 * FEW - 1) })),
  ];
}

async function pairsOf(factors: Factors): Promise<Combination[]> {
  const { models, objectives, optimizers, cuts, plugins } = factors;
  const refused = await refusals(factors);
  const sizes = [models, objectives, optimizers, cuts].map(({ length }) => ({ values: length }));
  const rows = allPairs(
    [...sizes, ...plugins.map(({ length }) => ({ values: 1 + length }))],
    (i, a, j, b) => {
      const by = [refused.models, refused.objectives][i];
      return by !== undefined && j >= 4 && b > 0 ? by[a]![j - 4]![b - 1]! : false;
    },
  );
  return rows.map((row) => combination(factors, row, false));
}

/** Runs of twenty steps in which every model, loss, optimizer and plugin takes part. */
export async function everyPart(factors: Factors): Promise<Combination[]> {
  const { models, objectives, optimizers, plugins } = factors;
  const refused = await refusals(factors);
  const rows = Math.max(
    models.length,
    objectives.length,
    optimizers.length,
    ...plugins.map(({ length }) => 2 * length),
  );
  // Each row has half of the plugins, in the variant that has waited longest.
  const turns = plugins.map((variants) => variants.map((_, value) => value));
  return Array.from({ length: rows }, (_, n) => {
    const [model, objective] = [n % models.length, n % objectives.length];
    const taken = (i: number, value: number): boolean =>
      !refused.objectives[objective]![i]![value] && !refused.models[model]![i]![value];
    const chosen = turns.map((waiting, i) => {
      const turn = waiting.findIndex((value) => taken(i, value));
      if ((n + i) % 2 === 1 || turn < 0) return 0;
      const [value] = waiting.splice(turn, 1);
      waiting.push(value!);
      return 1 + value!;
    });
    return combination(factors, [model, objective, n % optimizers.length, 0, ...chosen], true);
  });
}
