import type { Plugin } from '@espalier/core';
import type { PluginContractOptions } from '@espalier/testkit';
import { exportsContract, pluginContract } from '@espalier/testkit';
import * as exported from './index.js';
import { TRANSFORMS } from './transforms.fixture.js';

interface Entry extends PluginContractOptions {
  readonly variants: Readonly<Record<string, () => Plugin>>;
}

const { augment, cutMix, mixUp } = exported;
const { autoContrast, colorJitter, cutout, equalize, horizontalFlip, oneOf, pixelNoise } = exported;
const { randAugment, randomAffine, randomCrop, randomErasing, withProbability } = exported;

/** The three inputs of the toy model as a pixel of three channels, or as a row of three pixels; their values are in [-1, 1]. */
const PIXEL = { shape: [1, 1, 3], range: [-1, 1] } as const;
const ROW = { shape: [1, 3, 1], range: [-1, 1] } as const;

const plugins: Record<string, Entry> = {
  augment: {
    variants: {
      moved: () =>
        augment({
          ...ROW,
          transforms: [
            horizontalFlip(),
            randomCrop({ padding: 1, fillMode: 'symmetric' }),
            withProbability(randomAffine({ rotation: 20, shiftX: 0.2, scale: 0.1, shearX: 5 }), 0.7),
            cutout({ size: 1 }),
          ],
        }),
      colored: () =>
        augment({
          ...PIXEL,
          transforms: [
            oneOf([
              colorJitter({ brightness: 0.3, contrast: 0.2, saturation: 0.2, hue: 0.1 }),
              autoContrast(),
            ]),
            pixelNoise({ stddev: 0.1 }),
            randomErasing({ probability: 0.2 }),
          ],
        }),
      'by a policy': () => augment({ ...PIXEL, transforms: [randAugment(), equalize()] }),
    },
    bad: {
      'no transforms': () => augment({ transforms: [] }),
      'a function': () => augment({ transforms: [() => {}] as never }),
      'a range of one value': () => augment({ transforms: [horizontalFlip()], range: [1, 1] }),
      'a shape of two': () => augment({ transforms: [horizontalFlip()], shape: [28, 28] as never }),
      'no inputs': () => augment({ transforms: [horizontalFlip()], inputs: [] }),
      'empty name': () => augment({ transforms: [horizontalFlip()], name: '' }),
    },
  },
  mixUp: {
    variants: { 'of rows': () => mixUp(), 'of some': () => mixUp({ alpha: 1, probability: 0.5 }) },
    neutral: () => mixUp({ probability: 0 }),
    bad: {
      'alpha 0': () => mixUp({ alpha: 0 }),
      'probability 2': () => mixUp({ probability: 2 }),
      'one class': () => mixUp({ classes: 1 }),
      'no targets': () => mixUp({ targets: [] }),
    },
  },
  cutMix: {
    variants: { 'of rows': () => cutMix({ shape: [1, 3, 1] }) },
    neutral: () => cutMix({ probability: 0 }),
    bad: { 'alpha NaN': () => cutMix({ alpha: NaN }), 'no inputs': () => cutMix({ inputs: [] }) },
  },
};

exportsContract({
  exported,
  factories: plugins,
  notFactories: new Set([...Object.keys(TRANSFORMS), 'transformImages', 'testTimeAugmentation']),
});

for (const [name, { variants, bad = {}, ...settings }] of Object.entries(plugins)) {
  Object.entries(variants).forEach(([variant, make], i) =>
    // The neutral setting is the same for all variants.
    pluginContract(`${name} (${variant})`, make, i === 0 ? { bad, ...settings } : { bad }),
  );
}
