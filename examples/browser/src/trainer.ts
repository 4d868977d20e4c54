import { workerPool, type WorkerRun } from '@espalier/workers';
import type { Settings } from './settings.js';
import { type LivePoint, NO_RUN, type State, type Store } from './state.js';
import type { runs } from './worker/worker.js';
import type { Ending } from './worker/train.js';

/** What the buttons do. */
export interface Trainer {
  /** Shows the run that an earlier visit left, and goes on with it where it was cut off. */
  findSavedRun(): Promise<void>;
  start(): void;
  stop(): void;
  /** Goes on with the run at hand, up to `epochs`. */
  resume(epochs: number): void;
}

/** The share of an epoch whose means say little yet. */
const FIRST_STEPS = 0.15;

/** Runs in a worker, so that the page stays responsive. */
export function createTrainer(store: Store): Trainer {
  const pool = workerPool<typeof runs>(
    () => new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module' }),
  );
  const addressOf = (name: string): string => new URL(`digits/${name}.bin`, document.baseURI).href;
  const files = {
    trainImages: addressOf('trainImages'),
    trainLabels: addressOf('trainLabels'),
    testImages: addressOf('testImages'),
    testLabels: addressOf('testLabels'),
  };
  let current: WorkerRun<Ending> | undefined;

  const train = async (settings: Settings, resume: boolean): Promise<void> => {
    const speed = speedometer();
    store.set({ phase: 'running', settings, problem: undefined });
    current = pool.run(
      'train',
      { settings, resume, files },
      {
        stepInterval: 50,
        onStep(logs, { step, stepInEpoch, stepsPerEpoch, epochs }) {
          const { loss = NaN, accuracy = NaN } = logs;
          const point: LivePoint = { epoch: step / stepsPerEpoch, loss, accuracy };
          const telling = stepInEpoch > FIRST_STEPS * stepsPerEpoch;
          store.set(({ live }) => ({
            position: { step, stepsPerEpoch, epochs },
            msPerStep: speed(step),
            ...(telling && { live: [...live, point] }),
          }));
        },
        onEpoch(record, { step, stepsPerEpoch, epochs }) {
          store.set((state) => ({
            position: { step, stepsPerEpoch, epochs },
            live: [],
            epochs: [...state.epochs.filter(({ epoch }) => epoch < record.epoch), record],
          }));
        },
        onReport: ({ network, confusion }) => store.set({ network, ...(confusion && { confusion }) }),
      },
    );
    try {
      const { status, executor } = await current.result;
      store.set({ phase: status === 'completed' ? 'completed' : 'stopped', executor });
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      store.set(({ position }) => ({ phase: position ? 'stopped' : 'ready', problem }));
    }
  };

  return {
    async findSavedRun() {
      try {
        const { storage, run } = await pool.run('savedRun', undefined).result;
        if (!run) return store.set({ phase: 'ready', storage });
        const { step, stepsPerEpoch, settings, standing, network, confusion } = run;
        const shown: Partial<State> = {
          storage,
          settings,
          network,
          confusion,
          epochs: run.epochs,
          position: { step, stepsPerEpoch, epochs: settings.epochs },
        };
        store.set({ ...shown, phase: standing === 'completed' ? 'completed' : 'stopped' });
        if (standing === 'running') await train(settings, true);
      } catch (error) {
        store.set({ phase: 'ready', problem: error instanceof Error ? error.message : String(error) });
      }
    },
    start() {
      const { settings } = store.state;
      store.set({ ...NO_RUN, settings });
      void train(settings, false);
    },
    stop() {
      store.set({ phase: 'stopping' });
      current?.stop('stopped on the page');
    },
    resume: (epochs) => void train({ ...store.state.settings, epochs }, true),
  };
}

/** Milliseconds a step, over the last ten times it was asked. */
function speedometer(): (step: number) => number | undefined {
  const marks: { readonly step: number; readonly at: number }[] = [];
  return (step) => {
    marks.push({ step, at: performance.now() });
    if (marks.length > 10) marks.shift();
    const [first, last] = [marks[0]!, marks.at(-1)!];
    return last.step > first.step ? (last.at - first.at) / (last.step - first.step) : undefined;
  };
}
