import * as tf from '@tensorflow/tfjs-core';
import type { Plugin } from '@espalier/core';
import { isEspalierError } from '@espalier/core';
import { IN_STEP } from '@espalier/core/internal';
import { describe, expect, test } from 'vitest';
import { agreementTests } from './agreement.js';
import { bitsOf, comparableRecord } from './bits.js';
import { checkingExecutor } from './checking-executor.js';
import { contractExecutor } from './contract-executor.js';
import { collected } from './contract-parts.js';
import { expectConfigured } from './expect-configured.js';
import { expectRefused } from './expect-refused.js';
import { expectNoLeak } from './matchers.js';
import { resumeTests } from './resume-contract.js';
import { scriptedRun } from './scripted-run.js';
import { toyModel } from './toy-parts.js';
import { toyRun } from './toy-run.js';
import { useCpu } from './use-cpu.js';

/** What {@link pluginContract} needs to know besides. */
export interface PluginContractOptions {
  /** The plugin with the setting that changes nothing, where there is one. */
  readonly neutral?: () => Plugin;
  /** The plugin with a setting that changes nothing, but only once it has seen the tensors. */
  readonly inert?: () => Plugin;
  /** Calls with options that must be refused, by what is wrong with them. */
  readonly bad?: Readonly<Record<string, () => unknown>>;
  /** How much it enlarges rounding differences between executors. Default 1. */
  readonly growth?: number;
}

/** Monitored values that no real training gives in this order. */
const SCRIPTS: Readonly<Record<string, readonly number[]>> = {
  falling: [3, 2, 1, 0.5],
  constant: [1, 1, 1, 1],
  zero: [0, 0, 0, 0],
  negative: [-1, -2, -1, -3],
  'NaN at once': [NaN, NaN, NaN, NaN],
  'NaN later': [1, NaN, 0.5, NaN],
  infinite: [Infinity, 1, -Infinity, 0],
};

/**
 * What every plugin must hold, proven in real runs of a small model and in scripted ones.
 *
 * @param make The plugin, a new one at each call, with a setting that does something.
 */
export function pluginContract(
  name: string,
  make: () => Plugin,
  { neutral, inert, bad = {}, growth }: PluginContractOptions = {},
): void {
  if (collected('plugins', { name, make, growth })) return;
  describe(`${name} is a plugin`, () => {
    useCpu();
    resumeTests(() => ({ plugins: [make()] }));
    agreementTests(() => ({ plugins: [make()] }), growth);
    if (contractExecutor()) return;

    test('has a name, the same each time, says what it was made with, and refuses bad options', () => {
      expectConfigured(make());
      expect(make().name).toMatch(/\S/);
      expect(make().name).toBe(make().name);
      for (const [what, call] of Object.entries(bad)) expectRefused(what, call);
    });

    test('holds the same number of tensors at every step and none after the run, its end, or an error', async () => {
      const counts: number[] = [];
      const counter: Plugin = { name: 'counter', onStepEnd: () => void counts.push(tf.memory().numTensors) };
      await expectNoLeak(async () => {
        const plugin = make();
        await toyRun({ plugins: [plugin, counter], fit: { epochs: 3 } });
      });
      expect(new Set(counts.slice(1)).size).toBeLessThanOrEqual(1);

      const failing: Plugin = {
        name: 'failing',
        transformGradients() {
          throw new Error('no gradients today');
        },
      };
      await expectNoLeak(async () => {
        const plugin = make();
        await expect(toyRun({ plugins: [plugin, failing] })).rejects.toThrow('no gradients today');
      });
    });

    test('its hooks inside the step are pure', async () => {
      await toyRun({ plugins: [make()], executor: checkingExecutor() });
    });

    test('a second fit with the same plugin starts clean', async () => {
      const plugin = make();
      const model = toyModel();
      const start = model.getWeights().map((weight) => tf.clone(weight));
      try {
        const first = await toyRun({ plugins: [plugin], model });
        model.setWeights(start);
        const second = await toyRun({ plugins: [plugin], model });
        expect(comparableRecord(second.record)).toEqual(comparableRecord(first.record));
        expect(bitsOf(second.weights)).toEqual(bitsOf(first.weights));
      } finally {
        tf.dispose(start);
        model.dispose();
      }
    });

    test('what it saves is plain JSON and arrays', async () => {
      const plugin = make();
      await toyRun({ plugins: [plugin] });
      const state = plugin.saveState?.();
      if (plugin.saveState) expect(plugin.onFitStart, 'what is saved is given to onFitStart').toBeDefined();
      if (state?.json !== undefined) expect(JSON.parse(JSON.stringify(state.json))).toEqual(state.json);
      for (const { data, shape } of Object.values(state?.arrays ?? {}))
        expect(data.length).toBe(shape.reduce((product, dim) => product * dim, 1));
    });

    test.each(Object.entries(SCRIPTS))('bears monitored values that are %s', async (_, values) => {
      const epochs = values.map((value) => ({
        loss: value,
        accuracy: value,
        val_loss: value,
        val_accuracy: value,
        learning_rate: 0.1,
      }));
      const plugin = make();
      const run = await expectNoLeak(() =>
        scriptedRun({
          plugins: [plugin],
          epochs,
          stepsPerEpoch: 2,
          // As a real run has them: a kernel, so that what selects parameters finds some.
          weights: (done) => ({
            'output/kernel': { data: Float32Array.of(done, 0, -1, 2), shape: [2, 2], dtype: 'float32' },
          }),
        }),
      );
      if (run.status === 'failed') expect(isEspalierError(run.error), String(run.error)).toBe(true);
    });

    if (neutral) {
      test('with its neutral setting it has no hook inside the step', () => {
        const plugin = neutral();
        expect(IN_STEP.filter((hook) => plugin[hook] !== undefined)).toEqual([]);
      });
    }

    for (const changingNothing of [neutral, inert]) {
      if (!changingNothing) continue;
      test('with its neutral setting the run is that without it, bit for bit', async () => {
        const [without, beside] = [await toyRun(), await toyRun({ plugins: [changingNothing()] })];
        expect(bitsOf(beside.weights)).toEqual(bitsOf(without.weights));
        expect(comparableRecord(beside.record)).toEqual(comparableRecord(without.record));
      });
    }
  });
}
