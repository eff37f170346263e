import type {
  CallHistory,
  CallNotice as SdkNotice,
  Devices,
  DeviceKind,
  LocalTrack as SdkLocalTrack,
  OracleCall as SdkCall,
  OracleCalls as SdkCalls,
  Rings,
} from '@oracle-calls/sdk';

export type LocalTrack = SdkLocalTrack & { readonly source: LocalTrackSource };
export type LocalTrackSource = 'microphone' | 'camera' | 'screen';

export interface CallQuality {
  readonly level: 'good' | 'fair' | 'poor';
  readonly roundTripMs: number | undefined;
  readonly lossRatio: number;
}

export type CallNotice =
  | Exclude<SdkNotice, { readonly kind: 'localTrack' }>
  | { readonly kind: 'localTrack'; readonly track: LocalTrack }
  | { readonly kind: 'localTrackEnded'; readonly source: LocalTrackSource; readonly cause: 'stopped' | 'unplugged' }
  | {
      readonly kind: 'device';
      readonly device: DeviceKind;
      readonly change: 'unplugged' | 'replaced';
      readonly label: string;
    }
  | { readonly kind: 'quality'; readonly quality: CallQuality }
  | { readonly kind: 'echo' };

export type OracleCall = Omit<SdkCall, 'observe' | 'on'> & {
  readonly isCameraEnabled: boolean;
  setCameraEnabled(isEnabled: boolean): Promise<void>;
  readonly isScreenShared: boolean;
  setScreenShared(isShared: boolean): Promise<void>;
  observe(listener: (notice: CallNotice) => void): Disposable;
};

export type OracleCalls = Omit<SdkCalls, 'callOracle' | 'currentCall' | 'observe'> & {
  readonly devices: Devices;
  readonly history: CallHistory;
  readonly rings: Omit<Rings, 'accept'> & {
    accept(ring: Parameters<Rings['accept']>[0], cancel?: Parameters<Rings['accept']>[1]): OracleCall;
  };
  readonly currentCall: OracleCall | undefined;
  callOracle(...asked: Parameters<SdkCalls['callOracle']>): OracleCall;
  observe(listener: (call: OracleCall) => void): Disposable;
};
