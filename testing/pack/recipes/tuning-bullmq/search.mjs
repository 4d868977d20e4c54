import { float, int, space } from '@espalier/tuning';
import { train } from './train.js';

export const study = 'search';
export const search = space({ learningRate: float(1e-3, 1e-1, { log: true }), units: int(4, 16) });

let trained;

/** The same training for all, once in each process, and something of the parameters. */
export const objective = async ({ parameters: { learningRate, units } }) => {
  const { losses } = await (trained ??= train('wasm'));
  return losses.at(-1) + Math.abs(Math.log10(learningRate) + 2) + Math.abs(units - 8) / 8;
};
