import { type HealthReport, lineChart } from 'espalier';
import { type Lab, mean, type Measurement, type Row } from '@espalier-examples/studies-kit';

/** Hidden layers of the deep network. */
export const DEEP = Array<number>(8).fill(64);
/** Its hidden layers. */
const LAYERS = DEEP.map((_, i) => `hidden_${i + 1}`);
/** How far the loss falls from the first epoch to the last. */
export const fall = (run: Measurement) => run.epochs[0]!['loss']! - run.epochs.at(-1)!['loss']!;
/** What `health` found in a run. */
const found = (run: Measurement) => run.extra as unknown as HealthReport;
const hidden = ({ layer }: { readonly layer: string }) => LAYERS.includes(layer);
/** How many of the hidden layers stand still: mean and deviation of their weights move by less than 0.003 over all epochs. */
export const stillLayers = (run: Measurement) =>
  found(run).layers.filter((layer) => hidden(layer) && layer.signs?.weights).length;
/** Mean distance of the first layer's weights from those after the first epoch. */
export const moved = (run: Measurement) => found(run).epochs.at(-1)!.layers[0]!.moved!;

/** The three signs, seen in the sigmoid network. */
export function signs(lab: Lab, sick: readonly Measurement[]): void {
  if (sick.length === 0) return;
  const still = mean(sick.map(stillLayers));
  lab.finding(
    'First sign: the loss of the deep sigmoid network stands still',
    sick.every((run) => fall(run) < 0.05),
    `it falls by ${mean(sick.map(fall)).toFixed(4)} over all epochs`,
  );
  lab.finding(
    "Second sign: mean and deviation of each hidden layer's weights move by less than 0.003",
    still === DEEP.length,
    `in ${still.toFixed(1)} of ${DEEP.length} hidden layers`,
  );
  lab.finding(
    "Third sign: the first layer's weights after the last epoch are those after the first",
    sick.every((run) => moved(run) < 0.003),
    `they moved by ${mean(sick.map(moved)).toExponential(1)} on average`,
  );
}

/** What `health` says of each network, and of each layer of the sigmoid one; of the first seed. */
export function healthTables(lab: Lab, [sick]: readonly Measurement[], cures: readonly Row[]): void {
  if (!sick) return;
  lab.textTable({
    title: 'What health() finds in the deep sigmoid network, layer by layer',
    text: 'Of seed 1, after the last epoch.',
    columns: ['layer', 'finding', 'what helps'],
    rows: found(sick).layers.map(({ layer, sentence, cure }) => [layer, sentence, cure ?? '']),
  });
  const networks = [{ name: 'sigmoid', runs: [sick] }, ...cures];
  lab.textTable({
    title: 'What health() finds in each deep network',
    text: 'Of seed 1, after the last epoch.',
    columns: ['network', 'finding'],
    rows: networks.flatMap(({ name, runs: [first] }) => (first ? [[name, found(first).sentence]] : [])),
  });
}

/** Mean and deviation of each layer's weights, epoch by epoch; of the first seed. */
export function weightPictures(lab: Lab, which: string, [first]: readonly Measurement[]): void {
  if (!first) return;
  lab.picture(
    `weights-${which.toLowerCase()}`,
    `Deep network, ${which}: mean and deviation of each layer's weights`,
    (['mean', 'deviation'] as const).map((what) =>
      lineChart({
        title: `${which}: ${what} of the weights`,
        xLabel: 'Epoch',
        series: LAYERS.map((layer) => ({
          name: layer,
          points: found(first).epochs.map(({ layers }) => layers.find((one) => one.layer === layer)![what]!),
        })),
      }),
    ),
  );
}
