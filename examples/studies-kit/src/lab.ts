import {
  type Chart,
  type Dataset,
  EspalierError,
  type Executor,
  fromArrays,
  isEspalierError,
  type Json,
  learningCurves,
  split,
  syntheticClassification,
} from 'espalier';
import { type Claim, claimOf, type Comparison } from './claims.js';
import { keptRun, KeptRuns } from './kept-runs.js';
import type { StudyOptions } from './options.js';
import { percentOf, type ResultTable, type TextTable } from './result-table.js';
import type { Measurement, RunPlan } from './run-plan.js';
import type { StatusLine } from './status-line.js';
import { describeRun, metricsOf, trainOnce } from './train.js';

/** A picture of the results, written as a file and shown in the report. */
export interface Picture {
  /** File name without its ending. */
  readonly file: string;
  readonly caption: string;
  readonly charts: readonly Chart[];
}

/** At most so many examples, drawn: files of images lie in folders by class. */
const some = (data: Dataset, most: number): Dataset =>
  split(data, { sizes: [Math.min(most, data.size)], seed: 1 })[0]!;

/** Where a study does its work: it trains, and collects what is shown of it. */
export class Lab {
  readonly options: StudyOptions;
  readonly tables: ResultTable[] = [];
  readonly textTables: TextTable[] = [];
  readonly claims: Claim[] = [];
  readonly pictures: Picture[] = [];
  readonly runs: Measurement[] = [];
  /** True where data was made up, because there was none: the figures then mean nothing. */
  madeUp = false;
  /** The engine that trains. */
  readonly executor: Executor;
  /** Fires when the study is interrupted. */
  readonly signal: AbortSignal;
  /** Tells whoever watches how far it is. */
  readonly say: (line: string) => void;
  /** Shows the epochs of the run that is being trained. */
  readonly status: StatusLine | undefined;
  readonly #kept: KeptRuns;
  /** Of each row whether `--only` names it. */
  readonly #named = new Map<string, boolean>();

  constructor(
    options: StudyOptions,
    executor: Executor,
    signal: AbortSignal,
    say: (line: string) => void,
    status?: StatusLine,
  ) {
    this.options = options;
    this.executor = executor;
    this.signal = signal;
    this.say = say;
    this.status = status;
    this.#kept = new KeptRuns(`${options.out}/kept-runs`);
  }

  get quick(): boolean {
    return this.options.quick;
  }

  /** `full` of something, or `quick` of it in the quick form. */
  size(full: number, quick: number): number {
    return this.options.quick ? Math.min(full, quick) : full;
  }

  /**
   * A data set of images, which `load` finds in the folder of `--data`. In the quick form, data that is not there is made
   * up in the same shape, so that the program can be tried without it.
   */
  async data(
    load: () => Promise<{ readonly train: Dataset; readonly test: Dataset }>,
    shape: readonly number[],
  ): Promise<{ readonly train: Dataset; readonly test: Dataset }> {
    const { quick } = this.options;
    try {
      const { train, test } = await load();
      return quick ? { train: some(train, 1200), test: some(test, 600) } : { train, test };
    } catch (error) {
      if (!isEspalierError(error) || error.code !== 'io') throw error;
      if (!quick) {
        const message = `${error.message.replace(`[${error.scope}] `, '')} Here --data names the folder, and --quick goes on without it.`;
        throw new EspalierError({ code: 'io', scope: error.scope, message, cause: error });
      }
      this.madeUp = true;
      this.say('The data is not there; this quick run goes on with made-up data of the same shape.');
      const features = shape.reduce((product, size) => product * size, 1);
      const { arrays } = syntheticClassification({ examples: 1800, features, classes: 10, seed: 1 });
      const [inputs] = Object.values(arrays!.inputs);
      const [targets] = Object.values(arrays!.targets);
      const all = fromArrays({ inputs: { ...inputs!, shape: [1800, ...shape] }, targets: targets! });
      const [train, test] = split(all, { sizes: [1200, 600], seed: 1 });
      return { train, test };
    }
  }

  /** Folder of the data sets. */
  get dataFolder(): string {
    return process.env['ESPALIER_DATA_DIR'] ?? 'data';
  }

  /**
   * Costly work that is no run of a row, made once and kept as JSON. `undefined` where it is not kept and not wanted.
   *
   * @param description All that decides what it comes to.
   */
  async once<T extends Json>(
    name: string,
    description: Json,
    work: () => Promise<T>,
  ): Promise<T | undefined> {
    const text = JSON.stringify(description);
    const kept = (await this.#kept.get(name, text)) as T | undefined;
    if (kept !== undefined || !this.wants(name)) return kept;
    const made = await work();
    // What was broken off is not what it would have come to.
    this.signal.throwIfAborted();
    await this.#kept.set(name, text, made);
    return made;
  }

  /** Whether a row of this name is to be trained, where it is not kept. */
  wants(name: string): boolean {
    const isNamed = this.options.only?.test(name) ?? true;
    this.#named.set(name, isNamed);
    return isNamed && !this.options.kept;
  }

  /** @throws EspalierError `invalid-option` where `--only` matches none of the rows that there were. */
  checkOnly(scope: string): void {
    const names = [...this.#named.keys()];
    if (names.length === 0 || [...this.#named.values()].includes(true)) return;
    const message = `--only ${this.options.only!.source} matches no row; there are: ${names.join(', ')}.`;
    throw new EspalierError({ code: 'invalid-option', scope, message });
  }

  /** Trains a row once for each seed, or takes what is kept of it. */
  async train<E extends Json = null>(plan: RunPlan<E>): Promise<Measurement<E>[]> {
    const results: Measurement<E>[] = [];
    for (const seed of this.options.seeds.slice(0, plan.seeds)) {
      this.signal.throwIfAborted();
      const setup = plan.setup(seed);
      const description = describeRun(plan as RunPlan<Json>, seed, setup);
      const file = `${plan.name}-seed-${seed}`;
      const metrics = metricsOf(setup).map(({ name }) => name);
      const known = { name: plan.name, seed, metrics };
      const kept = keptRun<E>(await this.#kept.get(file, description), known);
      const isWanted = this.wants(plan.name);
      if (kept || !isWanted) setup.model.dispose();
      if (!kept && !isWanted) continue;
      const run = kept ?? (await trainOnce(plan, seed, setup, this.executor, this.signal, this.status));
      if (!kept) {
        await this.#kept.set(file, description, run);
        const accuracy = percentOf(run.test);
        const outcome = Number.isNaN(accuracy)
          ? `test loss ${String(run.test['loss'])}`
          : `test ${accuracy.toFixed(2)} %`;
        this.say(
          `${plan.name}, seed ${seed}: ${outcome}, ${run.epochs.length} epochs, ${run.seconds.toFixed(1)} s`,
        );
      }
      results.push(run);
    }
    this.runs.push(...results);
    return results;
  }

  table(table: ResultTable): void {
    this.tables.push(table);
  }

  /** A table of texts: what is no figure of runs over seeds. */
  textTable(table: TextTable): void {
    this.textTables.push(table);
  }

  /** A conclusion that holds where each comparison comes out greater. */
  claim(text: string, comparisons: readonly Comparison[]): void {
    this.claims.push(claimOf(text, comparisons));
  }

  /** A conclusion that the runs answer in another way than by a difference. */
  finding(text: string, holds: boolean, evidence: string): void {
    this.claims.push({ text, verdict: holds ? 'holds' : 'does not hold', evidence });
  }

  /** Curves of each row that was run: means over its seeds, with their spread. */
  curves(
    file: string,
    caption: string,
    rows: Readonly<Record<string, readonly Measurement[]>>,
    metrics: readonly string[],
  ): void {
    const runs = Object.entries(rows).flatMap(([name, [first]]) => (first ? [{ name, history: first }] : []));
    if (runs.length > 0) this.picture(file, caption, learningCurves(runs, { metrics }));
  }

  /** One or several charts; none where a row that they show was not run. */
  picture(file: string, caption: string, charts: Chart | readonly Chart[]): void {
    if (Array.isArray(charts) && charts.length === 0) return;
    this.pictures.push({
      file,
      caption,
      charts: Array.isArray(charts) ? (charts as Chart[]) : [charts as Chart],
    });
  }
}
