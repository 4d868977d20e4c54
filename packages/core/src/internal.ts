/**
 * What packages of Espalier share with each other and users do not need. It may change in any release: packages of ours
 * that import it are released together with core. Everything else is exported from `@espalier/core`.
 *
 * @module
 */
export type { EpochBatches, EpochOptions, EpochPosition } from './data/epoch-batches.js';
export { matchInputs } from './data/batch-names.js';
export { batchesPerEpoch, isStream, openEpoch } from './data/open-epoch.js';
export { checkData } from './data/check-data.js';
export { checkBatchData, checkLimits } from './data/data-checks.js';
export { checkBatch, examplesIn } from './data/check-batch.js';
export type { ExampleRef } from './data/join-examples.js';
export { emptyLike, joinExamples } from './data/join-examples.js';
export type { MaybePromise } from './data/maybe-promise.js';
export { after, isPromise } from './data/maybe-promise.js';
export { exampleOf, failData, formatShape, shapesMatch } from './data/shapes.js';
export { checkOutputIsValues, checkOutputScale } from './step/output-info.js';
export type { AllowedValues } from './step/target-checks.js';
export {
  ANSWERS,
  checkClassTargets,
  checkSameShape,
  checkTargetValues,
  FINITE,
} from './step/target-checks.js';
export { Hash } from './hash.js';
export { describe } from './options.js';
export { plainJson } from './option-rules.js';
export { didYouMean, nearest } from './nearest.js';
export type { OpUse } from './engine/preflight/refusal.js';
export type { RanKernel, Watched } from './engine/preflight/watch-ops.js';
export type { KernelCall } from './engine/see-kernels.js';
export { seeKernels } from './engine/see-kernels.js';
export { watchOps } from './engine/preflight/watch-ops.js';
export type { KernelPatch, KernelReport, StockKernels } from './engine/kernel-kit/kernel-patch.js';
export { patchKernels, reportKernels } from './engine/kernel-kit/patch-kernels.js';
export type { Pooling } from './engine/kernel-kit/pooling-geometry.js';
export { eachWindow, poolingOf, windowSize } from './engine/kernel-kit/pooling-geometry.js';
export {
  addAveragePoolGradient,
  addMaxPoolGradient,
  firstMaximum,
} from './engine/kernel-kit/pooling-gradients.js';
export { EventLoopTurns } from './run/event-loop.js';
export type { TapedOp, TapeRule } from './engine/tape-rules.js';
export { withTapeRules } from './engine/tape-rules.js';
export { inStep, toBatch } from './engine/eager-executor.js';
export { needBackend } from './engine/need-backend.js';
export { prepareTfjs } from './engine/prepare-tfjs.js';
export { startInTurn } from './engine/start-in-turn.js';
export { backendRuns, isDifferentiated, registeredBackends } from './engine/tfjs-internals.js';
export { half, STREAM_HASH, streamWords } from './random.js';
export { cholesky, inverseOf, solveLower, solveUpper } from './math/cholesky.js';
export { exp, log, log1p, pow } from './math/exponential.js';
export type { Matrix } from './math/symmetric-eigen.js';
export { matrix, symmetricEigen } from './math/symmetric-eigen.js';
export { cosPi, sin, sinPi } from './math/trigonometric.js';
export { axesIntoUnit, parameterSelection } from './step/parameters.js';
export type { KernelLayout } from './step/kernel-layout.js';
export { kernelLayout } from './step/kernel-layout.js';
export type { UnitMatrix } from './step/unit-matrix.js';
export { unitMatrix } from './step/unit-matrix.js';
export { scheduleValue } from './step/schedule-value.js';
export { currentScope, inScope, traceScope, withScopes } from './engine/trace-scope.js';
export { oneCopy, refuseOtherCopy } from './engine/one-copy.js';
export type { PeerImport } from './runtime-import.js';
export { importFailure, importPeer, inNode, nodeModule } from './runtime-import.js';
export type { LockFile, LockOptions } from './files/lock-file.js';
export { lockFile } from './files/lock-file.js';
export type { LivePage, LivePageOptions } from './files/live-page.js';
export { serveLivePage } from './files/live-page.js';
export type { CommandHost, CommandLine, CommandLineRules } from './files/command-line.js';
export { endWith, portOf, processHost, readCommandLine, watch } from './files/command-line.js';
export { lineUp, textLines, textTable } from './text-table.js';
export type { NodeFiles } from './files/node-files.js';
export { codeOf, nodeFiles } from './files/node-files.js';
export type { BoundForward, BoundModel } from './model/bound-model.js';
export { bindModel } from './model/model.js';
export { foldLayers } from './model/fold-layers.js';
export type { LayerObserver } from './model/observe-layers.js';
export { observeLayers } from './model/observe-layers.js';
export { resolveObjectives } from './step/objectives.js';
export { lossTerms, totalLoss } from './step/loss-terms.js';
export { valueAndGradients } from './step/gradients.js';
export { toHostArray, toHostArrays } from './step/state.js';
export { trainingProgram } from './step/training-program.js';
export { leafLayers, partsOf } from './model/layer-parts.js';
export { placesOf } from './model/layer-streams.js';
export { labelRows } from './step/label-rows.js';
export type { Quintic } from './step/newton-schulz.js';
export { newtonSchulz, STEEP } from './step/newton-schulz.js';
export { oneHot } from './step/one-hot.js';
export { withStep } from './step/step-context.js';
export { unknownScalar } from './step/unknown-scalar.js';
export * as assembler from './wasm/assembler.js';
export { productPackers, productTile, productTiles, TILE_COLUMNS, TILE_ROWS } from './wasm/product-tiles.js';
export { claim } from './run/claim.js';
export type { HookName, ObservingHook } from './run/hooks.js';
export { HOOKS, IN_STEP } from './run/hooks.js';
export { onInterrupt } from './run/interrupt.js';
export { checkMonitors } from './run/monitors.js';
export { PluginDriver } from './run/plugin-driver.js';
export type { EngineHost, StepsDone } from './run/run-engine.js';
export { RunEngine } from './run/run-engine.js';
export { stepStateOf } from './run/checkpoint.js';
export type { RunWork } from './run/run-loop.js';
export { wholeRun } from './run/run-loop.js';
export type { RunPlan } from './run/run-state.js';
export { ownVersions } from './run/setup.js';
export { directionOfName } from './step/objectives.js';
export { keepNonFinite, restoreNonFinite } from './run/checkpoint-codec.js';
