/** Letters that a terminal draws on two columns: East Asian wide ones, and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** What takes no column of its own: accents that join the letter before, joiners. */
const JOINED = /\p{Mark}|\p{Cf}/u;

/** Columns that a terminal draws a text on: two for a wide letter, none for an accent. Of joined emoji it counts each, rather too many than too few. */
export function terminalWidth(text: string): number {
  return [...text].reduce((sum, letter) => sum + letterWidth(letter), 0);
}

const letterWidth = (letter: string): number => (WIDE.test(letter) ? 2 : JOINED.test(letter) ? 0 : 1);

/** A text on `width` columns at most, its middle left out where it is longer; nothing where that leaves no letter. */
export function cutInTheMiddle(text: string, width: number): string {
  if (terminalWidth(text) <= width) return text;
  const letters = [...text];
  const half = (width - 1) / 2;
  const [start, end] = [beginning(letters, Math.ceil(half)), beginning(letters.reverse(), Math.floor(half))];
  return start === '' ? '' : `${start}…${[...end].reverse().join('')}`;
}

/** As many of the first letters as fit. */
function beginning(letters: readonly string[], width: number): string {
  let used = 0;
  const end = letters.findIndex((letter) => (used += letterWidth(letter)) > width);
  return letters.slice(0, end < 0 ? letters.length : end).join('');
}
