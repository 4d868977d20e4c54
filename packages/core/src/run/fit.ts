import type { Dataset } from '../data/dataset.js';
import type { DataStream } from '../data/data-stream.js';
import { checkData } from '../data/check-data.js';
import { splitOff } from '../data/split-off.js';
import { nameData } from './named-data.js';
import { batchesPerEpoch } from '../data/open-epoch.js';
import type { EpochPosition } from '../data/epoch-batches.js';
import { ShownWeights } from '../model/shown-weights.js';
import { checkWeights } from '../model/weights.js';
import { directionOf, listNamesOf, metricNames } from '../step/objectives.js';
import { takeGroup, withoutPartOfStep, weightsOf } from '../step/state.js';
import { stepStateOf } from './checkpoint.js';
import { claim, claimedPlugins } from './claim.js';
import { checkFitOptions, type FitOptions } from './fit-options.js';
import { evaluatedWeights } from './evaluated-weights.js';
import { FitWork } from './fit-work.js';
import { onInterrupt } from './interrupt.js';
import { checkMonitors } from './monitors.js';
import type { RunRecord } from './record.js';
import { checkCheckpoint } from './resume.js';
import { RunEngine } from './run-engine.js';
import { wholeRun } from './run-loop.js';
import { programCommit } from './program-commit.js';
import { setupOf } from './setup.js';
import type { TrainerParts } from './trainer-parts.js';

/** One run; see `Trainer.fit`. */
export async function fit(
  parts: TrainerParts,
  data: Dataset | DataStream,
  options: FitOptions,
): Promise<RunRecord> {
  checkData(data, 'trainer');
  checkFitOptions(options);
  const release = claim('trainer', [
    { object: parts.source, what: 'the model' },
    // Two models may have a layer in common.
    ...Object.entries(parts.model.weights()).map(([name, object]) => ({
      object,
      what: `'${name}', a weight that another model has, too,`,
    })),
    ...claimedPlugins(parts.driver.plugins),
  ]);
  try {
    const { validationSplit, ...others } = options;
    if (validationSplit === undefined) return await claimedFit(parts, data, options);
    const { training, validation } = splitOff(data, validationSplit);
    return await claimedFit(parts, training, { ...others, validation });
  } finally {
    release();
  }
}

async function claimedFit(
  parts: TrainerParts,
  data: Dataset | DataStream,
  options: FitOptions,
): Promise<RunRecord> {
  const { driver, objectives, program, model, seed } = parts;
  const training = await nameData(parts, data);
  const validation =
    options.validation === undefined ? undefined : await nameData(parts, options.validation, 'validation');
  const { batchSize = 32, resumeFrom, limit = {} } = options;
  const batches = (epoch: number): number =>
    Math.min(limit.training ?? Infinity, batchesPerEpoch(data, { ...options, batchSize, epoch }) ?? Infinity);
  const { accumulate } = parts;
  const stepsOf = (epoch: number): number => Math.ceil(batches(epoch) / accumulate.at(epoch));
  const even = accumulate.even && typeof options.sampler?.length !== 'function';
  const stepsPerEpoch = even ? stepsOf(0) : stepsOf;
  const names = metricNames(objectives, {
    penalties: program.hasPenalties,
    validation: validation !== undefined,
    logged: driver.logs,
  });
  checkMonitors(driver.plugins, names, listNamesOf(objectives));
  const setup = { ...setupOf(parts, data, options), ...(await programCommit()) };
  const trainable = model.trainable();
  const initial = await program.initialState();
  if (resumeFrom)
    checkCheckpoint(resumeFrom, { initial, stepsPerEpoch, batchSize, seed, setup, examples: data.size });
  const session = await parts.executor.start(program, initial);
  const shown = new ShownWeights(session, model);
  const engine: RunEngine = new RunEngine(
    {
      seed,
      // The first step may decide what a session runs on.
      get executor() {
        return session.name;
      },
      setup,
      epochs: options.epochs ?? Infinity,
      ...(options.steps === undefined ? {} : { steps: options.steps }),
      ...(options.seconds === undefined ? {} : { seconds: options.seconds }),
      minEpochs: options.minEpochs ?? 0,
      minSteps: options.minSteps ?? 0,
      stepsPerEpoch,
      learningRate: parts.optimizer.learningRate,
      metricNames: names,
      directionOf: (name) => directionOf(objectives, name),
    },
    driver,
    {
      getWeights: async (as) => {
        const state = await session.readState();
        return as === 'evaluated' ? evaluatedWeights(driver, state, work.evaluationInputs) : weightsOf(state);
      },
      setWeights: (weights) => session.writeState(checkWeights(weights, model, trainable)),
      readState: async (prefix) => takeGroup(await session.readState(prefix), prefix),
      syncModel: () => shown.show(),
      contents: {
        readState: async () => withoutPartOfStep(await session.readState()),
        writeState: (entries) => session.writeState(entries),
        position: (): EpochPosition | null => work.position,
        batchSize,
        examples: data.size,
      },
    },
    objectives,
  );
  const work: FitWork = new FitWork(parts, session, engine, { training, validation, options, batches });
  parts.running.session = session;
  try {
    const restore = resumeFrom && (() => session.writeState(stepStateOf(resumeFrom)));
    return await drive(engine, work, shown, options, restore);
  } finally {
    parts.running.session = undefined;
    session.dispose();
  }
}

/** The run with what may end it from outside, its errors, and the weights that the model is left with. */
async function drive(
  engine: RunEngine,
  work: FitWork,
  shown: ShownWeights,
  { signal, stopOnInterrupt = true, resumeFrom }: FitOptions,
  restore: (() => Promise<void>) | undefined,
): Promise<RunRecord> {
  const { run } = engine;
  const onAbort = (): void => run.stop(`aborted: ${String(signal?.reason ?? 'signal')}`, { resumable: true });
  const releaseInterrupt = stopOnInterrupt
    ? onInterrupt(() => run.stop('interrupted', { resumable: true }))
    : () => {};
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  const errors = await wholeRun(engine, work, resumeFrom, restore);
  signal?.removeEventListener('abort', onAbort);
  releaseInterrupt();
  await shown.end().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) {
    run.status = 'failed';
    throw errors[0];
  }
  return run.record;
}
