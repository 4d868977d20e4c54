import { exportsContract, pluginContract } from '@espalier/testkit';
import * as exported from './index.js';

const { weightHistory } = exported;

const plugins = {
  weightHistory: {
    make: () => weightHistory(),
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

for (const [name, { make, bad }] of Object.entries(plugins))
  pluginContract(name, make, { neutral: make, bad });
