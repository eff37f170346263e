import { EventEmitter } from 'node:events';
import { DataPacket_Kind, EngineEvent, ParticipantEvent, type Room } from 'livekit-client';
import { beforeEach, expect, test } from 'vitest';
import type { FrameCryptor } from '../frame-cryptor/frame-cryptor.ts';
import { FrameLayer } from './frame-layer.ts';

type Engine = Parameters<FrameLayer['setupEngine']>[0];

let done: string[];
let engine: EventEmitter;
let localParticipant: EventEmitter;
let layer: FrameLayer;

beforeEach(() => {
  done = [];
  engine = new EventEmitter();
  // As LiveKit: its own listeners are there before an encryption manager is asked.
  engine.on(EngineEvent.DataPacketReceived, () => done.push('LiveKit took a packet'));
  localParticipant = new EventEmitter();
  const cryptor = {
    attachSender: async (_sender: RTCRtpSender, medium: string) => void done.push(`attached sender ${medium}`),
    attachReceiver: async () => void done.push('attached receiver'),
  };
  layer = new FrameLayer(cryptor as object as FrameCryptor, {
    senderCreated: () => done.push('sender created'),
    frame: (frame, from) => done.push(`frame ${new TextDecoder().decode(frame)} from ${from}`),
    roomNews: () => done.push('news'),
  });
  layer.setup({ localParticipant } as object as Room);
  layer.setupEngine(engine as object as Engine);
});

interface PacketOptions {
  readonly topic?: string;
  readonly kind?: DataPacket_Kind;
  readonly from?: string;
  readonly packet?: string;
}

function deliver({ topic, kind = DataPacket_Kind.RELIABLE, from = 'agent', packet = 'user' }: PacketOptions): void {
  const value = { case: packet, value: { topic, payload: new TextEncoder().encode('hello') } };
  engine.emit(EngineEvent.DataPacketReceived, { kind, value, participantIdentity: from });
}

test('a reliable packet of our topic is a frame of whom the SFU says, or of nobody', () => {
  deliver({ topic: 'oracle-calls' });
  deliver({ topic: 'oracle-calls', from: '' });
  expect(done).toEqual(['frame hello from agent', 'frame hello from undefined']);
});

test.each<PacketOptions>([
  { topic: 'chat' },
  {},
  { topic: 'oracle-calls', kind: DataPacket_Kind.LOSSY },
  ...[
    'transcription',
    'chatMessage',
    'rpcRequest',
    'rpcResponse',
    'streamHeader',
    'streamChunk',
    'sipDtmf',
    'metrics',
    'encryptedPacket',
  ].map((packet) => ({ packet, topic: 'oracle-calls' })),
])('everything else is dropped, by LiveKit too: %o', (packet) => {
  deliver(packet);
  expect(done).toEqual([]);
});

test('senders and receivers are taken in the moment that they exist', () => {
  localParticipant.emit(ParticipantEvent.LocalSenderCreated, {}, { mediaStreamTrack: { kind: 'video' } });
  engine.emit(EngineEvent.MediaTrackAdded, {}, {}, {});
  expect(done).toEqual(['attached sender video', 'sender created', 'attached receiver']);
});

test('joining anew is told', () => {
  engine.emit(EngineEvent.SignalRestarted, {});
  expect(done).toEqual(['news']);
});

test('LiveKit can neither have data encrypted here nor decrypted, nor switch anything off', async () => {
  layer.isDataChannelEncryptionEnabled = true;
  expect(layer.isDataChannelEncryptionEnabled).toBe(false);
  layer.setParticipantCryptorEnabled();
  layer.setSifTrailer();
  expect(layer.isEnabled).toBe(true);
  expect(done).toEqual([]);
  await expect(layer.encryptData()).rejects.toThrow(TypeError);
  await expect(layer.handleEncryptedData()).rejects.toThrow(TypeError);
});
