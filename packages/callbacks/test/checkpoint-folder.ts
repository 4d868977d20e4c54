import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EpochLogs } from '@espalier/core';
import { scriptedRun, type ScriptedRunResult } from '@espalier/testkit';
import { afterEach, beforeEach, expect } from 'vitest';

/** A folder for checkpoints that is new in each test. */
export function checkpointFolder() {
  let directory: string;
  beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'espalier-'))));
  afterEach(() => rm(directory, { recursive: true }));
  return {
    path: () => directory,
    /** The files of it, or of a folder inside, without their numbers, in the order of writing. */
    files: async (of = directory): Promise<string[]> =>
      (await readdir(of)).sort().map((file) => file.replace(/^\d+-/, '').replace('.safetensors', '')),
  };
}

/** Epochs with these losses. */
export const logsOf = (...values: number[]): EpochLogs[] => values.map((loss) => ({ loss }));

/** A scripted run of epochs of four steps with these losses, which must not fail. */
export async function play(
  plugins: Parameters<typeof scriptedRun>[0]['plugins'],
  values: number[],
  more = {},
): Promise<ScriptedRunResult> {
  const result = await scriptedRun({ plugins, epochs: logsOf(...values), stepsPerEpoch: 4, ...more });
  expect(result.error).toBeUndefined();
  return result;
}
