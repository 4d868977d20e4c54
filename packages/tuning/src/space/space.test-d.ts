import { expectTypeOf, test } from 'vitest';
import { choice, float, int } from './distributions.js';
import type { Space } from './space.js';
import { space, when } from './space.js';

type Of<S> = S extends Space<infer P> ? P : never;

test('a choice gives the union of its values, numbers give number', () => {
  const _plain = space({
    optimizer: choice(['sgd', 'adam']),
    rate: float(0, 1),
    units: int(1, 8),
    bias: choice([true, null]),
  });
  expectTypeOf<Of<typeof _plain>>().toEqualTypeOf<{
    optimizer: 'sgd' | 'adam';
    rate: number;
    units: number;
    bias: true | null;
  }>();
});

test('a conditional parameter is there exactly where its condition holds', () => {
  const _search = space({
    optimizer: choice(['sgd', 'adam', 'rmsprop']),
    rate: float(0, 1),
    momentum: when({ optimizer: ['sgd', 'rmsprop'] }, float(0, 1)),
    nesterov: when({ optimizer: 'sgd' }, choice([true, false])),
  });
  const parameters = undefined as unknown as Of<typeof _search>;
  expectTypeOf(parameters.rate).toEqualTypeOf<number>();
  expectTypeOf(parameters.momentum).toEqualTypeOf<number | undefined>();
  if (parameters.optimizer === 'sgd') {
    expectTypeOf(parameters.momentum).toEqualTypeOf<number>();
    expectTypeOf(parameters.nesterov).toEqualTypeOf<boolean>();
  } else if (parameters.optimizer === 'rmsprop') {
    expectTypeOf(parameters.momentum).toEqualTypeOf<number>();
    expectTypeOf(parameters.nesterov).toEqualTypeOf<undefined>();
  } else {
    expectTypeOf(parameters.optimizer).toEqualTypeOf<'adam'>();
    expectTypeOf(parameters.momentum).toEqualTypeOf<undefined>();
  }
});

test('conditions may stand on conditional parameters, and on several', () => {
  const _search = space({
    model: choice(['mlp', 'cnn']),
    layers: when({ model: 'mlp' }, choice([1, 2])),
    second: when({ layers: 2 }, int(1, 8)),
    kernel: when({ model: 'cnn' }, choice([3, 5])),
    both: when({ model: 'cnn', kernel: 3 }, float(0, 1)),
  });
  const parameters = undefined as unknown as Of<typeof _search>;
  if (parameters.model === 'mlp' && parameters.layers === 2)
    expectTypeOf(parameters.second).toEqualTypeOf<number>();
  if (parameters.model === 'cnn') {
    expectTypeOf(parameters.second).toEqualTypeOf<undefined>();
    expectTypeOf(parameters.kernel).toEqualTypeOf<3 | 5>();
    if (parameters.kernel === 3) expectTypeOf(parameters.both).toEqualTypeOf<number>();
    else expectTypeOf(parameters.both).toEqualTypeOf<undefined>();
  }
});

test('conditions on what is not there do not compile', () => {
  // @ts-expect-error -- no such parameter
  void (() => space({ optimizer: choice(['sgd']), momentum: when({ optimiser: 'sgd' }, float(0, 1)) }));
  // @ts-expect-error -- no such value
  void (() => space({ optimizer: choice(['sgd']), momentum: when({ optimizer: 'adam' }, float(0, 1)) }));
  // @ts-expect-error -- not a choice
  void (() => space({ rate: float(0, 1), momentum: when({ rate: 1 }, float(0, 1)) }));
});
