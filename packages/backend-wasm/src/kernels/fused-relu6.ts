import type { KernelPatch } from './kernel-patch.js';
import { relu6 } from './elementwise.js';

/** Fused convolutions do the activation relu6 as a kernel of its own, which keeps NaN; all else is the stock kernel's. */
export const fusedRelu6: readonly KernelPatch[] = ['FusedConv2D', 'FusedDepthwiseConv2D'].map(
  (kernelName) => ({
    kernelName,
    reason: 'with relu6 turned NaN into 0 and so hid it',
    build(stock) {
      const fused = stock.get(kernelName);
      const activate = relu6.build(stock);
      return (args) => {
        if (args.attrs['activation'] !== 'relu6') return fused(args);
        const x = fused({ ...args, attrs: { ...args.attrs, activation: 'linear' } });
        const out = activate({ inputs: { x }, attrs: {}, backend: args.backend });
        args.backend.disposeData(x.dataId);
        return out;
      };
    },
  }),
);
