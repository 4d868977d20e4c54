import { type HostArrays, type Plugin, type Run } from 'espalier';

/**
 * Logs of each weight matrix, after every epoch: its mean, its standard deviation, and how far its weights have moved since the
 * first epoch on average, as `mean hidden_1`, `deviation hidden_1`, `moved hidden_1`.
 */
export function weightLog(): Plugin {
  let first: HostArrays = {};
  return {
    name: 'weight-log',
    async onEpochEnd(run: Run) {
      const weights = await run.getWeights();
      if (run.epoch === 0) first = weights;
      for (const name of Object.keys(weights).filter((parameter) => parameter.endsWith('/kernel'))) {
        const values = Array.from(weights[name]!.data as Float32Array);
        const start = first[name]!.data as Float32Array;
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
        const moved = values.reduce((sum, value, i) => sum + Math.abs(value - start[i]!), 0) / values.length;
        const layer = name.slice(0, -'/kernel'.length);
        run.log(`mean ${layer}`, mean);
        run.log(`deviation ${layer}`, Math.sqrt(square));
        run.log(`moved ${layer}`, moved);
      }
    },
  };
}
