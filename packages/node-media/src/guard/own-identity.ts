import type { AnyMessage } from '@bufbuild/protobuf';
import { ParticipantInfo } from '@livekit/protocol';
import type { SignalResponse } from '@livekit/protocol';
import { OracleCallError } from '@oracle-calls/protocol';
import { messagesIn } from './messages-in.ts';

/**
 * Who we are in the room. The media library looks its sending key up under the identity that the server calls it by, and
 * a client that was renamed in mid-call has been seen to send in the clear.
 */
export class OwnIdentity {
  readonly #identity: string;
  /** The server's ids for us: a new one with each join, and whatever it calls our identity since. */
  readonly #sids = new Set<string>();

  constructor(identity: string) {
    this.#identity = identity;
  }

  /** @throws {OracleCallError} `ERR_MEDIA_IDENTITY` when the message calls us by another name */
  check(response: SignalResponse): void {
    const { message } = response;
    if (message.case === 'join' || message.case === 'roomMoved') {
      const { participant } = message.value;
      this.#expectOwn(participant?.identity);
      if (participant !== undefined && participant.sid !== '') this.#sids.add(participant.sid);
    }
    for (const one of messagesIn(response)) {
      if (!isParticipant(one)) continue;
      if (this.#sids.has(one.sid)) this.#expectOwn(one.identity);
      // The media library takes news of our identity for news of us, and the id in it for ours: the next could rename us under that.
      if (one.identity === this.#identity && one.sid !== '') this.#sids.add(one.sid);
    }
  }

  #expectOwn(told: string | undefined): void {
    if (told !== this.#identity) throw new OracleCallError('ERR_MEDIA_IDENTITY');
  }
}

function isParticipant(message: AnyMessage): message is ParticipantInfo & AnyMessage {
  return message.getType().typeName === ParticipantInfo.typeName;
}
