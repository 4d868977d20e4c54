import type { AllowedValues } from '@espalier/core/internal';

/** Counts and amounts. */
export const NOT_NEGATIVE: AllowedValues = {
  text: 'a finite number >= 0',
  accepts: (value) => value >= 0 && value < Infinity,
};

/** Answers to yes-or-no questions without doubt. */
export const YES_OR_NO: AllowedValues = { text: '0 or 1', accepts: (value) => value === 0 || value === 1 };
