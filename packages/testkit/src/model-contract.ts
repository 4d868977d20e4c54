import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Dataset, Loss } from '@espalier/core';
import { Trainer } from '@espalier/core';
import { describe, expect, test } from 'vitest';
import { agreementTests } from './agreement.js';
import { tensorBits } from './bits.js';
import { checkingExecutor } from './checking-executor.js';
import { contractExecutor } from './contract-executor.js';
import { collected } from './contract-parts.js';
import { expectRefused } from './expect-refused.js';
import { expectNoLeak } from './matchers.js';
import { resumeTests } from './resume-contract.js';
import { TOY_SIZE, toyDataset, toyNumbers } from './toy-data.js';
import { toyOptimizer } from './toy-parts.js';
import { toyRun } from './toy-run.js';
import { useCpu } from './use-cpu.js';

/** What {@link modelContract} needs to know besides. */
export interface ModelContractOptions {
  /** Calls with options that must be refused, by what is wrong with them. */
  readonly bad?: Readonly<Record<string, () => unknown>>;
  /** How much it enlarges rounding differences between executors, e.g. by batch normalisation. Default 10. */
  readonly growth?: number;
}

const squaredError: Loss = {
  name: 'squared-error',
  perExample: (outputs, targets) => tf.mean<tf.Tensor1D>(tf.square(tf.sub(outputs, targets)), -1),
};

/**
 * What every model factory must hold.
 *
 * @param make The model whose initial weights this seed fixes, a new one at each call; one input, one output `[N, K]`.
 */
export function modelContract(
  name: string,
  make: (seed: number) => tfl.LayersModel,
  { bad = {}, growth = 10 }: ModelContractOptions = {},
): void {
  if (collected('models', { name, make, growth })) return;
  describe(`${name} is a model`, () => {
    useCpu();
    const shapes = () => {
      const model = make(0);
      const [input, output] = [model.inputs[0]!.shape.slice(1), model.outputs[0]!.shape.slice(1)];
      model.dispose();
      return { input: input as number[], output: output as number[] };
    };
    const data = (): Dataset => {
      const { input, output } = shapes();
      return toyDataset({
        inputs: { input: toyNumbers('toy/model-input', [TOY_SIZE, ...input]) },
        targets: { target: toyNumbers('toy/model-target', [TOY_SIZE, ...output]) },
      });
    };
    const optimizer = () => toyOptimizer(0.01);
    const parts = () => ({
      model: make(1),
      loss: squaredError,
      metrics: [],
      data: data(),
      optimizer: optimizer(),
    });
    resumeTests(parts);
    agreementTests(parts, growth);
    if (contractExecutor()) return;

    const predictions = (model: tfl.LayersModel): tf.Tensor =>
      tf.tidy(() => {
        const { data: values } = toyNumbers('toy/model-input', [4, ...shapes().input]);
        return model.predict(tf.tensor(values as Float32Array, [4, ...shapes().input])) as tf.Tensor;
      });
    const weightsOf = (model: tfl.LayersModel) =>
      tensorBits(Object.fromEntries(model.getWeights().map((weight, i) => [String(i), weight])));

    test('refuses bad options', () => {
      for (const [what, call] of Object.entries(bad)) expectRefused(what, call);
    });

    test('one seed gives the same weights, another others, and no weight is not finite', () => {
      const [model, same, other] = [make(1), make(1), make(2)];
      expect(weightsOf(same)).toEqual(weightsOf(model));
      expect(weightsOf(other)).not.toEqual(weightsOf(model));
      for (const weight of model.getWeights()) expect(weight.dataSync().every(Number.isFinite)).toBe(true);
      tf.dispose([model, same, other].flatMap((one) => one.getWeights()));
    });

    test('its weights have names of their own, which stay from one making to the next', async () => {
      const names = async (): Promise<string[]> => {
        const trainer = new Trainer({ model: make(1), loss: squaredError, optimizer: optimizer() });
        return Object.keys(await trainer.getWeights());
      };
      const first = await names();
      expect(new Set(first).size).toBe(make(1).getWeights().length);
      expect(await names()).toEqual(first);
    });

    test('comes back from JSON, and with its weights predicts the same', async () => {
      const model = make(1);
      const again = await tfl.models.modelFromJSON(
        JSON.parse(JSON.stringify(model.toJSON(null, false))) as never,
      );
      again.setWeights(model.getWeights());
      expect(predictions(again)).toEqualTensor(predictions(model));
      expect(again.layers.map((layer) => layer.name)).toEqual(model.layers.map((layer) => layer.name));
      expect(JSON.stringify(again.toJSON(null, false))).toBe(JSON.stringify(model.toJSON(null, false)));
    });

    test('predicts finite numbers, the same twice and one example at a time, and changes nothing by it', () => {
      const model = make(1);
      const before = weightsOf(model);
      const whole = predictions(model);
      expect(predictions(model)).toEqualTensor(whole);
      expect(whole.dataSync().every(Number.isFinite)).toBe(true);
      const { input } = shapes();
      const { data: values } = toyNumbers('toy/model-input', [4, ...input]);
      const size = values.length / 4;
      const singles = [0, 1, 2, 3].map(
        (i) => model.predict(tf.tensor(values.slice(i * size, (i + 1) * size), [1, ...input])) as tf.Tensor,
      );
      expect(tf.concat(singles)).toBeCloseToTensor(whole);
      expect(weightsOf(model)).toEqual(before);
    });

    test('its training step is pure and trains every trainable weight', async () => {
      const model = make(1);
      const before = model.trainableWeights.map((weight) => weight.read().dataSync().slice());
      await toyRun({ ...parts(), model, executor: checkingExecutor() });
      model.trainableWeights.forEach((weight, i) =>
        expect([...weight.read().dataSync()], weight.name).not.toEqual([...before[i]!]),
      );
      for (const weight of model.getWeights()) expect(weight.dataSync().every(Number.isFinite)).toBe(true);
    });

    test('leaves nothing behind when it is disposed, trained or not', async () => {
      const examples = data();
      await expectNoLeak(() => void make(1).dispose());
      await expectNoLeak(async () => {
        const model = make(1);
        await toyRun({ model, loss: squaredError, metrics: [], data: examples });
        model.dispose();
      });
    });
  });
}
