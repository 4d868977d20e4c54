export type {
  Calibration,
  CalibrationOptions,
  ReliabilityBin,
  TemperatureScaling,
} from './answers/calibration.js';
export { calibration, temperatureScaling } from './answers/calibration.js';
export type {
  ConformalClasses,
  ConformalClassesOptions,
  ConformalInterval,
  ConformalIntervalOptions,
} from './answers/conformal.js';
export { conformalClasses, conformalInterval, predictionSets } from './answers/conformal.js';
export type { Confusion, MostConfusedOptions } from './answers/most-confused.js';
export { mostConfused } from './answers/most-confused.js';
export type { OverfittingGap, OverfittingGapOptions } from './answers/overfitting-gap.js';
export { overfittingGap } from './answers/overfitting-gap.js';
export type {
  PermutationImportance,
  PermutationImportanceOptions,
} from './answers/permutation-importance.js';
export { permutationImportance } from './answers/permutation-importance.js';
export type { TopLoss, TopLossesOptions } from './answers/top-losses.js';
export { topLosses } from './answers/top-losses.js';
export { attributionImages } from './attributions/attribution-images.js';
export type { DeepDream, DeepDreamOptions } from './attributions/deep-dream.js';
export { deepDream } from './attributions/deep-dream.js';
export type { Baseline } from './attributions/baseline.js';
export type { DeepLiftOptions } from './attributions/deep-lift.js';
export { deepLift } from './attributions/deep-lift.js';
export type { GradCam, GradCamOptions } from './attributions/grad-cam.js';
export { gradCam } from './attributions/grad-cam.js';
export { guidedBackpropagation } from './attributions/guided-backpropagation.js';
export type { IntegratedGradients, IntegratedGradientsOptions } from './attributions/integrated-gradients.js';
export { integratedGradients } from './attributions/integrated-gradients.js';
export type { Lime, LimeOptions, LimeTableOptions } from './attributions/lime.js';
export { lime } from './attributions/lime.js';
export type { LimeImages, LimeImagesOptions } from './attributions/lime-images.js';
export { limeImages } from './attributions/lime-images.js';
export type { LocalLinearModel } from './attributions/local-linear-model.js';
export type { LrpOptions } from './attributions/lrp.js';
export { lrp } from './attributions/lrp.js';
export type { MaximalInput, MaximizeActivationOptions } from './attributions/maximize-activation.js';
export { maximizeActivation } from './attributions/maximize-activation.js';
export type { Occlusion, OcclusionOptions } from './attributions/occlusion.js';
export { occlusion } from './attributions/occlusion.js';
export type { SaliencyOptions, SmoothGradOptions } from './attributions/saliency.js';
export { inputXGradient, saliency, smoothGrad } from './attributions/saliency.js';
export type { AttributionOptions, Attributions } from './attributions/score.js';
export type { ShapleyValues, ShapleyValuesOptions } from './attributions/shapley-values.js';
export { shapleyValues } from './attributions/shapley-values.js';
export type { Pca, PcaOptions } from './embeddings/pca.js';
export { pca } from './embeddings/pca.js';
export type { Tsne, TsneOptions } from './embeddings/tsne.js';
export { tsne } from './embeddings/tsne.js';
export type {
  CrossBackendDiffOptions,
  EngineDifference,
  TensorDifference,
} from './engines/cross-backend-diff.js';
export { crossBackendDiff } from './engines/cross-backend-diff.js';
export type { Anomaly, DetectAnomalyOptions } from './engines/detect-anomaly.js';
export { detectAnomaly } from './engines/detect-anomaly.js';
export type { BadOp } from './engines/first-bad-op.js';
export type { Engine } from './engines/run-on-engine.js';
export type { AnyArray, GivenArrays, GivenBatch } from './given-arrays.js';
export type { CheckedEntry, CheckedParameter, EntryVerdict } from './gradients/check-parameter.js';
export type { GradientCheck, GradientCheckOptions } from './gradients/gradient-check.js';
export { gradientCheck } from './gradients/gradient-check.js';
export type { Illness } from './health/cures.js';
export type { HealthOptions, HealthPlugin, HealthReport } from './health/health.js';
export { health } from './health/health.js';
export type { HealthEpoch, LayerEpoch } from './health/health-record.js';
export type { LayerHealth, VanishingSigns } from './health/judge.js';
export type { InfluenceFunctionsOptions } from './influence/influence-functions.js';
export { influenceFunctions } from './influence/influence-functions.js';
export type { Influences } from './influence/influences.js';
export type { TracInCheckpoint, TracInOptions } from './influence/trac-in.js';
export { tracIn } from './influence/trac-in.js';
export type { ActivationProfile, ActivationProfileOptions } from './layers/activation-profile.js';
export { activationProfile } from './layers/activation-profile.js';
export type { ActivationsOptions } from './layers/activations.js';
export { activations } from './layers/activations.js';
export type { FeatureMapsOptions } from './layers/feature-maps.js';
export { featureMaps } from './layers/feature-maps.js';
export type { ImageGrid, ImageRecord } from './layers/image-record.js';
export type { KernelImagesOptions } from './layers/kernel-images.js';
export { kernelImages } from './layers/kernel-images.js';
export type { LeakLedger, LeakReport, LedgerEntry } from './leaks/leak-ledger.js';
export { leakLedger } from './leaks/leak-ledger.js';
export type {
  MeasuredReceptiveField,
  MeasuredReceptiveFieldOptions,
} from './receptive-field/measured-receptive-field.js';
export { measuredReceptiveField } from './receptive-field/measured-receptive-field.js';
export type { ReceptiveField } from './receptive-field/receptive-fields.js';
export { receptiveFields } from './receptive-field/receptive-fields.js';
export type { Histogram, StatisticsOptions, ValueStatistics } from './value-statistics.js';
export type { WeightChange, WeightChangesOptions } from './weights/weight-changes.js';
export { weightChanges } from './weights/weight-changes.js';
export type {
  WeightHistory,
  WeightHistoryOptions,
  WeightHistoryPlugin,
  WeightRecord,
} from './weights/weight-history.js';
export { weightHistory } from './weights/weight-history.js';
export type { WeightStatistics, WeightStatisticsOptions } from './weights/weight-statistics.js';
export { weightStatistics } from './weights/weight-statistics.js';
