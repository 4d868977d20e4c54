import type { Plugin } from '@espalier/core';
import type { PluginContractOptions } from '@espalier/testkit';
import { exportsContract, pluginContract, toyModel } from '@espalier/testkit';
import { badSelection } from '../test/bad-selection.js';
import { pruningEntries } from '../test/pruning-entries.js';
import * as exported from './index.js';

interface Entry extends PluginContractOptions {
  readonly variants: Readonly<Record<string, () => Plugin>>;
}

const { elasticNet, gaussianNoise, gradientNoise, groupLasso, l1, l1Proximal, l2, labelSmoothing, maxNorm } =
  exported;
const {
  ball,
  box,
  l0Proximal,
  minMaxNorm,
  nonNegative,
  nuclearNorm,
  orthogonal,
  simplex,
  unitNorm,
  weightDecay,
} = exported;

const { activityRegularization, distillation, meanTeacher, sam, uncertaintyWeighting } = exported;

/** Never disposed: each test makes plugins of it. */
const teacher = toyModel();

const ramp = ({ step }: { readonly step: number }): number => 0.01 * step;

const plugins: Record<string, Entry> = {
  ...pruningEntries,
  l1: {
    variants: {
      sum: () => l1({ lambda: 0.01 }),
      'per sample, on a schedule': () => l1({ lambda: ramp, scaling: 'per-sample', parameters: 'all' }),
    },
    neutral: () => l1({ lambda: 0 }),
    bad: {
      'lambda < 0': () => l1({ lambda: -1 }),
      'lambda NaN': () => l1({ lambda: NaN }),
      'no lambda': () => l1({} as never),
      'unknown scaling': () => l1({ lambda: 1, scaling: 'mean' as never }),
      ...badSelection((options) => l1({ lambda: 1, ...options })),
    },
  },
  l2: {
    variants: {
      half: () => l2({ lambda: 0.01, scaling: 'half' }),
      norm: () => l2({ lambda: 0.01, scaling: 'norm' }),
      'on a schedule': () => l2({ lambda: ramp }),
    },
    neutral: () => l2({ lambda: 0 }),
    bad: {
      'lambda < 0': () => l2({ lambda: -1 }),
      'lambda a string': () => l2({ lambda: '1' as never }),
      ...badSelection((options) => l2({ lambda: 1, ...options })),
    },
  },
  elasticNet: {
    variants: {
      both: () => elasticNet({ l1: 0.01, l2: 0.02 }),
      'one on a schedule': () => elasticNet({ l1: 0, l2: ramp }),
    },
    neutral: () => elasticNet({ l1: 0, l2: 0 }),
    bad: {
      'l1 < 0': () => elasticNet({ l1: -1, l2: 0 }),
      'no l2': () => elasticNet({ l1: 1 } as never),
      ...badSelection((options) => elasticNet({ l1: 1, l2: 1, ...options })),
    },
  },
  l1Proximal: {
    variants: {
      fixed: () => l1Proximal({ lambda: 0.05 }),
      'on a schedule': () => l1Proximal({ lambda: ramp, parameters: /kernel$/g }),
    },
    neutral: () => l1Proximal({ lambda: 0 }),
    bad: {
      'lambda infinite': () => l1Proximal({ lambda: Infinity }),
      ...badSelection((options) => l1Proximal({ lambda: 1, ...options })),
    },
  },
  weightDecay: {
    variants: {
      fixed: () => weightDecay({ rate: 0.1 }),
      'on a schedule': () => weightDecay({ rate: ramp, parameters: 'biases' }),
    },
    neutral: () => weightDecay({ rate: 0 }),
    bad: {
      'rate < 0': () => weightDecay({ rate: -0.1 }),
      ...badSelection((options) => weightDecay({ rate: 1, ...options })),
    },
  },
  maxNorm: {
    variants: {
      'by unit': () => maxNorm({ max: 0.5 }),
      'over all axes': () => maxNorm({ max: 0.5, axis: [0, -1] }),
    },
    inert: () => maxNorm({ max: 1000 }),
    bad: {
      'max 0': () => maxNorm({ max: 0 }),
      'axis 0.5': () => maxNorm({ max: 1, axis: 0.5 }),
      'no axes': () => maxNorm({ max: 1, axis: [] }),
      ...badSelection((options) => maxNorm({ max: 1, ...options })),
    },
  },
  box: {
    variants: { kernels: () => box({ min: -0.3, max: 0.4 }) },
    inert: () => box({ min: -1000, max: 1000 }),
    bad: { 'min above max': () => box({ min: 2 }), 'max NaN': () => box({ max: NaN }), ...badSelection(box) },
  },
  ball: {
    variants: {
      l1: () => ball({ norm: 'l1' }),
      l2: () => ball({ norm: 'l2', radius: 0.5, axis: [0, -1] }),
      linf: () => ball({ norm: 'linf', radius: 0.2 }),
    },
    inert: () => ball({ norm: 'l1', radius: 1000 }),
    bad: {
      'no norm': () => ball({} as never),
      'radius 0': () => ball({ norm: 'l2', radius: 0 }),
      ...badSelection((options) => ball({ norm: 'l2', ...options })),
    },
  },
  simplex: {
    variants: { 'by unit': () => simplex(), 'of rows': () => simplex({ radius: 2, axis: -1 }) },
    bad: { 'radius 0': () => simplex({ radius: 0 }), ...badSelection(simplex) },
  },
  l0Proximal: {
    // What becomes 0 is small, so that rounding which decides between 0 and not makes no large difference.
    variants: {
      fixed: () => l0Proximal({ lambda: 5e-7 }),
      'on a schedule': () => l0Proximal({ lambda: ({ step }) => 5e-8 * step }),
    },
    neutral: () => l0Proximal({ lambda: 0 }),
    bad: {
      'lambda infinite': () => l0Proximal({ lambda: Infinity }),
      ...badSelection((options) => l0Proximal({ lambda: 1, ...options })),
    },
  },
  nuclearNorm: {
    variants: {
      fixed: () => nuclearNorm({ lambda: 0.01 }),
      'on a schedule': () => nuclearNorm({ lambda: ramp }),
    },
    neutral: () => nuclearNorm({ lambda: 0 }),
    bad: {
      'lambda < 0': () => nuclearNorm({ lambda: -1 }),
      ...badSelection((options) => nuclearNorm({ lambda: 1, ...options })),
    },
  },
  nonNegative: { variants: { kernels: () => nonNegative() }, bad: badSelection(nonNegative) },
  unitNorm: {
    variants: { 'by unit': () => unitNorm(), 'over all axes': () => unitNorm({ axis: [0, -1] }) },
    bad: { 'axis 0.5': () => unitNorm({ axis: 0.5 }), ...badSelection(unitNorm) },
  },
  minMaxNorm: {
    variants: { 'by unit': () => minMaxNorm({ min: 0.5, max: 0.8, rate: 0.7 }) },
    bad: {
      'min above max': () => minMaxNorm({ min: 2, max: 1 }),
      'rate 0': () => minMaxNorm({ rate: 0 }),
      ...badSelection(minMaxNorm),
    },
  },
  orthogonal: {
    variants: {
      fixed: () => orthogonal({ lambda: 0.01 }),
      'on a schedule': () => orthogonal({ lambda: ramp }),
    },
    neutral: () => orthogonal({ lambda: 0 }),
    bad: {
      'lambda < 0': () => orthogonal({ lambda: -1 }),
      ...badSelection((options) => orthogonal({ lambda: 1, ...options })),
    },
  },
  groupLasso: {
    variants: {
      units: () => groupLasso({ lambda: 0.01 }),
      'inputs, on a schedule': () => groupLasso({ lambda: ramp, axis: -1 }),
    },
    neutral: () => groupLasso({ lambda: 0 }),
    bad: {
      'lambda NaN': () => groupLasso({ lambda: NaN }),
      ...badSelection((options) => groupLasso({ lambda: 1, ...options })),
    },
  },
  gradientNoise: {
    variants: {
      fixed: () => gradientNoise({ stddev: 0.1 }),
      'on a schedule': () => gradientNoise({ stddev: ramp }),
    },
    neutral: () => gradientNoise({ stddev: 0 }),
    bad: {
      'stddev < 0': () => gradientNoise({ stddev: -1 }),
      ...badSelection((options) => gradientNoise({ stddev: 1, ...options })),
    },
  },
  gaussianNoise: {
    variants: {
      fixed: () => gaussianNoise({ stddev: 0.1 }),
      'on a schedule': () => gaussianNoise({ stddev: ramp }),
    },
    neutral: () => gaussianNoise({ stddev: 0 }),
    bad: {
      'stddev < 0': () => gaussianNoise({ stddev: -0.1 }),
      'no inputs': () => gaussianNoise({ stddev: 1, inputs: [] }),
      'empty name': () => gaussianNoise({ stddev: 1, name: '' }),
    },
  },
  activityRegularization: {
    variants: {
      // A small l1: the signs of outputs near 0 are rounding's where batch normalization centres them.
      'both, one on a schedule': () => activityRegularization({ l1: 0.0001, l2: ramp, layers: () => true }),
    },
    growth: 100,
    neutral: () => activityRegularization({ layers: ['hidden'] }),
    bad: {
      'l1 < 0': () => activityRegularization({ l1: -1, layers: ['hidden'] }),
      'no layers': () => activityRegularization({ l1: 1 } as never),
      'an empty list': () => activityRegularization({ l1: 1, layers: [] }),
    },
  },
  distillation: {
    variants: { 'of logits': () => distillation({ teacher, alpha: 0.3 }) },
    neutral: () => distillation({ teacher, alpha: 0 }),
    bad: {
      'alpha > 1': () => distillation({ teacher, alpha: 1.1 }),
      'temperature 0': () => distillation({ teacher, temperature: 0 }),
      'no model': () => distillation({ teacher: {} as never }),
      'unknown outputs': () => distillation({ teacher, outputs: 'classes' as never }),
    },
  },
  meanTeacher: {
    variants: { 'on a schedule': () => meanTeacher({ weight: ({ step }) => 0.1 * step, decay: 0.8 }) },
    neutral: () => meanTeacher({ weight: 0 }),
    bad: {
      'weight < 0': () => meanTeacher({ weight: -1 }),
      'decay 1': () => meanTeacher({ weight: 1, decay: 1 }),
    },
  },
  sam: {
    variants: {
      'of a radius': () => sam({ rho: 0.01 }),
      'adaptive, on a schedule': () => sam({ rho: ramp, adaptive: true }),
    },
    neutral: () => sam({ rho: 0 }),
    bad: {
      'rho < 0': () => sam({ rho: -0.1 }),
      'adaptive a string': () => sam({ adaptive: 'yes' as never }),
    },
  },
  uncertaintyWeighting: {
    variants: {
      'of one output': () => uncertaintyWeighting({ outputs: { output: 'classification' }, initial: -0.5 }),
    },
    bad: {
      'no outputs': () => uncertaintyWeighting({ outputs: {} }),
      'an unknown kind': () => uncertaintyWeighting({ outputs: { output: 'class' as never } }),
      'initial infinite': () =>
        uncertaintyWeighting({ outputs: { output: 'regression' }, initial: Infinity }),
    },
  },
  labelSmoothing: {
    variants: { 'of rows': () => labelSmoothing({ alpha: 0.1 }) },
    neutral: () => labelSmoothing({ alpha: 0 }),
    bad: {
      'alpha > 1': () => labelSmoothing({ alpha: 1.5 }),
      'one class': () => labelSmoothing({ alpha: 0.1, classes: 1 }),
      'no targets': () => labelSmoothing({ alpha: 0.1, targets: [] }),
    },
  },
};

exportsContract({ exported, factories: plugins, notFactories: new Set(['lotteryTicket']) });

for (const [name, { variants, bad = {}, ...settings }] of Object.entries(plugins)) {
  Object.entries(variants).forEach(([variant, make], i) =>
    // The neutral setting is the same for all variants.
    pluginContract(`${name} (${variant})`, make, i === 0 ? { bad, ...settings } : { bad }),
  );
}
