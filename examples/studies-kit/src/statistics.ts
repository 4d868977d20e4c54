import { meanOverSeeds } from 'espalier';

/** The mean; NaN of nothing. */
export const mean = (values: readonly number[]): number => meanOverSeeds(values).mean;

/** Standard deviation of a sample; NaN of fewer than two values. */
export const deviation = (values: readonly number[]): number => meanOverSeeds(values).deviation;

/** How far one further run of the same kind may lie from the mean of these, with 95 % confidence. */
export const predictionSpread = (values: readonly number[]): number => meanOverSeeds(values).further;
