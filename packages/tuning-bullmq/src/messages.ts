import type { Report } from '@espalier/tuning';
import { keepNonFinite, restoreNonFinite } from '@espalier/core/internal';

/** What the queue has of a trial; the rest is in the study. */
export interface TrialJob {
  readonly trial: number;
}

/** What a worker tells of a trial on its way. */
export type TrialMessage =
  | ({ readonly type: 'report' } & Report)
  | { readonly type: 'note'; readonly name: string; readonly value: unknown };

/** How a trial's objective ended in a worker. */
export type TrialResult = {
  readonly constraints: readonly number[];
} & (
  | { readonly outcome: number | readonly number[] | 'pruned' }
  | { readonly error: { readonly name: string; readonly message: string; readonly stack?: string } }
);

/** JSON that keeps infinities and NaN. */
export const encode = (value: unknown): string => JSON.stringify(value, keepNonFinite);

/** Of {@link encode}. */
export const decode = <T>(text: string): T => JSON.parse(text, restoreNonFinite) as T;
