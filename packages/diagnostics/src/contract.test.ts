import { exportsContract, pluginContract } from '@espalier/testkit';
import * as exported from './index.js';

const { health, weightHistory } = exported;

const plugins = {
  health: {
    make: () => health(),
    inert: () => health(),
    bad: {
      'a share above 1': () => health({ deadUnits: 1.5 }),
      'no bound at all': () => health({ stillLoss: 0 }),
    },
  },
  weightHistory: {
    make: () => weightHistory(),
    neutral: () => weightHistory(),
    bad: {
      'no bins': () => weightHistory({ bins: 0 }),
      'threshold 0': () => weightHistory({ threshold: 0 }),
    },
  },
};

exportsContract({
  exported,
  factories: plugins,
  notFactories: new Set(Object.keys(exported).filter((name) => !(name in plugins))),
});

for (const [name, { make, ...options }] of Object.entries(plugins)) pluginContract(name, make, options);
