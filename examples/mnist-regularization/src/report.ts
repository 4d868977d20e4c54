import type { HostArray } from '@espalier/core';
import {
  confusionMatrixChart,
  htmlReport,
  kernelGrid,
  learningCurves,
  madeFrom,
  type ReportSection,
  weightHeatMap,
  weightHistogram,
} from '@espalier/visualization';
import type { StudyResult } from './study.js';
import { resultTable } from './table.js';

/**
 * The study as one HTML page.
 *
 * @param found What it found, in a sentence; nothing of a single way.
 */
export function studyReport(
  results: readonly StudyResult[],
  subtitle: string,
  found?: string,
): Promise<string> {
  // Pictures are those of each variant's first run.
  const firsts = results.filter(
    ({ variant }, i) => results.findIndex((other) => other.variant.name === variant.name) === i,
  );
  const runs = firsts.map(({ variant }) => ({
    name: variant.name,
    history: results.filter((result) => result.variant.name === variant.name).map(({ record }) => record),
  }));
  return htmlReport({
    title: 'Regularising a network on MNIST',
    subtitle,
    findings: found === undefined ? [] : [found],
    made: madeOf(results),
    summary: resultTable(results),
    sections: [
      {
        title: 'Learning curves',
        text: 'Training loss and accuracy are those of the training steps, dropout included. Means over the seeds.',
        charts: learningCurves(runs, { metrics: ['loss', 'accuracy'] }),
      },
      ...firsts.map(runSection),
    ],
  });
}

/** What made the first run stands for all; ways differ by what their sections say, and seeds as the subtitle does. */
function madeOf(results: readonly StudyResult[]) {
  const { optimizer, executor, data, versions } = madeFrom(results[0]!.record);
  const made = {
    optimizer,
    executor,
    data,
    versions,
    command: ['npm start --', ...process.argv.slice(2)].join(' '),
  };
  return Object.fromEntries(
    Object.entries(made).filter((pair): pair is [string, string | number] => pair[1] !== undefined),
  );
}

function runSection(result: StudyResult): ReportSection {
  const { variant, record, confusion, weights, testAccuracy, testLoss } = result;
  const kernels = Object.entries(weights).filter(([name]) => name.endsWith('/kernel'));
  const stopped = record.stopReason ? ` Stopped: ${record.stopReason}.` : '';
  return {
    title: variant.name,
    text: `${variant.about} Test accuracy ${(testAccuracy * 100).toFixed(2)} %, test loss ${testLoss.toFixed(4)}.${stopped}`,
    collapsed: true,
    charts: [
      ...learningCurves(record, { metrics: ['loss', 'accuracy'] }),
      confusionMatrixChart(confusion, '0123456789'.split('')),
      ...kernels.map(([name, kernel]) => weightPicture(picture(name, kernel))),
      ...kernels.map(([name, kernel]) =>
        weightHistogram({ ...picture(name, kernel), yScale: 'log' as const }),
      ),
    ],
  };
}

/** Weights of pixels as pictures, one for each unit; others as a map. */
function weightPicture(weights: ReturnType<typeof picture>) {
  return weights.shape[0] === 28 * 28
    ? kernelGrid({ ...weights, imageShape: [28, 28] })
    : weightHeatMap(weights);
}

function picture(name: string, { data, shape }: HostArray) {
  return { name, shape, values: data };
}
