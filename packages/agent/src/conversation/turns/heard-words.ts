/** Words alone, in lower case: recognisers change case and marks from one time to the next. */
export const plainText = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s'’-]/gu, ' ')
    .replaceAll(/[’]/g, "'")
    .replaceAll(/\s+/g, ' ')
    .trim();

/** The words of a text, in the same form. */
export const wordsOf = (text: string): string[] =>
  plainText(text)
    .split(' ')
    .filter((word) => /[\p{L}\p{N}]/u.test(word));

/** What Moonshine and its kind write down when nothing was said, as seen on coughs, clicks and hiss; people say most of it too, but not so briefly. */
const WRITTEN_FOR_NOISE = new Set([
  ...[
    'thank you',
    'thanks for watching',
    'thank you for watching',
    'thank you very much',
    'you',
    'bye',
    'the',
    'so',
    'i',
    'a',
  ],
  ...['oh', 'uh', 'um', 'huh', 'hmm', 'and', 'it', 'in', 'hey', 'the end', 'music', 'applause', 'silence', 'laughter'],
]);
/** Of a sound with less voice than this, in ms, words of {@link WRITTEN_FOR_NOISE} are not believed. */
const BELIEVED_VOICE_MS = 320;
/** Nobody speaks faster, in letters a second; Moonshine does where it makes things up. */
const FASTEST_LETTERS = 32;
/** So often in a row nobody says the same. */
const REPEATS = 4;

/** What was recognised is no speech: nothing, the same again and again, or what recognisers write for noise. */
export function isMadeUp(text: string, voicedMs: number): boolean {
  const words = wordsOf(text);
  if (words.length === 0) return true;
  if (voicedMs < BELIEVED_VOICE_MS && WRITTEN_FOR_NOISE.has(words.join(' '))) return true;
  if (plainText(text).length > 12 && plainText(text).length > (FASTEST_LETTERS * (voicedMs + 400)) / 1000) return true;
  return repeatsItself(words);
}

/** Whether one to four words come {@link REPEATS} times or more, one after the other, and make most of the text. */
function repeatsItself(words: readonly string[]): boolean {
  for (let length = 1; length <= 4; length++) {
    let run = 0;
    for (let i = length; i < words.length; i++) {
      run = words[i] === words[i - length] ? run + 1 : 0;
      if (run >= length * (REPEATS - 1) && run + length > words.length / 2) return true;
    }
  }
  return false;
}

/** A hum, however it is spelled: "Mm-hmm", "Hmm", "M. H. M.". */
const HUM = /^[mh\s]+$/;
/** At most so many words tell a speaker to go on. */
const BACKCHANNEL_WORDS = 4;

/** Whether somebody only shows that they listen: the whole text is made of such words. */
export function isBackchannel(text: string, backchannels: ReadonlySet<string>): boolean {
  const words = wordsOf(text.replaceAll('-', ' '));
  if (words.length === 0 || words.length > BACKCHANNEL_WORDS) return false;
  if (HUM.test(words.join(' '))) return true;
  const isMadeOfThem = (from: number): boolean => {
    if (from === words.length) return true;
    for (let to = from + 1; to <= words.length; to++) {
      if (backchannels.has(words.slice(from, to).join(' ')) && isMadeOfThem(to)) return true;
    }
    return false;
  };
  return isMadeOfThem(0);
}

/** The words of a list in the form in which {@link isBackchannel} compares them. */
export const backchannelSet = (backchannels: readonly string[]): ReadonlySet<string> =>
  new Set(backchannels.map((words) => plainText(words.replaceAll('-', ' '))));

/** Of the words of an echo so many are found, in their order, in what the oracle said. */
const ECHO_SHARE = 0.65;

/** Whether a text is what the oracle itself was just saying, come back through the user's microphone. */
export function isEchoOf(text: string, spoken: string): boolean {
  const heard = wordsOf(text);
  const said = wordsOf(spoken);
  if (heard.length === 0 || said.length === 0) return false;
  return commonInOrder(heard, said) >= heard.length * ECHO_SHARE;
}

/** Length of the longest common subsequence. */
function commonInOrder(one: readonly string[], other: readonly string[]): number {
  let row = Array.from({ length: other.length + 1 }, () => 0);
  for (const word of one) {
    const next = [0];
    for (const [i, candidate] of other.entries()) {
      next.push(word === candidate ? (row[i] ?? 0) + 1 : Math.max(next[i] ?? 0, row[i + 1] ?? 0));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
