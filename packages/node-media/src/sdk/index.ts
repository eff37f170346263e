export { LocalSound } from './local-sound.ts';
export { createNodeSfu } from './node-sfu.ts';
export type { NodeSfuOptions } from './node-sfu.ts';
export type { HeardSound } from './remote-sound.ts';
export { createSoundDevices } from './sound-devices.ts';
export { releaseMedia } from './release-media.ts';
export { silenceMediaLog } from './media-log.ts';
