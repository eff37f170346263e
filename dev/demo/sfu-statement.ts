import { RoomServiceClient, type TrackInfo } from 'livekit-server-sdk';
import type { Stack } from '../stack/stack.ts';

/** `Encryption.Type.GCM` of livekit_models.proto; the server SDK does not export the enum. */
const ENCRYPTION_GCM: TrackInfo['encryption'] = 1;

export interface SfuStatement {
  readonly participants: number;
  readonly tracks: number;
  /** Whether the SFU lists every track as encrypted with AES-GCM. It only repeats what it was told. */
  readonly encrypted: boolean;
}

/** What the SFU itself says of a room. */
export async function askSfu(sfu: Stack['sfu'], sfuRoomName: string): Promise<SfuStatement> {
  const service = new RoomServiceClient(sfu.apiUrl, sfu.apiKey, sfu.apiSecret);
  const participants = await service.listParticipants(sfuRoomName);
  const tracks = participants.flatMap((participant) => participant.tracks);
  return {
    participants: participants.length,
    tracks: tracks.length,
    encrypted: tracks.length > 1 && tracks.every((track) => track.encryption === ENCRYPTION_GCM),
  };
}
