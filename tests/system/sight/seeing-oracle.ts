import { createBrain, defineOracle, ON_THIS_MACHINE } from '@oracle-calls/agent/oracle';
import sharp from 'sharp';

/** The colour of one half of a picture, as hex digits. */
async function colourOf(jpeg: Uint8Array, half: 'left' | 'right', width: number, height: number): Promise<string> {
  // Within the half: at its edges colours run.
  const area = {
    left: half === 'left' ? width / 8 : (width * 5) / 8,
    top: height / 4,
    width: width / 4,
    height: height / 2,
  };
  const [left, top, wide, high] = [area.left, area.top, area.width, area.height].map(Math.floor);
  const part = sharp(jpeg).extract({ left: left ?? 0, top: top ?? 0, width: wide ?? 1, height: high ?? 1 });
  // Statistics are of what comes in, whatever is cut out of it.
  const { channels } = await sharp(await part.png().toBuffer()).stats();
  return channels.map(({ mean }) => Math.round(mean)).join(' ');
}

/** Says what it is shown, whatever it is asked. */
export const oracle = defineOracle({
  instructions: 'You say what you see.',
  pictures: ON_THIS_MACHINE,
  brain: {
    kind: 'own',
    place: ON_THIS_MACHINE,
    open: () =>
      createBrain({
        title: 'an oracle that sees',
        place: ON_THIS_MACHINE,
        wantsStills: true,
        async *answer(turns) {
          const still = turns.findLast(({ speaker }) => speaker === 'user')?.still;
          if (still === undefined) return yield 'I see nothing.';
          const { jpeg, width, height, source } = still;
          const [left, right] = [
            await colourOf(jpeg, 'left', width, height),
            await colourOf(jpeg, 'right', width, height),
          ];
          yield `${source} of ${width} by ${height}, ${left} beside ${right}.`;
        },
      }),
  },
});
