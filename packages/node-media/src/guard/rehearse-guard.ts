import { JoinResponse, ParticipantInfo, SignalResponse, TrackInfo, TrackPublishedResponse } from '@livekit/protocol';
import { guardResponse } from './guard-response.ts';
import { OwnIdentity } from './own-identity.ts';

/** What {@link rehearseGuard} is called in its own room. */
const IDENTITY = 'rehearsal';

/** Looks through a server's messages that no server sent: LiveKit's schema is laid out when it is first used, which takes some tens of ms. */
export function rehearseGuard(): void {
  const participant = new ParticipantInfo({ identity: IDENTITY, sid: 'PA_rehearsal' });
  const track = new TrackInfo({ sid: 'TR_rehearsal' });
  const messages: SignalResponse['message'][] = [
    { case: 'join', value: new JoinResponse({ participant }) },
    { case: 'trackPublished', value: new TrackPublishedResponse({ cid: 'rehearsal', track }) },
  ];
  const own = new OwnIdentity(IDENTITY);
  for (const message of messages) guardResponse(new SignalResponse({ message }).toBinary(), own);
}
