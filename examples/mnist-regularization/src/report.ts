import type { HostArray } from '@espalier/core';
import {
  confusionMatrixChart,
  htmlReport,
  learningCurves,
  type ReportSection,
  weightHeatMap,
  weightHistogram,
} from '@espalier/visualization';
import type { StudyResult } from './study.js';
import { resultTable } from './table.js';

/** The study as one HTML page. */
export function studyReport(results: readonly StudyResult[], subtitle: string): Promise<string> {
  const runs = results.map(({ variant, record }) => ({ name: variant.name, history: record }));
  return htmlReport({
    title: 'Regularising a network on MNIST',
    subtitle,
    summary: resultTable(results),
    sections: [
      {
        title: 'Learning curves',
        text: 'Training loss and accuracy are those of the training steps, dropout included.',
        charts: learningCurves(runs, { metrics: ['loss', 'accuracy'] }),
      },
      ...results.map(runSection),
    ],
  });
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
      ...kernels.map(([name, kernel]) => weightHeatMap(picture(name, kernel))),
      ...kernels.map(([name, kernel]) =>
        weightHistogram({ ...picture(name, kernel), yScale: 'log' as const }),
      ),
    ],
  };
}

function picture(name: string, { data, shape }: HostArray) {
  return { name, shape, values: data };
}
