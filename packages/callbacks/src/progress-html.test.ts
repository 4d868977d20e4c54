import { scriptedRun } from '@espalier/testkit';
import { expect, test } from 'vitest';
import { progressBar } from './progress-bar.js';

/** What is drawn on; every look at the clock is a second later. */
function page() {
  const drawn: string[] = [];
  let now = 0;
  const element = {
    get innerHTML(): string {
      return drawn.at(-1) ?? '';
    },
    set innerHTML(html: string) {
      drawn.push(html);
    },
  };
  return { drawn, options: { element, clock: () => (now += 1000) } };
}

const epochs = [
  { loss: 0.5, val_loss: 2 },
  { loss: 0.25, val_loss: 1 },
];

test('draws each step into an element of the page', async () => {
  const { drawn, options } = page();
  await scriptedRun({ plugins: [progressBar({ ...options, label: 'base' })], epochs, stepsPerEpoch: 4 });
  const values = drawn.map((html) => /value="(\d+)" max="4"/.exec(html)?.[1]);
  expect(values).toEqual(['0', '1', '2', '3', '4', '4', '0', '1', '2', '3', '4', '4']);
  expect(drawn[0]).toContain('base  epoch 1/2 0/4');
  expect(drawn.at(-1)).toMatch(
    /^<div class="espalier-progress"><progress value="4" max="4"><\/progress> <span [^>]*>base {2}epoch 2\/2 4\/4 {2}loss 0.25 {2}val_loss 1 {2}learning_rate 0.1 .*<\/span><\/div>$/,
  );
  expect(drawn.at(-1)).not.toMatch(/[█░]/);
});

test('says why a run stopped, in letters that are no HTML', async () => {
  const { drawn, options } = page();
  const stopping = {
    name: 'stopping',
    onEpochEnd: (run: { stop(reason: string): void }) => run.stop('<b>"enough" & over</b>'),
  };
  const bar = progressBar({ ...options, label: '<script>' });
  await scriptedRun({ plugins: [stopping, bar], epochs, stepsPerEpoch: 1 });
  expect(drawn.at(-1)).toContain('&#60;b&#62;&#34;enough&#34; &#38; over&#60;/b&#62;');
  expect(drawn.at(-1)).toContain('&#60;script&#62;');
  expect(drawn.at(-1)).not.toMatch(/<(b|script)>/);
});

test('an element goes with neither a stream nor plain lines', () => {
  const { element } = page().options;
  expect(() => progressBar({ element, plain: true })).toThrow('plain must be left out');
  expect(() => progressBar({ element, stream: { write() {} } })).toThrow('stream must be left out');
  expect(() => progressBar({ element: 'bar' as never })).toThrow('element must be');
});
