import { expectTypeOf, test } from 'vitest';
import { option } from './option-rules.js';
import { readOptions } from './read-options.js';

interface Options<M extends string = string> {
  readonly monitor: M;
  readonly mode?: 'min' | 'max';
  readonly baseline?: number;
  readonly patience?: number;
}

const monitored = <M extends string>(options: Options<M>) =>
  readOptions('thing', options, {
    monitor: option.text(),
    mode: option.oneOf(['min', 'max'], { default: 'min' }),
    baseline: option.number({ optional: true }),
    patience: option.integer({ min: 0, default: 0 }),
  }).values;

test('values have the types of the options, undefined only where nothing stands in', () => {
  const values = monitored({ monitor: 'val_loss' as const });
  expectTypeOf(values.monitor).toEqualTypeOf<'val_loss'>();
  expectTypeOf(values.mode).toEqualTypeOf<'min' | 'max'>();
  expectTypeOf(values.baseline).toEqualTypeOf<number | undefined>();
  expectTypeOf(values.patience).toEqualTypeOf<number>();
});

test('a forgotten rule, and one that refuses what the type allows, are compile errors', () => {
  const options: Pick<Options, 'mode' | 'patience'> = {};
  const patience = option.integer({ default: 0 });
  // @ts-expect-error -- no rule for `mode`
  readOptions('thing', options, { patience });
  // @ts-expect-error -- 'max' would be refused
  readOptions('thing', options, { patience, mode: option.oneOf(['min'], { default: 'min' }) });
});
