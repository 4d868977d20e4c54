import { option } from '@espalier/core';

/** An option that takes an AbortSignal. */
export const signalRule = option.custom<AbortSignal, { readonly optional: true }>({
  optional: true,
  expected: 'an AbortSignal',
  accepts: (value) =>
    typeof (value as Partial<AbortSignal> | null)?.addEventListener === 'function' &&
    typeof (value as Partial<AbortSignal>).aborted === 'boolean',
});
