import { describe, expect, test } from 'vitest';
import { flameBoxes, secondsText } from './flame-boxes.js';
import { flameChart, type ProfilePart, toSvg } from '../index.js';

const part = (name: string, seconds: number, children: readonly ProfilePart[] = []): ProfilePart => ({
  name,
  seconds,
  calls: 1,
  children,
});
const profile = part('run', 10, [
  part('steps', 6, [part('l2', 2, [part('penalty', 2)]), part('ema', 0.001)]),
  part('validations', 3),
]);

describe('flameBoxes', () => {
  const places = (of: ProfilePart, width: number) => {
    const { boxes, ...rest } = flameBoxes(of, width);
    return { ...rest, boxes: boxes.map(({ part, depth, from, to }) => [part.name, depth, from, to]) };
  };

  test('puts each part below the one that it is of, as wide as it took long', () => {
    expect(places(profile, 100)).toEqual({
      hidden: 1,
      narrowed: false,
      boxes: [
        ['run', 0, 0, 10],
        ['steps', 1, 0, 6],
        ['l2', 2, 0, 2],
        ['penalty', 3, 0, 2],
        ['validations', 1, 6, 9],
      ],
    });
    // Half a pixel of 10,000 is half a thousandth of the ten seconds.
    expect(places(profile, 10_000).boxes).toContainEqual(['ema', 2, 2, 2.001]);
  });

  test('narrows what ran at the same time, and with it what is inside', () => {
    const over = part('run', 4, [part('a', 6, [part('inner', 3)]), part('b', 2)]);
    expect(places(over, 100)).toEqual({
      hidden: 0,
      narrowed: true,
      boxes: [
        ['run', 0, 0, 4],
        ['a', 1, 0, 3],
        ['inner', 2, 0, 1.5],
        ['b', 1, 3, 4],
      ],
    });
  });
});

describe('flameChart', () => {
  test('writes names and times where they fit, and says the whole in words', async () => {
    const chart = flameChart({ profile, width: 400 });
    const svg = await toSvg(chart);
    for (const text of ['steps  6 s', 'validations  3 s', 'l2  2 s', 'Time, s']) expect(svg).toContain(text);
    expect(svg).not.toContain('>ema');
    expect(chart.title).toEqual({ text: 'Where the time went', subtitle: ['1 part too short to be seen'] });
    expect(chart.description).toContain(
      'Flame chart of 10 s: steps 60 %, validations 30 %; longest inside: penalty 2 s, ema 1 ms',
    );
    expect(await toSvg(flameChart({ profile: part('run', 0.01), width: 400 }))).toContain('Time, ms');
  });

  test('names what is no profile by its place', () => {
    const bad = part('run', 1, [part('steps', 1, [part('l2', -1)])]);
    expect(() => flameChart({ profile: bad })).toThrow('profile.children[0].children[0]');
    expect(() => flameChart({ profile: part('run', 0) })).toThrow('took no time');
  });
});

test.each([
  [12.345, '12.3 s'],
  [0.99999, '1 s'],
  [0.0456, '45.6 ms'],
  [0.00042, '420 \u00b5s'],
  [0, '0 \u00b5s'],
  [150, '150 s'],
  [12345.6, '3.43 h'],
])('%s s reads %s', (seconds, text) => expect(secondsText(seconds)).toBe(text));
