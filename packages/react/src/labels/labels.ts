import type { CallStatus, CallType, EndReason } from '@oracle-calls/protocol';
import type { SentKind } from '@oracle-calls/protocol/hearing';
import type { CallStateKind, ConnectionQuality, DeviceKind, Padlock } from '@oracle-calls/sdk';
import type { OracleActivity } from '../store/call-record.ts';

/** Every word that a component says by itself. An application in another language gives the provider its own. */
export interface Labels {
  readonly call: string;
  readonly videoCall: string;
  readonly hangUp: string;
  readonly mute: string;
  readonly unmute: string;
  readonly camera: string;
  readonly shareScreen: string;
  readonly devices: Readonly<Record<DeviceKind, string>>;
  readonly systemDevice: string;
  /** A device whose name the browser does not tell yet; they are counted from 1. */
  readonly unnamedDevice: (kind: DeviceKind, number: number) => string;
  readonly volume: string;
  readonly level: string;
  readonly states: Readonly<Record<CallStateKind, string>>;
  readonly endReasons: Readonly<Record<EndReason, string>>;
  readonly reconnecting: string;
  readonly oracleStates: Readonly<Record<OracleActivity, string>>;
  readonly duration: string;
  readonly speakers: Readonly<Record<'user' | 'oracle', string>>;
  readonly captions: string;
  readonly chat: string;
  readonly message: string;
  readonly send: string;
  readonly sending: string;
  readonly notSent: string;
  readonly approval: string;
  /** Above what the tool would be used with. */
  readonly approvalDetails: string;
  readonly noDetails: string;
  readonly allow: string;
  readonly dontAllow: string;
  readonly secondsLeft: (seconds: number) => string;
  readonly padlocks: Readonly<Record<Padlock, string>>;
  /** Who hears the call. */
  readonly hearing: string;
  readonly heardHere: string;
  readonly sentTo: Readonly<Record<SentKind, (host: string) => string>>;
  readonly seenHere: string;
  readonly remembers: string;
  readonly keepsNothing: string;
  readonly comparisonCode: string;
  readonly compare: string;
  readonly codesAreSame: string;
  readonly codesDiffer: string;
  readonly qualities: Readonly<Record<ConnectionQuality['level'] | 'unknown', string>>;
  readonly oracleVideo: string;
  readonly ownVideo: string;
  readonly ownScreen: string;
  readonly incomingCall: Readonly<Record<CallType, string>>;
  readonly accept: string;
  readonly decline: string;
  readonly history: string;
  readonly searchHistory: string;
  readonly noHistory: string;
  readonly loading: string;
  readonly loadMore: string;
  readonly retry: string;
  readonly removeCall: string;
  readonly showTranscript: string;
  readonly callTypes: Readonly<Record<CallType, string>>;
  readonly callStatuses: Readonly<Record<CallStatus, string>>;
  readonly transcript: string;
  readonly noTranscript: string;
  readonly transcriptLacks: string;
}

export const ENGLISH_LABELS: Labels = {
  call: 'Call',
  videoCall: 'Video call',
  hangUp: 'Hang up',
  mute: 'Mute',
  unmute: 'Unmute',
  camera: 'Camera',
  shareScreen: 'Share screen',
  devices: { microphone: 'Microphone', camera: 'Camera', speaker: 'Speaker' },
  systemDevice: "The system's choice",
  unnamedDevice: (kind, number) => `${ENGLISH_LABELS.devices[kind]} ${number}`,
  volume: 'Volume',
  level: 'Loudness',
  states: {
    Idle: 'No call',
    Preparing: 'Looking for the oracle',
    Connecting: 'Connecting',
    Live: 'In the call',
    Ending: 'Ending the call',
    Ended: 'The call has ended',
  },
  endReasons: {
    hangup: 'You hung up.',
    completed: 'The oracle hung up.',
    replaced: 'Another call took the place of this one.',
    cancelled: 'The call was cancelled.',
    expired: 'Nobody answered in time.',
    'oracle-absent': 'The oracle did not come.',
    'connection-lost': 'The connection was lost.',
    'media-failed': 'Sound or picture could not be sent safely.',
    'invalid-authentication': 'The oracle could not check who is calling.',
    'agent-failed': "The oracle's side of the call broke.",
  },
  reconnecting: 'The connection is lost. Trying to get it back',
  oracleStates: { listening: 'The oracle listens', thinking: 'The oracle thinks', speaking: 'The oracle speaks' },
  duration: 'Duration of the call',
  speakers: { user: 'You', oracle: 'Oracle' },
  captions: 'Captions',
  chat: 'Chat',
  message: 'Message',
  send: 'Send',
  sending: 'sending',
  notSent: 'not sent',
  approval: 'May the oracle do this?',
  approvalDetails: 'With exactly these details',
  noDetails: 'No further details',
  allow: 'Allow',
  dontAllow: "Don't allow",
  secondsLeft: (seconds) => `${seconds} s left`,
  padlocks: {
    none: 'Not known to be encrypted',
    encrypted: 'Encrypted between you and the oracle',
    verified: 'Encrypted, and the code was compared',
  },
  hearing: 'Who hears this call',
  heardHere: "Heard on this oracle's machine only",
  sentTo: {
    audio: (host) => `Your voice is sent to ${host}`,
    text: (host) => `Words are sent to ${host}`,
    pictures: (host) => `Your pictures are sent to ${host}`,
  },
  seenHere: "Your pictures are seen on this oracle's machine",
  remembers: 'This oracle remembers this conversation',
  keepsNothing: 'This oracle was told to keep nothing of this call',
  comparisonCode: 'Comparison code',
  compare: "Compare it with the oracle's over another channel.",
  codesAreSame: 'They are the same',
  codesDiffer: 'They differ',
  qualities: {
    good: 'Good connection',
    fair: 'Fair connection',
    poor: 'Poor connection',
    unknown: 'Connection unknown',
  },
  oracleVideo: "The oracle's picture",
  ownVideo: 'Your picture',
  ownScreen: 'Your screen',
  incomingCall: { audio: 'An oracle calls you', video: 'An oracle calls you with video' },
  accept: 'Accept',
  decline: 'Decline',
  history: 'Past calls',
  searchHistory: 'Search past calls',
  noHistory: 'No past calls',
  loading: 'Loading',
  loadMore: 'Show more',
  retry: 'Try again',
  removeCall: 'Delete',
  showTranscript: 'Transcript',
  callTypes: { audio: 'Voice call', video: 'Video call' },
  callStatuses: { pending: 'beginning', active: 'in progress', ended: 'ended' },
  transcript: 'Transcript',
  transcriptLacks: 'Parts of it are missing.',
  noTranscript: 'Nothing was kept of this call that this device can read.',
};
