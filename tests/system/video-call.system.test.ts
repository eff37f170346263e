import { fileURLToPath } from 'node:url';
import { callIdParts, parseCallId } from '@oracle-calls/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Room } from '@livekit/rtc-node';
import { AccessToken } from 'livekit-server-sdk';
import { ORANGE, SeenColours, TEAL } from './agent/peer-pictures.ts';
import { installPaintedCamera } from './sight/painted-camera.ts';
import { shownPicture } from './sight/page-video.ts';
import { StackScene } from './stack-scene.ts';

let scene: StackScene;
const SOON = { timeout: 30_000, interval: 250 };
/** What the oracle of this test says; its words are shown as they are spoken. */
const SEEN = /camera of (\d+) by (\d+), (\d+ \d+ \d+) beside (\d+ \d+ \d+)\./;
/** The darkest of the orb, which most of its picture is. */
const GROUND = [17, 17, 40];
/** JPEG and VP8 move colours by some steps of 255. */
const TOLERANCE = 24;

beforeAll(async () => {
  const definitionFile = fileURLToPath(new URL('sight/seeing-oracle.ts', import.meta.url));
  scene = await StackScene.open({ oracle: { definitionFile } });
});

afterAll(() => scene[Symbol.asyncDispose]());

const near = (seen: readonly number[], wanted: readonly number[]): boolean =>
  wanted.every((part, index) => Math.abs(part - (seen[index] ?? Infinity)) <= TOLERANCE);

describe('a video call on the real stack', () => {
  test(
    'the oracle sees what the camera sees when it is asked, and shows itself to the page alone',
    { timeout: 180_000 },
    async () => {
      await using caller = await scene.caller('alice', installPaintedCamera);
      const { page } = caller;
      await caller.call('video');
      await caller.untilAudible();

      // Somebody with the SFU's secret and no key is in the room.
      const callId = parseCallId((await caller.snapshot()).callId);
      const spy = new Room();
      const spied = new SeenColours(spy);
      const token = new AccessToken(scene.stack.sfu.apiKey, scene.stack.sfu.apiSecret, { identity: 'spy', ttl: 600 });
      const { sfuRoomName } = callIdParts(callId);
      token.addGrant({ roomJoin: true, room: sfuRoomName, hidden: true, canPublish: false, canSubscribe: true });
      await spy.connect(scene.stack.sfu.url, await token.toJwt(), { autoSubscribe: true, dynacast: false });

      // The orb: light in the middle, dark in the corners, and moving.
      await expect.poll(() => shownPicture(page), SOON).toMatchObject({ width: 256, height: 256 });
      await expect.poll(async () => (await shownPicture(page))?.middle[2], SOON).toBeGreaterThan(200);
      const first = await shownPicture(page);
      expect(near(first?.corner ?? [], GROUND)).toBe(true);
      await expect.poll(async () => (await shownPicture(page))?.digest, SOON).not.toBe(first?.digest);
      await expect.poll(async () => (await caller.statistics()).encrypted, SOON).toBe(true);

      await caller.speak(scene.question);
      const captions = page.locator('.caption-overlay p[data-speaker="oracle"] bdi');
      let caption = '';
      await expect
        .poll(async () => (caption = (await captions.allTextContents()).join(' ')), { ...SOON, timeout: 60_000 })
        .toMatch(SEEN);
      const seen = SEEN.exec(caption);
      expect(seen, caption).not.toBeNull();
      const [, width = '', height = '', left = '', right = ''] = seen ?? [];
      expect(Number(width) / Number(height)).toBeCloseTo(640 / 480, 1);
      expect(near(left.split(' ').map(Number), ORANGE), left).toBe(true);
      expect(near(right.split(' ').map(Number), TEAL), right).toBe(true);

      // It got the tracks. Without the key some frames decode, to what nobody sent.
      expect([...spied.seen.keys()].length).toBeGreaterThan(0);
      const pictures = [...spied.seen.values()].flat();
      const shown = pictures.filter((one) => near(one.left, ORANGE) || near(one.right, TEAL) || near(one.all, GROUND));
      expect(shown).toEqual([]);
      await spy.disconnect();

      await caller.hangUp();
      const statistics = await scene.facts.waitFor('call statistics', callId, 15_000);
      expect(statistics).toMatchObject({ encrypted: true });
      const tracks = JSON.stringify(statistics);
      expect(tracks).toContain('"kind":"video"');
    },
  );
});
