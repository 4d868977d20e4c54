import { confusionMatrixChart, kernelGrid, networkChart, weightHeatMap } from 'espalier';
import { greater, type Images, type Lab, type Measurement, type Row } from '@espalier-examples/studies-kit';
import { BENCHMARK, extra, least, leastTraining, test, trainer } from './bench.js';
import { coefficients, lambdas, proximal } from './published.js';
import { type Named, sparsityTables } from './sparsity.js';

/** Every coefficient of L1 and L2, and of L1 by its proximal step. Gives the runs of L2 0.001. */
export async function penalties(lab: Lab, images: Images): Promise<readonly Measurement[]> {
  const run = trainer(lab, images);
  const rows: Row[] = [];
  const sparsities: Row[] = [];
  for (const [name, penalty, figures, shares] of coefficients.slice(0, lab.size(11, 3))) {
    const runs = await run(name, penalty, {}, ['none', 'L1 0.0001'].includes(name));
    rows.push({ name, runs, published: figures });
    sparsities.push({ name, runs, published: shares });
  }
  const proximals: Named[] = [];
  for (const lambda of lambdas.filter((one) => !lab.quick || one === 0.1)) {
    const [name, plugin] = proximal(lambda);
    const runs = await run(name, plugin);
    rows.push({ name, runs });
    proximals.push([name, runs]);
  }
  const of = (name: string): Named => [name, rows.find((row) => row.name === name)?.runs ?? []];
  lab.table({
    title: 'Every coefficient',
    text: "The training loss has the penalty in it, the validation loss has not; the test loss of the study is 1 - accuracy. Proximal: a step after Adam's, so its coefficients do not compare with those of the penalty.",
    columns: [
      { label: 'least training loss', of: leastTraining, digits: 4 },
      { label: 'least validation loss', of: least('val_loss'), digits: 4 },
      { label: 'test loss', of: (r) => 1 - test(r), digits: 4 },
      { label: 'test accuracy', of: test, digits: 4 },
      { label: 'epochs', of: (r) => r.epochs.length, digits: 1 },
    ],
    rows,
  });
  sparsityTables(lab, sparsities, [...lambdas.map((lambda) => of(`L1 ${lambda}`)), ...proximals]);
  lab.claim('L1 0.0001 is better than none on the test images', [
    greater(of('L1 0.0001'), of('none'), test, { unit: '', digits: 4 }),
  ]);
  lab.claim('L2 0.001 is better than none on the test images', [
    greater(of('L2 0.001'), of('none'), test, { unit: '', digits: 4 }),
  ]);
  lab.claim('The least training loss of L2 0.0001 is below that of L2 0.001', [
    greater(of('L2 0.001'), of('L2 0.0001'), leastTraining, { unit: '', digits: 4 }),
  ]);
  lab.claim('L2 0.0001 is no better than L2 0.001 on the test images, to within 0.002', [
    greater(of('L2 0.001'), of('L2 0.0001'), test, { unit: '', digits: 4, by: -0.002 }),
  ]);
  lab.claim('L1 makes weights sparser than L2 does', [
    greater(of('L1 0.001'), of('L2 0.001'), (r) => extra(r).overall, { unit: '', digits: 3 }),
  ]);
  lab.claim('The proximal step makes more weights exactly 0 than the sub-gradient does', [
    greater(of('proximal L1 0.1'), of('L1 0.0001'), (r) => extra(r).zerosOverall, { unit: '', digits: 3 }),
  ]);
  lab.picture(
    'network',
    'The network',
    networkChart({
      title: '784-128-128-64-64-64-64-10',
      layers: [784, ...BENCHMARK, 10].map((units, i, all) => ({
        name: i === 0 ? 'input' : i === all.length - 1 ? 'output' : `hidden_${i}`,
        shape: [units],
        ...(i > 0 && { type: 'Dense', parameters: (all[i - 1]! + 1) * units }),
      })),
    }),
  );
  lab.curves(
    'loss',
    'Loss per epoch',
    Object.fromEntries(rows.slice(0, 4).map(({ name, runs }) => [name, runs])),
    ['loss'],
  );
  for (const {
    name,
    runs: [first],
  } of rows.filter(({ runs }) => runs[0] && Object.keys(extra(runs[0]).kernels).length > 0)) {
    const file = name.replaceAll(' ', '-');
    const entries = Object.entries(extra(first!).kernels);
    lab.picture(
      `weights-${file}`,
      `${name}: weights of each layer`,
      entries.map(([parameter, kernel]) =>
        kernel.shape[0] === 784
          ? kernelGrid({ name: parameter, ...kernel, imageShape: [28, 28] })
          : weightHeatMap({ name: parameter, ...kernel }),
      ),
    );
    lab.picture(
      `confusion-${file}`,
      `${name}: confusions on the test images`,
      confusionMatrixChart(first!.test['confusionMatrix'] as number[][], [...'0123456789']),
    );
  }
  return of('L2 0.001')[1];
}
