import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { foldLayers } from './fold-layers.js';

const input = (name: string) => tfl.input({ shape: [2], name });
const dense = (name: string) => tfl.layers.dense({ units: 2, name });

/** A model of one layer, and one around it; of the given number of outputs. */
function nested(outputs: number): tfl.LayersModel {
  const inside = input('inside');
  const shared = dense('shared').apply(inside) as tfl.SymbolicTensor;
  const heads = Array.from(
    { length: outputs },
    (_, i) => dense(`head_${i}`).apply(shared) as tfl.SymbolicTensor,
  );
  return tfl.model({ inputs: inside, outputs: heads, name: 'inner' });
}

const depths = (model: tfl.LayersModel): string[] => {
  const seen: string[] = [];
  foldLayers<number>(
    model,
    () => 0,
    (layer, inputs) => {
      const depth = 1 + Math.max(...inputs);
      seen.push(`${layer.name} ${depth}`);
      return depth;
    },
  );
  return seen;
};

test('asks once for each application, also where a model within has several outputs', () => {
  const x = input('x');
  const outputs = nested(3).apply(x) as tfl.SymbolicTensor[];
  expect(depths(tfl.model({ inputs: x, outputs }))).toEqual(['shared 1', 'head_0 2', 'head_1 2', 'head_2 2']);
});

test('a model within a model that is applied twice has the values of each', () => {
  const middle = input('middle');
  const block = tfl.model({
    inputs: middle,
    outputs: nested(1).apply(middle) as tfl.SymbolicTensor,
    name: 'block',
  });
  const x = input('x');
  const once = block.apply(x) as tfl.SymbolicTensor;
  const twice = block.apply(once) as tfl.SymbolicTensor;
  expect(depths(tfl.model({ inputs: x, outputs: twice }))).toEqual([
    'shared 1',
    'head_0 2',
    'shared 3',
    'head_0 4',
  ]);
});
