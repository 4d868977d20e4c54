import { exportsContract, optimizerContract, scheduleContract } from '@espalier/testkit';
import { optimizers } from './contract/optimizers.fixture.js';
import { schedules } from './contract/schedules.fixture.js';
import { transforms } from './contract/transforms.fixture.js';
import * as exported from './index.js';

exportsContract({
  exported,
  factories: [...Object.keys(optimizers), ...Object.keys(transforms), ...Object.keys(schedules)],
  notFactories: new Set([
    'eachParameter',
    'updateOf',
    'scaleUpdate',
    'scheduleFreeWeights',
    'stepScalars',
    'valueOf',
  ]),
});

for (const [name, { variants, bad, growth, nan }] of Object.entries({ ...optimizers, ...transforms })) {
  for (const [variant, make] of Object.entries(variants))
    optimizerContract(`${name} (${variant})`, make, { bad, ...(growth && { growth }), ...(nan && { nan }) });
}
for (const [name, { make, bad }] of Object.entries(schedules)) scheduleContract(name, make, { bad });
