import type { SfuSeat } from '@oracle-calls/node-media/seat';
import type { CallType, Clock, Logger } from '@oracle-calls/protocol';
import type { CallHearing } from '@oracle-calls/protocol/hearing';
import { CallPicture } from '../avatar/call-picture.ts';
import type { CallPictureOptions } from '../avatar/call-picture.ts';
import { CallEyes } from '../sight/call-eyes.ts';
import type { CallEyesOptions } from '../sight/call-eyes.ts';
import type { UserEyes } from '../sight/still.ts';

/** What stands for an oracle in video calls; nothing where there is none. */
export type OpenAvatar = CallPictureOptions['openAvatar'];

/** As much of a call as pictures need. */
export type SightedCall =
  | {
      readonly protocol: 'strict';
      readonly seat: Pick<SfuSeat, 'look' | 'showPicture' | 'speaker'>;
      readonly envelope: { readonly context: { readonly callType: CallType } };
    }
  | { readonly protocol: 'older' };

export interface CallSightOptions {
  readonly seated: SightedCall;
  readonly userIdentity: string;
  /** Who sees the user's pictures, as the user is told. */
  readonly hearing: Pick<CallHearing, 'pictures'>;
  readonly openAvatar?: OpenAvatar | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** Aborts when the call is over. */
  readonly signal: AbortSignal;
}

/** The pictures of a call, in both directions. */
export interface CallSight {
  /** Absent where the user is not told who looks, and in the older protocol, which does not say whose pictures they are. */
  readonly eyes: UserEyes | undefined;
  /** In video calls. */
  readonly picture: CallPicture | undefined;
}

export function openSight({ seated, userIdentity, hearing, openAvatar, ...rest }: CallSightOptions): CallSight {
  if (seated.protocol !== 'strict') return { eyes: undefined, picture: undefined };
  const { seat, envelope } = seated;
  const look: CallEyesOptions['look'] = () => seat.look(userIdentity);
  const eyes = hearing.pictures === undefined ? undefined : new CallEyes({ ...rest, look });
  const isVideoCall = envelope.context.callType === 'video';
  if (openAvatar === undefined || !isVideoCall) return { eyes, picture: undefined };
  const show: CallPictureOptions['show'] = (size) => seat.showPicture(size);
  return { eyes, picture: new CallPicture({ ...rest, openAvatar, show, voice: seat.speaker }) };
}
