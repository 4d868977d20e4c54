import type { Pooling } from '@espalier/core/internal';

const axes = ['Z', 'Y', 'X'] as const;

/** The geometry as uniforms: `inZ`, `outZ`, `windowZ`, `strideZ`, `padZ`, the same for Y and X, and `channels`. */
export function integersOf(pooling: Pooling): Record<string, number> {
  const parts = {
    in: pooling.input,
    out: pooling.output,
    window: pooling.window,
    stride: pooling.strides,
    pad: pooling.padding,
  };
  const uniforms: Record<string, number> = { channels: pooling.channels };
  for (const [name, sizes] of Object.entries(parts))
    axes.forEach((axis, i) => (uniforms[name + axis] = sizes[i]!));
  return uniforms;
}

/** WGSL that splits a flat index over `[batch, Z, Y, X, channels]` into `n`, `z`, `y`, `x` and `channel`. */
export function splitIndex(side: 'in' | 'out'): string {
  return `
    let channel = index % uniforms.channels;
    var rest = index / uniforms.channels;
    let x = rest % uniforms.${side}X; rest = rest / uniforms.${side}X;
    let y = rest % uniforms.${side}Y; rest = rest / uniforms.${side}Y;
    let z = rest % uniforms.${side}Z;
    let n = rest / uniforms.${side}Z;`;
}

/** WGSL that runs `body` for each cell `iz`, `iy`, `ix` inside the input of the window at `z`, `y`, `x`. */
export function eachCell(body: string): string {
  return nested(
    (axis) => [
      `max(${axis} * uniforms.stride${axis.toUpperCase()} - uniforms.pad${axis.toUpperCase()}, 0)`,
      `min(${axis} * uniforms.stride${axis.toUpperCase()} - uniforms.pad${axis.toUpperCase()} + uniforms.window${axis.toUpperCase()}, uniforms.in${axis.toUpperCase()})`,
    ],
    'i',
    body,
  );
}

/** WGSL that runs `body` for each window `oz`, `oy`, `ox` that has the cell `z`, `y`, `x`. */
export function eachWindow(body: string): string {
  return nested(
    (axis) => {
      const name = axis.toUpperCase();
      const cell = `(${axis} + uniforms.pad${name})`;
      return [
        `max(${cell} - uniforms.window${name} + uniforms.stride${name}, 0) / uniforms.stride${name}`,
        `min(${cell} / uniforms.stride${name} + 1, uniforms.out${name})`,
      ];
    },
    'o',
    body,
  );
}

function nested(bounds: (axis: string) => readonly [string, string], prefix: string, body: string): string {
  return ['x', 'y', 'z'].reduce((inside, axis) => {
    const [from, to] = bounds(axis);
    const name = prefix + axis;
    return `for (var ${name} = ${from}; ${name} < ${to}; ${name} = ${name} + 1) { ${inside} }`;
  }, body);
}
