import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { EspalierError, stream } from '@espalier/core';
import { expectNoLeak, testStep } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { augment } from './augment.js';
import { stepDraw } from './draw.js';
import * as exported from './index.js';
import type { ImageTransform } from './image-transform.js';
import { TRANSFORMS } from './transforms.fixture.js';

beforeAll(() => tf.setBackend('cpu'));

const SHAPE = [3, 6, 7, 3] as const;
const images = tf.tensor4d(stream(2, 'images').uniforms(3 * 6 * 7 * 3), [...SHAPE]);
const subject = { range: [0, 1], mask: false, examples: 3, input: 'image' } as const;

const run = (transform: ImageTransform, step: number): Float32Array =>
  tf.tidy(() =>
    transform.apply(images, stepDraw(testStep({ seed: 1, step }), subject)).dataSync<'float32'>(),
  );

test('every transform that is exported is tried', () => {
  const others = ['augment', 'mixUp', 'cutMix', 'transformImages', 'testTimeAugmentation'];
  expect(Object.keys(TRANSFORMS).sort()).toEqual(
    Object.keys(exported).filter((name) => !others.includes(name)).sort(), // prettier-ignore
  );
});

describe.each(Object.entries(TRANSFORMS))('%s', (name, make) => {
  // Images of so few pixels have no histogram to even out: that is tested apart.
  const fixed = ['centerCrop', 'resize', 'equalize'].includes(name);

  test('is a function of seed and step, other at another step, within the range of pixels', () => {
    const first = run(make(), 5);
    expect(run(make(), 5)).toEqual(first);
    const others = [6, 7, 8].map((step) => String(run(make(), step)));
    expect(others.some((other) => other !== String(first))).toBe(!fixed);
    for (const value of first) expect(value >= -1e-6 && value <= 1 + 1e-6, String(value)).toBe(true);
    if (name !== 'equalize') expect(String(first)).not.toBe(String(images.dataSync()));
  });

  test('leaves no tensors behind, and says what it was made with', async () => {
    const step = testStep({ seed: 1 });
    const transform = make();
    const once = (): void => tf.tidy(() => void transform.apply(images, stepDraw(step, subject)));
    once();
    await expectNoLeak(once);
    expect(JSON.parse(JSON.stringify(transform.config))).toEqual(transform.config);
    expect(transform.name).toMatch(/\S/);
    step.dispose();
  });

  test('keeps the number of images, also of one', () => {
    tf.tidy(() => {
      const one = tf.slice(images, [0, 0, 0, 0], [1, 6, 7, 3]);
      const draw = stepDraw(testStep(), { ...subject, examples: 1 });
      expect(make().apply(one, draw).shape[0]).toBe(1);
      if (!['centerCrop', 'resize'].includes(name))
        expect(make().apply(one, draw).shape).toEqual([1, 6, 7, 3]);
    });
  });
});

describe('augment', () => {
  const batch = () => ({ inputs: { image: images }, targets: { y: tf.tensor1d([0, 1, 2], 'int32') } });
  const { horizontalFlip, pixelNoise, randomInvert, randomRotation, randomTranslation } = exported;

  test('applies transforms one after the other, with numbers of their own names', () => {
    const both = augment({ transforms: [horizontalFlip(), randomInvert()] });
    const out = both.transformBatch!(batch(), testStep({ seed: 3, step: 2 })).inputs['image']!;
    const flip = stream(3, 'horizontal-flip/chosen', 2).uniforms(3);
    const invert = stream(3, 'random-invert/chosen', 2).uniforms(3);
    expect(new Set([...flip, ...invert].map((u) => u < 0.5)).size).toBe(2);
    const expected = tf.unstack(images).map((image, i) => {
      const turned = flip[i]! < 0.5 ? tf.reverse(image, 1) : image;
      return invert[i]! < 0.5 ? tf.sub(1, turned) : turned;
    });
    expect(out.arraySync()).toEqual(tf.stack(expected).arraySync());
  });

  test('a transform more shifts the numbers of no other; two of a kind differ', () => {
    const noise = pixelNoise({ stddev: 0.1, clip: false });
    const only = (transforms: ImageTransform[]) =>
      tf
        .sub(augment({ transforms }).transformBatch!(batch(), testStep()).inputs['image']!, images)
        .dataSync();
    const once = only([noise]);
    expect(only([horizontalFlip({ probability: 0 }), noise])).toEqual(once);
    const twice = only([noise, noise]);
    const ratio = twice.map((value, i) => value / once[i]!);
    expect(ratio.filter((value) => Math.abs(value - 2) < 0.01).length).toBeLessThan(ratio.length / 10);
  });

  test('all images of an example are changed alike, and noise is not', () => {
    const twins = { inputs: { left: images, right: images }, targets: {} };
    const moved = augment({ transforms: [horizontalFlip()] }).transformBatch!(twins, testStep());
    expect(moved.inputs['left']!.arraySync()).toEqual(moved.inputs['right']!.arraySync());
    const noisy = augment({ transforms: [pixelNoise({ stddev: 0.1 })] }).transformBatch!(twins, testStep());
    expect(noisy.inputs['left']!.arraySync()).not.toEqual(noisy.inputs['right']!.arraySync());
  });

  test('rows are images of the shape given; other inputs and evaluation are left alone', () => {
    const rows = tf.reshape(images, [3, -1]);
    const mixed = { inputs: { rows, other: tf.ones([3, 2]) }, targets: {} };
    const plugin = augment({ transforms: [horizontalFlip({ probability: 1 })], shape: [6, 7, 3] });
    const out = plugin.transformBatch!(mixed, testStep());
    expect(out.inputs['rows']!.arraySync()).toEqual(tf.reshape(tf.reverse(images, 2), [3, -1]).arraySync());
    expect(out.inputs['other']).toBe(mixed.inputs.other);
    expect(plugin.transformBatch!(mixed, testStep({ training: false }))).toBe(mixed);
  });

  test('masks are moved as the images are, with labels of their own kept', () => {
    const labels = tf.cast(tf.floor(tf.mul(tf.slice(images, [0, 0, 0, 0], [3, 6, 7, 1]), 5)), 'int32');
    const segmented = { inputs: { image: images }, targets: { mask: tf.reshape(labels, [3, 6, 7]) } };
    const transforms = [horizontalFlip(), randomTranslation({ height: 0.3, width: 0.3 }), randomInvert(), randomRotation({ degrees: 20 })]; // prettier-ignore
    const out = augment({ transforms, masks: ['mask'] }).transformBatch!(segmented, testStep({ step: 1 }));
    const mask = out.targets['mask']!;
    expect([mask.dtype, mask.shape]).toEqual(['int32', [3, 6, 7]]);
    expect(Math.max(...mask.dataSync())).toBeLessThan(5);
    // What moves without interpolation is the same for pixels: a mask of whole shifts is the image's.
    const whole = augment({ transforms: transforms.slice(0, 2), masks: ['mask'] });
    const shifted = whole.transformBatch!(segmented, testStep({ step: 1 }));
    const again = tf.floor(tf.mul(tf.slice(shifted.inputs['image'] as tf.Tensor4D, [0, 0, 0, 0], [3, 6, 7, 1]), 5)); // prettier-ignore
    expect(Array.from(shifted.targets['mask']!.dataSync())).toEqual(Array.from(again.dataSync()));
    expect(shifted.targets['mask']!.arraySync()).not.toEqual(segmented.targets.mask.arraySync());
  });

  const flip = [horizontalFlip()];
  test.each<[string, () => unknown, string]>([
    ['rows without a shape', () => augment({ transforms: flip }).transformBatch!({ inputs: { x: tf.ones([2, 12]) }, targets: {} }, testStep()), "there are no images [N, H, W, C] among the inputs: 'x' float32 [2,12]"], // prettier-ignore
    ['an unknown input', () => augment({ transforms: flip, inputs: ['b'] }).transformBatch!(batch(), testStep()), "[augment] input 'b' does not exist; there are: image"], // prettier-ignore
    ['a mask that is none', () => augment({ transforms: flip, masks: ['y'] }).transformBatch!(batch(), testStep()), "target 'y' must be a mask [N, H, W] or [N, H, W, 1], got [3]"], // prettier-ignore
    ['a size changed for some', () => exported.withProbability(exported.centerCrop({ size: [2, 2] }), 0.5).apply(images, stepDraw(testStep(), subject)), 'it must keep their size'], // prettier-ignore
    ['weights of nothing', () => exported.oneOf([flip[0]!, flip[0]!], [0, 0]), '[one-of] weights must be a list of 2 numbers >= 0, not all of them 0'], // prettier-ignore
    ['one of one', () => exported.oneOf(flip), 'a list of at least two transforms'],
    ['a probability of 2', () => exported.withProbability(flip, 2), 'probability must be a number >= 0 and <= 1, got 2'], // prettier-ignore
    ['a policy on gray', () => exported.autoAugment().apply(tf.ones([1, 4, 4, 1]), stepDraw(testStep(), { ...subject, examples: 1 })), 'Take trivialAugment()'], // prettier-ignore
  ])('refuses %s', (_, call, message) => {
    expect(call).toThrow(EspalierError);
    expect(call).toThrow(message);
  });
});

test('each of several is applied as often as its weight says', () => {
  const count = 4000;
  const gray = tf.fill([count, 1, 1, 1], 0.25) as tf.Tensor4D;
  const { oneOf, randomGamma, randomInvert } = exported;
  const made = oneOf([randomInvert({ probability: 1 }), randomGamma({ gamma: [2, 2] })], [1, 3]);
  const out = made.apply(gray, stepDraw(testStep(), { ...subject, examples: count })).dataSync();
  const inverted = out.filter((value) => Math.abs(value - 0.75) < 1e-6).length;
  const squared = out.filter((value) => Math.abs(value - 0.0625) < 1e-6).length;
  expect(inverted + squared).toBe(count);
  expect(Math.abs(inverted / count - 0.25)).toBeLessThan(4 * Math.sqrt(0.1875 / count));
});
