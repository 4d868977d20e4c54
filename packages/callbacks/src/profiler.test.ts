import { scriptedRun } from '@espalier/testkit';
import type { Plugin } from '@espalier/core';
import { afterEach, expect, test, vi } from 'vitest';
import { type ProfileNode, profiler } from './profiler.js';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test('profiler says where the time of a run went, by phase, plugin and hook', async () => {
  let now = 0;
  const profiling = profiler({ clock: () => now });
  const wait = (milliseconds: number) => () => void (now += milliseconds);
  const slow: Plugin = {
    name: 'slow',
    onFitStart: wait(1),
    onStepEnd: wait(10),
    onValidationEnd: wait(100),
    onEpochEnd: async () => {
      await Promise.resolve();
      now += 1000;
    },
  };
  const quick: Plugin = { name: 'quick', onStepEnd: wait(2) };
  const { error } = await scriptedRun({
    plugins: [profiling, ...profiling.plugins([slow, quick])],
    epochs: [{ val_loss: 1 }, { val_loss: 1 }],
    stepsPerEpoch: 2,
    duringStep: wait(5),
  });
  expect(error).toBeUndefined();
  const profile = profiling.profile();
  // Of two epochs: a step is 5, what follows it 12; the last one's 12 come after its mark.
  const all = 1 + 2 * (2 * (5 + 12) + 100 + 1000);
  expect(profile).toMatchObject({ name: 'run', seconds: all / 1000 });
  const find = (node: ProfileNode, ...path: readonly string[]): ProfileNode =>
    path.reduce((at, name) => at.children.find((child) => child.name === name)!, node);
  expect(find(profile, 'steps')).toMatchObject({ calls: 4, seconds: (4 * 5 + 2 * 12) / 1000 });
  expect(find(profile, 'steps', 'slow', 'onStepEnd')).toMatchObject({ calls: 2, seconds: 0.02 });
  expect(find(profile, 'epoch ends')).toMatchObject({ calls: 2, seconds: 2 });
  expect(find(profile, 'epoch ends', 'slow')).toMatchObject({ seconds: 2, calls: 2 });
  expect(find(profile, 'rest', 'slow', 'onValidationEnd')).toMatchObject({ seconds: 0.2 });
  const sum = (node: ProfileNode): number => node.children.reduce((total, { seconds }) => total + seconds, 0);
  expect(sum(profile)).toBeCloseTo(all / 1000, 9);
  expect(profiling.stepsPerSecond()).toBeCloseTo(4 / 0.044, 6);
});

test('profiler times a run of its own each time, and refuses nonsense', async () => {
  let now = 0;
  const profiling = profiler({ clock: () => (now += 1) });
  const play = () => scriptedRun({ plugins: [profiling], epochs: [{}], stepsPerEpoch: 3 });
  expect(profiling.stepsPerSecond()).toBeNaN();
  await play();
  const first = profiling.profile();
  await play();
  expect(profiling.profile()).toEqual(first);
  expect(() => profiler({ clock: 1 as never })).toThrow('clock must be a function');
});

test('profiler sees what the process uses since the run began', async () => {
  let now = 0;
  let megabytes = 100;
  // Half a core in user's code and a quarter in the system's, after ten seconds before the run.
  const spent = (part: number) => 10e6 + part * now * 1000;
  vi.spyOn(process, 'cpuUsage').mockImplementation((from) => ({
    user: spent(0.5) - (from?.user ?? 0),
    system: spent(0.25) - (from?.system ?? 0),
  }));
  vi.spyOn(process.memoryUsage, 'rss').mockImplementation(() => megabytes * 2 ** 20);
  const profiling = profiler({ clock: () => now });
  expect(profiling.processUse()).toBeUndefined();
  const sizes = [300, 700, 200];
  const play = () =>
    scriptedRun({
      plugins: [profiling],
      epochs: [{}],
      stepsPerEpoch: 3,
      duringStep: () => {
        now += 8;
        megabytes = sizes.shift() ?? 50;
      },
    });
  await play();
  expect(profiling.processUse()).toEqual({ cores: 0.75, peakMemoryMB: 700 });
  await play();
  // From the 200 that the run began with.
  expect(profiling.processUse()).toEqual({ cores: 0.75, peakMemoryMB: 200 });
});

test('profiler looks at the process seldom where looking takes long', async () => {
  let now = 0;
  let looks = 0;
  vi.spyOn(process.memoryUsage, 'rss').mockImplementation(() => {
    looks++;
    now += 0.03;
    return 2 ** 20;
  });
  const profiling = profiler({ clock: () => now });
  const duringStep = () => (now += 0.01);
  await scriptedRun({ plugins: [profiling], epochs: [{}], stepsPerEpoch: 1000, duringStep });
  // One before the run; then one in 3 ms of a run that takes 10 and what looking takes.
  expect(looks).toBeGreaterThan(2);
  expect(looks).toBeLessThan(7);
});

test('profiler does without where nothing says what the process uses', async () => {
  vi.stubGlobal('process', undefined);
  const profiling = profiler({ clock: () => 0 });
  const { error } = await scriptedRun({ plugins: [profiling], epochs: [{}], stepsPerEpoch: 1 });
  expect([error, profiling.processUse()]).toEqual([undefined, undefined]);
});
