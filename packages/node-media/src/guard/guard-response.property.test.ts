import type { FieldInfo, MessageType } from '@bufbuild/protobuf';
import { JoinResponse, SignalResponse } from '@livekit/protocol';
import { isOracleCallError } from '@oracle-calls/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyResponse } from './any-response.fixture.ts';
import { guardResponse } from './guard-response.ts';
import { OwnIdentity } from './own-identity.ts';

const RUNS = 2_000;
/** Whom the generated messages are for: they name us by whatever came up. */
function ownOf({ message }: SignalResponse): OwnIdentity {
  const isNamed = message.case === 'join' || message.case === 'roomMoved';
  return new OwnIdentity((isNamed ? message.value.participant?.identity : undefined) ?? 'nobody');
}

/** What the guarded bytes say, by LiveKit's own JSON mapping and not by the walk under test. */
function saidIn(bytes: Uint8Array): { readonly path: string; readonly value: unknown }[] {
  const found: { path: string; value: unknown }[] = [];
  const look = (path: string, value: unknown): void => {
    found.push({ path, value });
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) look(`${path}.${key}`, inner);
  };
  look('', SignalResponse.fromBinary(bytes).toJson({ emitDefaultValues: true, enumAsInteger: true }));
  return found;
}

describe('any message of the server, guarded', () => {
  it('has no track without GCM, no trailer and no other server', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyResponse, (response) => {
        let guarded: Uint8Array | undefined;
        try {
          guarded = guardResponse(response.toBinary(), ownOf(response));
        } catch (cause) {
          // Only what names nobody as us, or two people.
          expect(isOracleCallError(cause) && cause.code).toBe('ERR_MEDIA_IDENTITY');
          return;
        }
        if (guarded === undefined) {
          expect(response.message.case).toBeUndefined();
          return;
        }
        for (const { path, value } of saidIn(guarded)) {
          const name = path.slice(path.lastIndexOf('.') + 1);
          if (name === 'encryption') expect(value, path).toBe(1);
          if (name === 'sifTrailer') expect(value, path).toBe('');
          if (name === 'alternativeUrl') expect(value, path).toBe('');
          if (name === 'regions') expect(value, path).toEqual(undefined);
          if (['encryption', 'sifTrailer', 'alternativeUrl'].includes(name)) seen.add(name);
        }
      }),
      { numRuns: RUNS },
    );
    // The generator does make what the walk is for.
    expect([...seen].toSorted()).toEqual(['alternativeUrl', 'encryption', 'sifTrailer']);
  });

  it('never fails but with an error of ours, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          guardResponse(bytes, new OwnIdentity('agent'));
        } catch (cause) {
          expect(isOracleCallError(cause)).toBe(true);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('keeps the rest of a message as it was', () => {
    fc.assert(
      fc.property(anyResponse, (response) => {
        const sent = response.toBinary();
        fc.pre(response.message.case !== 'join' && response.message.case !== 'roomMoved');
        const guarded = guardResponse(sent, new OwnIdentity('nobody'));
        if (guarded === undefined) return;
        const ruled = /\.(encryption|regions)(\.|$)/;
        const rest = (bytes: Uint8Array): unknown[] =>
          saidIn(bytes)
            .filter(({ path, value }) => !ruled.test(path) && typeof value !== 'object')
            .map(({ path, value }) => [path, value]);
        expect(rest(guarded)).toEqual(rest(sent));
      }),
      { numRuns: RUNS / 4 },
    );
  });
});

describe('what LiveKit can say', () => {
  /** Every field of every message that the server can send. */
  function fieldsBelow(
    type: MessageType,
    seen = new Map<string, readonly FieldInfo[]>(),
  ): Map<string, readonly FieldInfo[]> {
    if (seen.has(type.typeName)) return seen;
    seen.set(type.typeName, type.fields.list());
    for (const field of type.fields.list()) {
      if (field.kind === 'message') fieldsBelow(field.T, seen);
      if (field.kind === 'map' && field.V.kind === 'message') fieldsBelow(field.V.T, seen);
    }
    return seen;
  }

  it('holds encryption types only as plain fields, which the walk sets', () => {
    const places = [...fieldsBelow(SignalResponse)].flatMap(([name, fields]) =>
      fields
        .filter((field) => field.kind === 'enum' && field.T.typeName === 'livekit.Encryption.Type')
        .map(
          (field) =>
            `${name} ${field.repeated ? 'repeated' : 'single'} ${field.oneof === undefined ? 'plain' : 'oneof'}`,
        ),
    );
    expect(places.toSorted()).toEqual([
      'livekit.AddTrackRequest single plain',
      'livekit.DataTrackInfo single plain',
      'livekit.PublishDataTrackRequest single plain',
      'livekit.TrackInfo single plain',
    ]);
  });

  it('holds a trailer in one place', () => {
    expect(JoinResponse.fields.list().some(({ name }) => name === 'sif_trailer')).toBe(true);
    const names = [...fieldsBelow(SignalResponse).values()].flat().map(({ name }) => name);
    expect(names.filter((name) => name.includes('sif'))).toEqual(['sif_trailer']);
  });
});
