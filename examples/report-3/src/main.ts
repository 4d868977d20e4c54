import {
  adam,
  confusionMatrix,
  accuracy,
  confusionMatrixChart,
  earlyStopping,
  l1,
  l1Proximal,
  l2,
  lineChart,
  mlp,
  type MlpOptions,
  mnist,
  type Plugin,
  reduceLROnPlateau,
  sparsityOf,
  split,
  weightHeatMap,
} from 'espalier';
import { greater, mean, type Measurement, percentOf, type Row, study } from '@espalier-examples/studies-kit';

interface Extra {
  readonly [name: string]: unknown;
  /** Shares of |w| < 1e-4 and of w = 0 by weight matrix, from the input on, and over all. */
  readonly sparsity: number[];
  readonly zeros: number[];
  readonly overall: number;
  /** Of seed 1, where pictures are made of it. */
  readonly kernels: Record<string, { shape: number[]; values: number[] }>;
}

const BENCHMARK = [128, 128, 64, 64, 64, 64];
const extra = (run: Measurement) => run.extra as unknown as Extra;
const test = (run: Measurement) => percentOf(run.test) / 100;
const least = (figure: string) => (run: Measurement) =>
  Math.min(...run.epochs.map((epoch) => epoch[figure]!));
/** The study's training loss has the penalty in it. */
const leastTraining = (run: Measurement) =>
  Math.min(...run.epochs.map((epoch) => epoch['loss']! + (epoch['penalty'] ?? 0)));

await study(
  {
    name: 'report-3',
    title: 'Report 3: L1, L2 and sparsity on MNIST; depth; activations',
    about:
      'A network 784-128-128-64-64-64-64-10 on MNIST (48,000 training, 12,000 validation, 10,000 test images), Adam, batches of 128. The ' +
      'learning rate falls tenfold when the validation loss stands still for 4 epochs; a run ends when the training loss does, after 200 epochs at most.',
    program: import.meta.url,
    seeds: 3,
  },
  async (lab) => {
    const { train: all, test: testImages } = await lab.data((at) => mnist({ flatten: true, ...at }), [784]);
    const [images, validation] = split(all, { fractions: [0.8, 0.2], seed: 1 });

    const run = (
      name: string,
      penalty: Plugin | undefined,
      network: Partial<MlpOptions> = {},
      pictures = false,
    ) =>
      lab.train({
        name,
        train: images,
        validation,
        test: testImages,
        epochs: lab.size(200, 1),
        batchSize: 128,
        setup: (seed) => ({
          model: mlp({ inputs: 784, hidden: BENCHMARK, outputs: 10, seed, ...network }),
          optimizer: adam(),
          metrics: [accuracy(), ...(pictures ? [confusionMatrix({ classes: 10 })] : [])],
          plugins: [
            ...(penalty ? [penalty] : []),
            reduceLROnPlateau({ monitor: 'val_loss', factor: 0.1, patience: 4 }),
            earlyStopping({ monitor: 'loss', patience: 4, minDelta: 1e-3 }),
          ],
        }),
        measure: async ({ trainer, seed }) => {
          const weights = await trainer.getWeights();
          const near = sparsityOf(weights);
          const exact = sparsityOf(weights, { threshold: Number.MIN_VALUE });
          const kernels = Object.entries(weights).filter(
            ([parameter]) => pictures && seed === 1 && parameter.endsWith('/kernel'),
          );
          return {
            sparsity: Object.values(near.byParameter),
            zeros: Object.values(exact.byParameter),
            overall: near.overall,
            kernels: Object.fromEntries(
              kernels.map(([parameter, { shape, data }]) => [
                parameter,
                {
                  shape: [...shape],
                  values: Array.from(data as Float32Array, (w) => Number(w.toPrecision(3))),
                },
              ]),
            ),
          };
        },
      });

    const collapsed = [2.301, 2.302, 0.8865, 0.1135];
    const coefficients: [
      name: string,
      penalty: Plugin | undefined,
      figures: (number | null)[],
      sparsities: number[],
    ][] = [
      ['none', undefined, [0.0031, 0.0865, 0.0212, 0.9788], [0.0011, 0.0006, 0.0006, 0.0007, 0, 0]],
      [
        'L1 0.0001',
        l1({ lambda: 1e-4 }),
        [0.1763, 0.0675, 0.0194, 0.9806],
        [0.825, 0.7, 0.643, 0.566, 0.522, 0.2],
      ],
      [
        'L2 0.001',
        l2({ lambda: 1e-3 }),
        [0.1705, 0.0719, 0.0198, 0.9802],
        [0.233, 0.125, 0.307, 0.319, 0.222, 0.125],
      ],
      [
        'L1 0.001',
        l1({ lambda: 1e-3 }),
        [0.439, 0.1426, 0.0403, 0.9597],
        [0.964, 0.988, 0.981, 0.964, 0.954, 0.75],
      ],
      ['L2 0.0001', l2({ lambda: 1e-4 }), [null, null, null, null], []],
      [
        'L2 0.01',
        l2({ lambda: 1e-2 }),
        [0.7913, 0.2074, 0.0523, 0.9477],
        [0.394, 0.339, 0.385, 0.42, 0.359, 0.125],
      ],
      ['L2 0.1', l2({ lambda: 0.1 }), collapsed, [1, 1, 1, 1, 1, 0.889]],
      ['L2 1', l2({ lambda: 1 }), collapsed, [1, 1, 1, 1, 1, 1]],
      ['L1 0.01', l1({ lambda: 0.01 }), collapsed, [1, 1, 1, 1, 1, 1]],
      ['L1 0.1', l1({ lambda: 0.1 }), collapsed, [1, 1, 1, 1, 1, 1]],
      ['L1 1', l1({ lambda: 1 }), collapsed, [1, 1, 1, 1, 1, 1]],
      ['proximal L1 0.001', l1Proximal({ lambda: 1e-3 }), [], []],
      ['proximal L1 0.01', l1Proximal({ lambda: 1e-2 }), [], []],
      ['proximal L1 0.1', l1Proximal({ lambda: 0.1 }), [], []],
    ];
    const rows: Row[] = [];
    const sparsities: Row[] = [];
    for (const [name, penalty, figures, shares] of coefficients.slice(0, lab.size(14, 3))) {
      const runs = await run(name, penalty, {}, ['none', 'L1 0.0001'].includes(name));
      rows.push({ name, runs, published: figures });
      sparsities.push({ name, runs, published: shares });
    }
    const of = (name: string) => [name, rows.find((row) => row.name === name)?.runs ?? []] as const;
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
    lab.table({
      title: 'Sparsity by weight matrix, from the input to the output',
      text: 'Share of |w| < 1e-4. Of seven matrices the study lists six. Exact zeros: the share of weights that are 0, of all.',
      columns: [
        ...BENCHMARK.map((_, i) => ({
          label: `${i + 1}`,
          of: (r: Measurement) => extra(r).sparsity[i]!,
          digits: 3,
        })),
        { label: '7', of: (r) => extra(r).sparsity[6]!, digits: 3 },
        { label: 'all', of: (r) => extra(r).overall, digits: 3 },
        { label: 'exact zeros', of: (r) => mean(extra(r).zeros), digits: 3 },
      ],
      rows: sparsities,
    });
    lab.claim('L1 0.0001 is better than none on the test images', [
      greater(of('L1 0.0001'), of('none'), test, { unit: '', digits: 4 }),
    ]);
    lab.claim('L2 0.001 is better than none on the test images', [
      greater(of('L2 0.001'), of('none'), test, { unit: '', digits: 4 }),
    ]);
    lab.claim('L1 makes weights sparser than L2 does', [
      greater(of('L1 0.001'), of('L2 0.001'), (r) => extra(r).overall, { unit: '', digits: 3 }),
    ]);
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
        entries.map(([parameter, kernel]) => weightHeatMap({ name: parameter, ...kernel })),
      );
      lab.picture(
        `confusion-${file}`,
        `${name}: confusions on the test images`,
        confusionMatrixChart(first!.test['confusionMatrix'] as number[][], [...'0123456789']),
      );
    }

    const activations: ['relu' | 'tanh' | 'sigmoid', number, number, number, number][] = [
      ['relu', 23, 0.0925, 0.9792, 0.201],
      ['tanh', 26, 0.0841, 0.9797, 0.086],
      ['sigmoid', 36, 0.1793, 0.9527, 0.121],
    ];
    const activationRows: Row[] = [];
    for (const [activation, ...figures] of activations.slice(0, lab.size(3, 1))) {
      const runs =
        activation === 'relu'
          ? of('L1 0.0001')[1]
          : await run(`L1 0.0001, ${activation}`, l1({ lambda: 1e-4 }), { activation });
      activationRows.push({ name: activation, runs, published: figures });
    }
    lab.table({
      title: 'Activations, with L1 0.0001',
      columns: [
        { label: 'epochs', of: (r) => r.epochs.length, digits: 1 },
        { label: 'least validation loss', of: least('val_loss'), digits: 4 },
        { label: 'test accuracy', of: test, digits: 4 },
        { label: 'mean sparsity', of: (r) => mean(extra(r).sparsity), digits: 3 },
      ],
      rows: activationRows,
    });

    const depth: Row[] = [];
    const series = [];
    for (const width of [64, 512].slice(0, lab.size(2, 1))) {
      const nets = [
        Array(8).fill(width / 8),
        Array(4).fill(width / 4),
        [width / 2, width / 4, width / 4],
        [width / 2, width / 2],
        [width],
      ] as number[][];
      const points = [];
      for (const hidden of nets) {
        const name = hidden.join('-');
        const runs = await run(`L1 0.0001, ${name}`, l1({ lambda: 1e-4 }), { hidden });
        depth.push({ name, note: `${width} neurons`, runs });
        points.push({ x: hidden.length, y: runs.length > 0 ? mean(runs.map(test)) : null });
      }
      series.push({ name: `${width} neurons`, points });
    }
    lab.table({
      title: 'Depth at equal numbers of neurons, with L1 0.0001',
      columns: [
        { label: 'least validation loss', of: least('val_loss'), digits: 4 },
        { label: 'test accuracy', of: test, digits: 4 },
        { label: 'sparsity', of: (r) => extra(r).overall, digits: 3 },
      ],
      rows: depth,
    });
    if (series.some(({ points }) => points.some(({ y }) => y !== null)))
      lab.picture(
        'depth',
        'Test accuracy against depth',
        lineChart({
          title: 'Test accuracy against depth',
          xLabel: 'Hidden layers',
          yLabel: 'Test accuracy',
          series: series.filter(({ points }) => points.some(({ y }) => y !== null)),
        }),
      );
  },
);
