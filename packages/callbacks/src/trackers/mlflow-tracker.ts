import type { EpochLogs, RunStatus } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { codeOf, type NodeFiles } from '@espalier/core/internal';
import { runFiles } from '../files/run-files.js';
import { orIoError } from '../files/storage-error.js';
import { writeWhole } from '../files/write-whole.js';
import type { TrackedAt, TrackedRun, Tracker } from './tracker.js';

/** Options of {@link mlflowTracker}. */
export interface MlflowTrackerOptions {
  /** Folder of MLflow's file store. Default `mlruns`. */
  readonly directory?: string;
  /** Name of the experiment; it is made where it does not exist. Default `Default`. */
  readonly experiment?: string;
  /** What MLflow's pages call the run. Default: its number. */
  readonly runName?: string;
  /** 32 hexadecimal digits; default: new ones for each run. */
  readonly runId?: string;
  /** Milliseconds since 1970 by a clock of your own. Default `Date.now`. */
  readonly clock?: () => number;
}

const STATUS = { running: 1, completed: 3, failed: 4, stopped: 5 } as const;

/**
 * Keeps runs as the files of an MLflow tracking store, without MLflow: `mlflow ui --backend-store-uri mlruns` shows them.
 *
 * Parameters, the numbers of each epoch at their step, and how the run ended: `FINISHED`, `FAILED`, or `KILLED` where it was stopped
 * early. A run that resumes from a checkpoint goes on in the same run of MLflow, and what came after the checkpoint is written again.
 *
 * Source: the layout of MLflow's `FileStore`, read in the tests by MLflow itself.
 *
 * @returns A tracker for {@link track}. It needs Node's file system.
 * @throws EspalierError `invalid-option`; `io` where the folder cannot be written to.
 * @example
 * ```ts
 * const tracking = track(mlflowTracker({ experiment: 'digits', runName: 'baseline' }));
 * ```
 */
export function mlflowTracker(options: MlflowTrackerOptions = {}): Tracker {
  const { values, config } = readOptions('mlflow', options, {
    directory: option.text({ default: 'mlruns' }),
    experiment: option.text({ default: 'Default' }),
    runName: option.text({ optional: true }),
    runId: option.custom<string, { readonly optional: true }>({
      expected: '32 hexadecimal digits',
      accepts: (value) => typeof value === 'string' && /^[0-9a-f]{32}$/.test(value),
      optional: true,
    }),
    clock: option.custom<() => number, { readonly optional: true }>({
      expected: 'a function that gives milliseconds since 1970',
      accepts: (clock) => typeof clock === 'function',
      optional: true,
    }),
  });
  const { directory, experiment, runName } = values;
  const clock = (): number => Math.round((values.clock ?? Date.now)());
  let node: NodeFiles;
  let folder = '';
  let meta: Record<string, string | number | null> = {};
  let runId = '';

  const inStore = <T>(work: () => Promise<T>): Promise<T> =>
    orIoError('mlflow', `write to '${directory}'`, work);
  const set = (path: readonly string[], text: string): Promise<void> =>
    writeWhole(node, node.path.join(...path), new TextEncoder().encode(text));

  const begin = async ({ parameters, saved }: TrackedRun): Promise<void> => {
    const { fs, path } = node;
    const experimentId = await findExperiment(node, directory, experiment, clock());
    const before = saved as { readonly runId: string; readonly startTime: number } | undefined;
    runId = before?.runId ?? values.runId ?? crypto.randomUUID().replaceAll('-', '');
    folder = path.join(directory, experimentId, runId);
    for (const part of ['metrics', 'params', 'tags', 'artifacts'])
      await fs.mkdir(path.join(folder, part), { recursive: true });
    meta = {
      artifact_uri: fileUri(path.resolve(folder, 'artifacts')),
      end_time: null,
      entry_point_name: '',
      experiment_id: experimentId,
      lifecycle_stage: 'active',
      run_id: runId,
      run_name: runName ?? runId,
      run_uuid: runId,
      source_name: '',
      source_type: 4,
      source_version: '',
      start_time: before?.startTime ?? clock(),
      status: STATUS.running,
      user_id: '',
    };
    await set([folder, 'meta.yaml'], yamlOf(meta));
    await set([folder, 'tags', 'mlflow.runName'], String(meta['run_name']));
    await set([folder, 'tags', 'mlflow.source.name'], 'espalier');
    for (const [name, value] of Object.entries(parameters))
      await set([folder, 'params', keyOf(name)], String(value));
  };

  /** Takes lines of later steps away: the run that resumes writes them again. */
  const cutBack = async (step: number): Promise<void> => {
    const { fs, path } = node;
    for (const file of await fs.readdir(path.join(folder, 'metrics'))) {
      const lines = (await fs.readFile(path.join(folder, 'metrics', file), 'utf8')).split('\n').slice(0, -1);
      const kept = lines.filter((line) => Number(line.split(' ')[2]) <= step);
      await set([folder, 'metrics', file], kept.map((line) => `${line}\n`).join(''));
    }
  };

  return {
    name: 'mlflow',
    config,
    async start(run) {
      node = await runFiles('mlflow');
      await inStore(async () => {
        await begin(run);
        await cutBack(run.at.step);
      });
    },
    log: (numbers: EpochLogs, { step }: TrackedAt) =>
      inStore(async () => {
        const at = clock();
        for (const [metric, value] of Object.entries(numbers)) {
          const line = `${at} ${numberText(value)} ${step}\n`;
          await node.fs.appendFile(node.path.join(folder, 'metrics', keyOf(metric)), line);
        }
      }),
    end: (status: RunStatus) =>
      inStore(() => {
        meta = { ...meta, end_time: clock(), status: STATUS[status] };
        return set([folder, 'meta.yaml'], yamlOf(meta));
      }),
    saveState: () => ({ runId, startTime: meta['start_time'] ?? 0 }),
  };
}

/** The number of an experiment, which is made where there is none of the name. */
async function findExperiment(
  node: NodeFiles,
  directory: string,
  name: string,
  now: number,
): Promise<string> {
  const { fs, path } = node;
  await fs.mkdir(directory, { recursive: true });
  const numbers: number[] = [];
  for (const entry of await fs.readdir(directory)) {
    if (!/^\d+$/.test(entry)) continue;
    const text = await fs
      .readFile(path.join(directory, entry, 'meta.yaml'), 'utf8')
      .catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return '';
        throw error;
      });
    // MLflow writes plain text bare, and quotes the rest.
    const found = /^name: (?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'|(.*))$/m.exec(text);
    const [, double, single, bare] = found ?? [];
    const own =
      double === undefined ? (single?.replaceAll("''", "'") ?? bare) : (JSON.parse(`"${double}"`) as string);
    if (own === name) return entry;
    numbers.push(Number(entry));
  }
  const id = String(name === 'Default' && !numbers.includes(0) ? 0 : Math.max(0, ...numbers) + 1);
  await fs.mkdir(path.join(directory, id), { recursive: true });
  const meta = {
    artifact_location: fileUri(path.resolve(directory, id)),
    creation_time: now,
    experiment_id: id,
    last_update_time: now,
    lifecycle_stage: 'active',
    name,
  };
  await writeWhole(node, path.join(directory, id, 'meta.yaml'), new TextEncoder().encode(yamlOf(meta)));
  return id;
}

/** Values on lines of their own. A string as JSON has it is one of YAML. */
function yamlOf(values: Readonly<Record<string, string | number | null>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}: ${value === null ? 'null' : JSON.stringify(value)}\n`)
    .join('');
}

/** What a name may have in MLflow; everything else becomes `_`. A slash would make folders. */
function keyOf(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_. -]/g, '_').replace(/^\.+/, '_');
}

/** As Python reads it. */
function numberText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  return Number.isFinite(value) ? String(value) : value > 0 ? 'inf' : '-inf';
}

function fileUri(path: string): string {
  const slashes = path.replaceAll('\\', '/');
  return encodeURI(`file://${slashes.startsWith('/') ? '' : '/'}${slashes}`);
}
