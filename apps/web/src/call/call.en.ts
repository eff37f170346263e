import type { TimelineStage } from '@oracle-calls/protocol';

export const callEnglish = {
  title: 'Call with an oracle',
  controls: 'Controls of the call',
  mute: 'Mute',
  unmute: 'Unmute',
  hangUp: 'Hang up',
  status: {
    preparing: 'Looking up the oracle…',
    connecting: 'Connecting…',
    waiting: 'Connected. Waiting for the oracle…',
    live: 'In a call.',
    reconnecting: 'The connection is lost. Reconnecting…',
    ending: 'Hanging up…',
  },
  stranger: 'Somebody else is in the media room. They are not played and cannot understand the call.',
  rotated:
    'The oracle has a new key since your last call, and signed the change with the earlier one. You may compare the code again.',
  timeline: {
    title: 'Timeline',
    caption: 'Milliseconds since Call was clicked',
    stage: 'Stage',
    time: 'Time',
    stages: {
      click: 'Call clicked',
      eventSent: 'Call event sent',
      joinToken: 'Join token received',
      sfuConnected: 'Connected to the media server',
      synced: 'Oracle’s service in sync',
      agentJoined: 'Oracle joined',
      keyFetched: 'Oracle fetched the key',
      handshake: 'Handshake confirmed',
      oracleAudible: 'Oracle heard, decrypted',
      questionEnded: 'Your question ended',
      answerAudible: 'Answer heard',
      ended: 'Call ended',
    } satisfies Record<TimelineStage, string>,
  },
} as const;
