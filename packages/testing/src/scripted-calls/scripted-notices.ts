import type { CallNotice, DeviceKind, LocalTrack } from '@oracle-calls/sdk';

/** What a call tells, with what its devices will tell. */
export type ScriptedNotice =
  | Exclude<CallNotice, { readonly kind: 'localTrack' }>
  | {
      readonly kind: 'localTrack';
      readonly track: LocalTrack & { readonly source: 'microphone' | 'camera' | 'screen' };
    }
  | {
      readonly kind: 'localTrackEnded';
      readonly source: 'microphone' | 'camera' | 'screen';
      readonly cause: 'stopped' | 'unplugged';
    }
  | {
      readonly kind: 'device';
      readonly device: DeviceKind;
      readonly change: 'unplugged' | 'replaced';
      readonly label: string;
    }
  | {
      readonly kind: 'quality';
      readonly quality: {
        readonly level: 'good' | 'fair' | 'poor';
        readonly roundTripMs: number | undefined;
        readonly lossRatio: number;
      };
    }
  | { readonly kind: 'echo' };
