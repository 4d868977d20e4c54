import { barChart } from 'espalier';
import {
  deviation,
  type Lab,
  mean,
  type Measurement,
  publishedFigures,
  type Row,
} from '@espalier-examples/studies-kit';

/** Test accuracies beside the published ones, and the loss of each row per epoch. */
export function pictures(lab: Lab, rows: readonly Row[], test: (run: Measurement) => number): void {
  lab.picture(
    'test-accuracy',
    'Test accuracy of the nine rows, in percent',
    barChart({
      title: 'Test accuracy, %',
      bars: rows.flatMap(({ name, runs, published }) => [
        { label: name, series: 'published', value: publishedFigures(published)[1]!.value },
        {
          label: name,
          series: 'measured',
          value: mean(runs.map(test)),
          ...(runs.length > 1 && { error: deviation(runs.map(test)) }),
        },
      ]),
      digits: 2,
      marks: 'dots',
      ...(rows.some(({ runs }) => runs.length > 1) && { errorLabel: '± 1 standard deviation' }),
    }),
  );
  for (const { name, runs } of rows) {
    lab.curves(name.replace(/[^a-z0-9]+/gi, '-'), `${name}: loss per epoch`, { [name]: runs }, ['loss']);
  }
}
