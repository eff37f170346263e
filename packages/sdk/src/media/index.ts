/** The browser's adapters behind the ports, for applications that put their own core together, and for tests. */
export * from '../devices/browser-devices.ts';
export * from './audio-graph.ts';
export * from './livekit-sfu.ts';
export * from './sfu-port.ts';
