export type { AugmentOptions } from './augment.js';
export { augment } from './augment.js';
export type { ColorJitterOptions, RandomHueOptions } from './color/color-jitter.js';
export { colorJitter, randomHue } from './color/color-jitter.js';
export type { GaussianBlurOptions } from './color/gaussian-blur.js';
export { gaussianBlur } from './color/gaussian-blur.js';
export type { PixelNoiseOptions, SaltAndPepperOptions } from './color/pixel-noise.js';
export { pixelNoise, saltAndPepper } from './color/pixel-noise.js';
export type { FactorOptions } from './color/random-factors.js';
export {
  randomBrightness,
  randomContrast,
  randomSaturation,
  randomSharpness,
} from './color/random-factors.js';
export type {
  ChanceOptions,
  RandomGammaOptions,
  RandomPosterizeOptions,
  RandomSolarizeOptions,
} from './color/random-tones.js';
export {
  autoContrast,
  equalize,
  randomGamma,
  randomGrayscale,
  randomInvert,
  randomPosterize,
  randomSolarize,
} from './color/random-tones.js';
export { oneOf, withProbability } from './composition/with-probability.js';
export type { Draw } from './draw.js';
export type { CutoutOptions, RandomErasingOptions } from './erasing/random-erasing.js';
export { cutout, randomErasing } from './erasing/random-erasing.js';
export type { FillMode } from './geometry/fill.js';
export type {
  RandomAffineOptions,
  RandomRotationOptions,
  RandomShearOptions,
  RandomTranslationOptions,
  RandomZoomOptions,
} from './geometry/random-affine.js';
export {
  randomAffine,
  randomRotation,
  randomShear,
  randomTranslation,
  randomZoom,
} from './geometry/random-affine.js';
export type { RandomCropOptions } from './geometry/random-crop.js';
export { randomCrop } from './geometry/random-crop.js';
export type { FlipOptions } from './geometry/random-flip.js';
export { horizontalFlip, verticalFlip } from './geometry/random-flip.js';
export type { RandomResizedCropOptions } from './geometry/random-resized-crop.js';
export { randomResizedCrop } from './geometry/random-resized-crop.js';
export type { CenterCropOptions, ResizeOptions } from './geometry/resize.js';
export { centerCrop, resize } from './geometry/resize.js';
export type { Interpolation, SamplingOptions } from './geometry/sample.js';
export type { ImageShape, ValueRange } from './image-options.js';
export type { ImageTransform } from './image-transform.js';
export type { CutMixOptions } from './mixing/cut-mix.js';
export { cutMix } from './mixing/cut-mix.js';
export type { MixingOptions } from './mixing/mix-up.js';
export { mixUp } from './mixing/mix-up.js';
export type { AugMixOptions } from './policies/aug-mix.js';
export { augMix } from './policies/aug-mix.js';
export type { AutoAugmentOptions } from './policies/auto-augment.js';
export { autoAugment } from './policies/auto-augment.js';
export type { RandAugmentOptions, TrivialAugmentOptions } from './policies/rand-augment.js';
export { randAugment, trivialAugment } from './policies/rand-augment.js';
export type { RandomRange } from './random-range.js';
export type { Predictor, TestTimeAugmentationOptions } from './test-time-augmentation.js';
export { testTimeAugmentation } from './test-time-augmentation.js';
export type { TransformImagesOptions } from './transform-images.js';
export { transformImages } from './transform-images.js';
