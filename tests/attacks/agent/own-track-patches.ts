import type { SourcePatch } from '../twin/source-patch.ts';

/** The guard passes on what signalling says about encryption. */
export const withoutForcing: SourcePatch = {
  file: 'packages/node-media/src/guard/guard-response.ts',
  find: '    forceEncryption(message);\n',
  replace: '    void forceEncryption;\n',
};

/** The agent speaks, and shows itself, on a track of which it has not seen that it is sealed. */
export const withoutLookAtOwnTrack: readonly SourcePatch[] = [
  {
    file: 'packages/node-media/src/seat/own-track.ts',
    find: "if (publication?.encryptionType !== EncryptionType.GCM) throw new OracleCallError('ERR_MEDIA_UNENCRYPTED');",
    replace: '',
  },
  {
    file: 'packages/node-media/src/seat/voice-gate.ts',
    find: 'if (isVoiceGuarded(this.#track, slot)) break;',
    replace: 'break;',
  },
];
