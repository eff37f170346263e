import { getLogger, isBrowserSupported, LoggerNames, LogLevel } from 'livekit-client';
import { canTransformFrames } from '../frame-cryptor/attach-transform.ts';
import { LiveKitConnection, type LiveKitConnectionOptions } from './livekit-connection.ts';
import type { SfuPort } from './sfu-port.ts';

export type LiveKitSfuOptions = LiveKitConnectionOptions;

/** LiveKit, with media that our own frame cryptor seals and opens. */
export function createLiveKitSfu(options: LiveKitSfuOptions): SfuPort {
  silenceLiveKit();
  let spare: LiveKitConnection | undefined;
  return {
    isSupported: () => isBrowserSupported() && canTransformFrames(),
    prepare(url) {
      if (!canTransformFrames()) return;
      spare ??= new LiveKitConnection(options);
      if (url !== undefined) spare.warm(url);
    },
    create() {
      const connection = spare ?? new LiveKitConnection(options);
      spare = undefined;
      return connection;
    },
    close() {
      void spare?.close();
      spare = undefined;
    },
  };
}

/**
 * LiveKit's debug lines carry join tokens; what matters of them is told as notices. As a default level, which an application's own
 * choice overrides; `setLogLevel` would write fifteen entries into the page's `localStorage`.
 */
function silenceLiveKit(): void {
  for (const name of Object.values(LoggerNames)) getLogger(name).setDefaultLevel(LogLevel.silent);
}
