import { type Measurement, percentOf } from '@espalier-examples/studies-kit';

type Part = 'train' | 'validation' | 'test';

/** The loss on a part of the data. */
export const loss = (part: Part) => (run: Measurement) => run[part]!['loss'] as number;
/** The accuracy there, in percent. */
export const accuracy = (part: Part) => (run: Measurement) => percentOf(run[part]);
/** The accuracy on the test images. */
export const test = accuracy('test');
