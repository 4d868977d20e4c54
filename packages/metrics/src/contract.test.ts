import type { Metric, Plugin } from '@espalier/core';
import type { MetricContractOptions, PluginContractOptions } from '@espalier/testkit';
import {
  classLabels,
  exportsContract,
  metricContract,
  pluginContract,
  probabilityRows,
  realNumbers,
  yesOrNo,
} from '@espalier/testkit';
import * as exported from './index.js';

interface Entry extends MetricContractOptions {
  readonly make: () => Metric;
}

const { accuracy, confusionMatrix, mae, mse, r2, sparsity, topKAccuracy } = exported;

const regression = { 'one number': realNumbers(1), 'three numbers': realNumbers(3) };

const metrics: Record<string, Entry> = {
  accuracy: {
    make: () => accuracy(),
    problems: {
      'class numbers': classLabels(3),
      'one class': classLabels(1),
      'rows of probabilities': probabilityRows(3),
      'yes or no': yesOrNo(1),
    },
    counts: true,
    bad: { 'empty name': () => accuracy({ name: '' }) },
  },
  topKAccuracy: {
    make: () => topKAccuracy({ k: 2 }),
    problems: { 'class numbers': classLabels(4), 'rows of probabilities': probabilityRows(3) },
    counts: true,
    bad: { 'k 0': () => topKAccuracy({ k: 0 }), 'no k': () => topKAccuracy({} as never) },
  },
  confusionMatrix: {
    make: () => confusionMatrix({ classes: 3 }),
    problems: { 'class numbers': classLabels(3), 'rows of probabilities': probabilityRows(3) },
    counts: true,
    bad: {
      'one class': () => confusionMatrix({ classes: 1 }),
      'no classes': () => confusionMatrix({} as never),
    },
  },
  mse: { make: () => mse(), problems: regression, bad: { 'empty name': () => mse({ name: '' }) } },
  mae: { make: () => mae(), problems: regression, bad: { 'empty name': () => mae({ name: '' }) } },
  r2: { make: () => r2(), problems: regression, bad: { 'empty name': () => r2({ name: '' }) } },
};

const plugins: Record<string, PluginContractOptions & { readonly make: () => Plugin }> = {
  sparsity: {
    make: () => sparsity({ threshold: 0.2 }),
    bad: {
      'threshold 0': () => sparsity({ threshold: 0 }),
      'threshold NaN': () => sparsity({ threshold: NaN }),
    },
  },
};

exportsContract({
  exported,
  factories: { ...metrics, ...plugins },
  notFactories: new Set(['perClassAccuracy', 'sparsityOf']),
});

for (const [name, { make, ...options }] of Object.entries(metrics)) metricContract(name, make, options);
for (const [name, { make, ...options }] of Object.entries(plugins)) pluginContract(name, make, options);
