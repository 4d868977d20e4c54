import { exportsContract, pluginContract } from '@espalier/testkit';
import * as exported from './index.js';

const { createStudy, float, space, trialPruning } = exported;

const study = await createStudy({ space: space({ x: float(0, 1) }) });
const trial = await study.ask();

pluginContract('trialPruning', () => trialPruning(trial), {
  neutral: () => trialPruning(trial),
  bad: {
    'an empty monitor': () => trialPruning(trial, { monitor: '' }),
    'a fold < 0': () => trialPruning(trial, { fold: -1 }),
    'a checkpoint every 0 epochs': () => trialPruning(trial, { checkpointEvery: 0 }),
  },
});

exportsContract({
  exported,
  factories: ['trialPruning'],
  notFactories: new Set(Object.keys(exported).filter((name) => name !== 'trialPruning')),
});
