import { BearerSecret, systemClock } from '@oracle-calls/protocol';
import { readWav } from '@oracle-calls/node-media/pcm';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRecognitionEndpoint } from './recognition/recognition-endpoint.ts';
import { json, ScriptedService, silence, status } from './scripted-service.fixture.ts';
import type { Reply } from './scripted-service.fixture.ts';
import { openSpeechEndpoint } from './speech/speech-endpoint.ts';

const key = new BearerSecret('sk-secret', 'key');
const clock = { ...systemClock, sleep: () => Promise.resolve() };
const refusedWith = (code: string): unknown => expect.objectContaining({ code });
let service: ScriptedService;
beforeEach(async () => {
  service = await ScriptedService.open();
});
afterEach(() => service[Symbol.asyncDispose]());

describe('a recognition endpoint', () => {
  const recogniser = (more: object = {}) =>
    openRecognitionEndpoint({ baseUrl: `${service.url}/v1`, model: 'whisper', language: 'en', key, clock, ...more });

  it('is sent a WAVE file in a form, and gives its words', async () => {
    service.replies = [json({ text: ' Hello there. ' })];
    expect(await recogniser().transcribe(Float32Array.of(0, 0.5, -0.5))).toEqual({ text: 'Hello there.' });
    const [request] = service.requests;
    expect([request?.path, request?.headers.authorization]).toEqual(['/v1/audio/transcriptions', 'Bearer sk-secret']);
    const form = await new Response(new Uint8Array(request?.body ?? []), {
      headers: { 'content-type': request?.headers['content-type'] ?? '' },
    }).formData();
    expect([form.get('model'), form.get('language'), form.get('response_format')]).toEqual(['whisper', 'en', 'json']);
    const file = form.get('file');
    if (!(file instanceof Blob)) throw new TypeError('no file');
    const { samples, sampleRate } = readWav(new Uint8Array(await file.arrayBuffer()));
    expect([sampleRate, samples.length]).toEqual([16_000, 3]);
  });

  it.each([
    [{}, 'de-CH', 'en'],
    [{ language: undefined }, 'de-CH', 'de'],
    [{ language: undefined }, 'PT', 'pt'],
    [{ language: undefined }, 'gsw-CH', undefined],
    [{ language: undefined }, undefined, undefined],
  ])('set up with %o hears a caller who speaks %s in %s', async (settings, spoken, language) => {
    service.replies = [json({ text: 'ja' })];
    await recogniser(settings).transcribe(new Float32Array(8), { language: spoken });
    const body = String(Buffer.from(service.requests[0]?.body ?? []));
    expect(/name="language"\r\n\r\n(?<language>\w+)/.exec(body)?.groups?.['language']).toBe(language);
  });

  it('is asked again when it was busy, and not when it refuses', async () => {
    service.replies = [status(503), json({ text: 'yes' })];
    expect(await recogniser().transcribe(new Float32Array(8))).toEqual({ text: 'yes' });
    service.replies = [status(400)];
    await expect(recogniser().transcribe(new Float32Array(8))).rejects.toEqual(refusedWith('ERR_UPSTREAM_REFUSED'));
  });

  it('that answers something else is found out', async () => {
    service.replies = [json({ words: [] })];
    await expect(recogniser().transcribe(new Float32Array(8))).rejects.toEqual(refusedWith('ERR_UPSTREAM_MALFORMED'));
  });

  it('is not waited for when the words are not wanted any more', async () => {
    service.replies = [silence];
    const reason = new Error('hung up');
    const abort = new AbortController();
    const heard = recogniser().transcribe(new Float32Array(8), { signal: abort.signal });
    abort.abort(reason);
    await expect(heard).rejects.toBe(reason);
  });
});

describe('a speech endpoint', () => {
  const synthesiser = (pcmSampleRate?: number) =>
    openSpeechEndpoint(
      { baseUrl: service.url, model: 'kokoro', voice: 'af_sky', key, clock },
      { sampleRate: 48_000, pcmSampleRate },
    );
  const sound = (count: number): Reply =>
    status(200, { 'content-type': 'audio/pcm' }, new Uint8Array(new Int16Array(count).fill(16_384).buffer));

  it('is sent text and voice, and its samples come at the rate of the call', async () => {
    service.replies = [sound(2_400)];
    const samples = await synthesiser().synthesise('Hello.');
    expect(samples.length).toBe(4_800);
    expect(samples[2_400]).toBeCloseTo(0.5, 1);
    expect(service.bodies[0]).toEqual({ model: 'kokoro', voice: 'af_sky', input: 'Hello.', response_format: 'pcm' });
  });

  it('speaks as the caller wishes, and in the oracle’s own voice where it has no such', async () => {
    service.replies = [sound(24), status(400), sound(24), sound(24), status(503), sound(24)];
    const voice = synthesiser();
    await voice.synthesise('One.', { voice: 'af_bella' });
    await voice.synthesise('Two.', { voice: 'nobody' });
    await voice.synthesise('Three.', { voice: 'nobody' });
    await voice.synthesise('Four.', { voice: 'af_bella' });
    const voices = service.bodies.map((body) => v.parse(v.object({ voice: v.string() }), body).voice);
    expect(voices).toEqual(['af_bella', 'nobody', 'af_sky', 'af_sky', 'af_bella', 'af_bella']);
  });

  it('may have a rate of its own', async () => {
    service.replies = [sound(1_600)];
    expect((await synthesiser(16_000).synthesise('Hello.')).length).toBe(4_800);
  });

  it('that answers with an error in JSON is not played', async () => {
    service.replies = [json({ error: 'no voice' })];
    await expect(synthesiser().synthesise('Hello.')).rejects.toEqual(refusedWith('ERR_UPSTREAM_MALFORMED'));
  });
});
