import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plugin } from '@espalier/core';
import type { PluginContractOptions } from '@espalier/testkit';
import { exportsContract, pluginContract } from '@espalier/testkit';
import { afterAll } from 'vitest';
import * as exported from './index.js';

interface Entry extends PluginContractOptions {
  readonly variants: Readonly<Record<string, () => Plugin>>;
}

const { bestValue, clipGradients, csvLogger, earlyStopping, ema, jsonlLogger, modelCheckpoint, nanGuard } =
  exported;
const {
  onEvent,
  portChannel,
  predictionWriter,
  profiler,
  progressBar,
  reduceLROnPlateau,
  remoteControl,
  stagedUnfreezing,
  spikeGuard,
  stepLogger,
  swa,
  tensorBoard,
  track,
} = exported;

const directory = mkdtempSync(join(tmpdir(), 'espalier-'));
afterAll(() => rmSync(directory, { recursive: true }));

const plugins: Record<string, Entry> = {
  earlyStopping: {
    variants: {
      'restoring the best': () => earlyStopping({ monitor: 'val_loss', patience: 1, restoreBest: true }),
      'of two metrics at validations': () =>
        earlyStopping({ monitor: ['val_loss', 'val_accuracy'], combine: 'ranked', judgeAt: 'validation' }),
      'of a rising metric': () => earlyStopping({ monitor: 'val_accuracy', minDelta: 0.5, patience: 2 }),
    },
    inert: () => earlyStopping({ monitor: 'loss', patience: 1000 }),
    bad: { 'patience < 0': () => earlyStopping({ monitor: 'loss', patience: -1 }) },
  },
  reduceLROnPlateau: {
    variants: {
      absolute: () => reduceLROnPlateau({ monitor: 'loss', minDelta: 10, patience: 1, factor: 0.5 }),
      relative: () =>
        reduceLROnPlateau({ monitor: 'val_loss', minDelta: 9, thresholdMode: 'relative', patience: 1 }),
    },
    inert: () => reduceLROnPlateau({ monitor: 'loss', patience: 1000 }),
    bad: { 'factor 1': () => reduceLROnPlateau({ monitor: 'loss', factor: 1 }) },
  },
  clipGradients: {
    variants: {
      value: () => clipGradients({ value: 0.01 }),
      norm: () => clipGradients({ norm: 0.1 }),
      'global norm': () => clipGradients({ globalNorm: 0.1 }),
      adaptive: () => clipGradients({ adaptive: 0.01 }),
      'block RMS': () => clipGradients({ blockRms: 0.01 }),
    },
    inert: () => clipGradients({ globalNorm: 1e6 }),
    bad: { 'no bound': () => clipGradients({}), 'bound 0': () => clipGradients({ norm: 0 }) },
  },
  nanGuard: {
    variants: {
      throwing: () => nanGuard({ everySteps: 1 }),
      stopping: () => nanGuard({ action: 'stop' }),
      'watching gradients': () => nanGuard({ everySteps: 2, gradients: true }),
      skipping: () => nanGuard({ action: 'skip' }),
      'rolling back': () => nanGuard({ everySteps: 2, action: 'rollback', gradients: true }),
    },
    neutral: () => nanGuard(),
    inert: () => nanGuard({ action: 'skip' }),
    bad: { 'everySteps 0': () => nanGuard({ everySteps: 0 }) },
  },
  spikeGuard: {
    variants: {
      noting: () => spikeGuard({ window: 2, warmup: 1, relative: 0 }),
      'rolling back': () => spikeGuard({ window: 1, warmup: 1, relative: 0, action: 'rollback' }),
    },
    neutral: () => spikeGuard(),
    bad: { 'window 0': () => spikeGuard({ window: 0 }) },
  },
  modelCheckpoint: {
    variants: {
      'every epoch': () => modelCheckpoint({ directory: join(directory, 'epochs'), monitor: 'val_loss' }),
      'every step': () => modelCheckpoint({ directory: join(directory, 'steps'), every: { steps: 1 } }),
      'weights alone': () =>
        modelCheckpoint({
          directory: join(directory, 'weights'),
          weightsOnly: true,
          saveOnError: true,
          label: 'e{epoch}',
        }),
    },
    neutral: () => modelCheckpoint({ directory: join(directory, 'neutral') }),
    bad: { 'keep 0': () => modelCheckpoint({ directory, keep: 0 }) },
  },
  progressBar: {
    variants: {
      silent: () => progressBar(),
      plain: () => progressBar({ plain: true, stream: { write: () => true } }),
    },
    neutral: () => progressBar({ plain: true, stream: { write: () => true } }),
    bad: { 'plain 1': () => progressBar({ plain: 1 as never }) },
  },
  csvLogger: {
    variants: { 'to a file': () => csvLogger({ path: join(directory, 'log.csv') }) },
    neutral: () => csvLogger({ path: join(directory, 'neutral.csv') }),
    bad: { 'no path': () => csvLogger({} as never) },
  },
  jsonlLogger: {
    variants: { 'to a file': () => jsonlLogger({ path: join(directory, 'log.jsonl') }) },
    neutral: () => jsonlLogger({ path: join(directory, 'neutral.jsonl') }),
    bad: { 'no path': () => jsonlLogger({} as never) },
  },
  ema: {
    variants: {
      'of the parameters': () => ema({ decay: 0.5 }),
      'with warm-up, every other step': () => ema({ decay: 0.9, warmup: true, startStep: 1, everySteps: 2 }),
      'without bias, for validation': () => ema({ decay: 0.9, debias: true, evaluateAverages: true }),
    },
    bad: { 'decay 1': () => ema({ decay: 1 }) },
  },
  predictionWriter: {
    variants: { 'at each validation': () => predictionWriter({ directory: join(directory, 'predictions') }) },
    neutral: () => predictionWriter({ directory: join(directory, 'neutral-predictions') }),
    bad: { 'no place': () => predictionWriter({} as never) },
  },
  stepLogger: {
    variants: { 'every other step': () => stepLogger({ path: join(directory, 'steps.csv'), everySteps: 2 }) },
    neutral: () => stepLogger({ path: join(directory, 'neutral-steps.jsonl') }),
    bad: { 'no path': () => stepLogger({} as never) },
  },
  tensorBoard: {
    variants: {
      'of steps and weights': () =>
        tensorBoard({
          directory: join(directory, 'board'),
          everySteps: 2,
          histogramEpochs: 2,
          clock: () => 0,
        }),
    },
    neutral: () => tensorBoard({ directory: join(directory, 'neutral-board') }),
    bad: { 'no directory': () => tensorBoard({} as never) },
  },
  track: {
    variants: {
      'by the files of MLflow': () =>
        track(
          exported.mlflowTracker({
            directory: join(directory, 'mlruns'),
            runId: '0'.repeat(32),
            clock: () => 0,
          }),
        ),
    },
    neutral: () => track({ name: 'nobody', start() {}, log() {}, end() {} }),
    bad: {
      'no tracker': () => track({} as never),
      'an address of another kind': () => exported.webhookTracker({ url: 'file:///x' }),
    },
  },
  bestValue: {
    variants: { 'of the loss': () => bestValue({ monitor: 'val_loss' }) },
    bad: { 'no monitor': () => bestValue({} as never) },
  },
  stagedUnfreezing: {
    variants: {
      'by epochs and steps': () =>
        stagedUnfreezing({
          stages: [
            { parameters: /kernel/, from: { epoch: 1 }, rate: 0.5 },
            { parameters: /bias/, from: { step: 2 } },
          ],
        }),
    },
    inert: () => stagedUnfreezing({ stages: [{ parameters: 'all', from: { epoch: 0 } }] }),
    bad: { 'no stages': () => stagedUnfreezing({ stages: [] }) },
  },
  onEvent: {
    variants: { 'every other epoch': () => onEvent('onEpochEnd', { every: 2 }, () => undefined) },
    neutral: () => onEvent('onStepEnd', { once: 1 }, () => undefined),
    bad: { 'no rule': () => onEvent('onStepEnd', {}, () => undefined) },
  },
  profiler: {
    variants: { 'of a run': () => profiler() },
    neutral: () => profiler(),
    bad: { 'clock 1': () => profiler({ clock: 1 as never }) },
  },
  remoteControl: {
    variants: {
      'over a port': () => remoteControl({ channel: portChannel({ postMessage() {}, on() {}, off() {} }) }),
    },
    neutral: () => remoteControl({ channel: portChannel({ postMessage() {}, on() {}, off() {} }) }),
    bad: { 'no channel': () => remoteControl({} as never) },
  },
  swa: {
    variants: { 'with a rate of its own': () => swa({ startEpoch: 0, learningRate: 0.05, annealEpochs: 2 }) },
    inert: () => swa({ startEpoch: 1000 }),
    bad: { 'startEpoch -1': () => swa({ startEpoch: -1 }) },
  },
};

const helpers = new Set([
  'bestCheckpoint',
  'findBatchSize',
  'findLearningRate',
  'mlflowTracker',
  'monteCarloPredict',
  'portChannel',
  'socketChannel',
  'refreshBatchNorm',
  'webhookTracker',
  'folderStore',
  'indexedDbStore',
  'lastRunFolder',
  'latestCheckpoint',
  'newRunFolder',
  'opfsStore',
]);
exportsContract({ exported, factories: plugins, notFactories: helpers });

for (const [name, { variants, bad = {}, ...settings }] of Object.entries(plugins)) {
  Object.entries(variants).forEach(([variant, make], i) =>
    // The neutral setting is the same for all variants.
    pluginContract(`${name} (${variant})`, make, i === 0 ? { bad, ...settings } : { bad }),
  );
}
