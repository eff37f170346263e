import { attackGroup } from '../attack-group.ts';
import { BrowserScene } from './browser-scene.ts';
import { browserDataLies } from './data-lies.ts';
import { browserLies } from './media-lies.ts';

/** Real LiveKit, and Chromium with the SDK's media. */
export const browserAttacks = attackGroup('the browser on a lying SFU', () => BrowserScene.open(), [
  ...browserLies,
  ...browserDataLies,
]);
