export { agreementBound, expectAgreement } from './agreement.js';
export type { Factor, Forbidden } from './all-pairs.js';
export { allPairs } from './all-pairs.js';
export { contractExecutor, contractsOn } from './contract-executor.js';
export type { ContractParts } from './contract-parts.js';
export { collectParts } from './contract-parts.js';
export type { ExportsContract } from './exports-contract.js';
export { exportsContract } from './exports-contract.js';
export { expectRefused } from './expect-refused.js';
export type { ClosenessOptions, TensorValue } from './matchers.js';
export { kernelsOf } from './kernels-of.js';
export type { NonsenseEntry } from './nonsense.js';
export { nonsenseTaken } from './nonsense.js';
export { expectNoLeak } from './matchers.js';
export type { OptimizerContractOptions } from './optimizer-contract.js';
export { optimizerContract } from './optimizer-contract.js';
export { scheduleContract } from './schedule-contract.js';
export type { ScriptedRunOptions, ScriptedRunResult } from './scripted-run.js';
export { scriptedRun } from './scripted-run.js';
export type { TestStep, TestStepOptions } from './test-step.js';
export { testStep } from './test-step.js';
export { toyClasses, toyDataset, toyNumbers } from './toy-data.js';
export {
  toyAccuracy,
  toyCrossEntropy,
  toyModel,
  toyModelOf,
  toyModelWithUnused,
  toyOptimizer,
  toyWeights,
} from './toy-parts.js';
export type { ToyRun, ToyRunOptions } from './toy-run.js';
export { toyRun } from './toy-run.js';
export type { PluginContractOptions } from './plugin-contract.js';
export { pluginContract } from './plugin-contract.js';
export type { LossContractOptions } from './loss-contract.js';
export { lossContract } from './loss-contract.js';
export type { ObjectiveProblem } from './objective-problems.js';
export { amounts, labelledPlaces, oneAnswer, oneNumber } from './more-objective-problems.js';
export { classLabels, probabilityRows, realNumbers, yesOrNo } from './objective-problems.js';
export type { MetricContractOptions } from './metric-contract.js';
export { metricContract } from './metric-contract.js';
export type { DatasetContractOptions } from './dataset-contract.js';
export { datasetContract } from './dataset-contract.js';
export type { ModelContractOptions } from './model-contract.js';
export { modelContract } from './model-contract.js';
export type { ExecutorContractOptions } from './executor-contract.js';
export { executorContract } from './executor-contract.js';
export type { BackendContractOptions } from './backend-contract.js';
export { backendContract, runEagerly } from './backend-contract.js';
export type { OperationContractOptions, RunOperations } from './operation-contract.js';
export type { Operation } from './operations/operation.js';
export { checkOperation, FURTHER_OPERATIONS, operationContract, OPERATIONS } from './operation-contract.js';
export { sharedData } from './shared-data.js';
