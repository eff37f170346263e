import { readWav, writeWav } from '@oracle-calls/node-media/pcm';
import { OracleCallError } from '@oracle-calls/protocol';
import { describe, expect, test } from 'vitest';
import { createVoicesApp, SPEECH_SAMPLE_RATE, type VoiceEngines } from './voices-app.ts';

const SPOKEN = Float32Array.of(0, 0.5, -0.5, 0.25);

function scene(): {
  readonly app: ReturnType<typeof createVoicesApp>;
  readonly heard: Float32Array[];
  readonly said: string[];
} {
  const heard: Float32Array[] = [];
  const said: string[] = [];
  const engines: VoiceEngines = {
    recogniser: {
      transcribe: async (pcm16k) => {
        heard.push(pcm16k);
        return { text: 'hello' };
      },
    },
    synthesiser: {
      synthesise: async (text) => {
        said.push(text);
        if (text === 'broken') throw new OracleCallError('ERR_INTERNAL');
        return SPOKEN;
      },
    },
  };
  return { app: createVoicesApp(engines), heard, said };
}

function form(file: Uint8Array | string): { readonly method: 'POST'; readonly body: FormData } {
  const body = new FormData();
  body.set('file', typeof file === 'string' ? file : new Blob([new Uint8Array(file)]));
  body.set('model', 'whisper-1');
  return { method: 'POST', body };
}

const speech = (wish: unknown): { readonly method: 'POST'; readonly body: string } => ({
  method: 'POST',
  body: typeof wish === 'string' ? wish : JSON.stringify(wish),
});

describe('recognition', () => {
  test('takes a WAVE file of any rate, and answers with the words', async () => {
    const { app, heard } = scene();
    const wav = writeWav({ samples: new Float32Array(480), sampleRate: 48_000 });
    const response = await app.request('/v1/audio/transcriptions', form(wav));
    expect([response.status, await response.json()]).toEqual([200, { text: 'hello' }]);
    expect(heard.map(({ length }) => length)).toEqual([160]);
  });

  test.each(['not a file', new Uint8Array(10)])('refuses what is no sound', async (file) => {
    const { app, heard } = scene();
    const response = await app.request('/v1/audio/transcriptions', form(file));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { message: expect.any(String) } });
    expect(heard).toEqual([]);
  });
});

describe('speech', () => {
  test('is samples of 16 bits, or a WAVE file when nothing else is wished', async () => {
    const { app, said } = scene();
    const raw = await app.request('/v1/audio/speech', speech({ input: 'Hi.', voice: 'any', response_format: 'pcm' }));
    const samples = new Int16Array(await raw.arrayBuffer());
    expect([...samples].map((sample) => Math.round(sample / 327.67) / 100)).toEqual([...SPOKEN]);
    const wav = await app.request('/v1/audio/speech', speech({ input: 'Hi.' }));
    expect(wav.headers.get('content-type')).toBe('audio/wav');
    const read = readWav(new Uint8Array(await wav.arrayBuffer()));
    expect([read.sampleRate, read.samples.length]).toEqual([SPEECH_SAMPLE_RATE, SPOKEN.length]);
    expect(said).toEqual(['Hi.', 'Hi.']);
  });

  test.each([
    ['nothing to say', { input: '' }, 400],
    ['a format that is not spoken here', { input: 'Hi.', response_format: 'mp3' }, 400],
    ['no JSON', '{', 400],
    ['what breaks the voice', { input: 'broken' }, 500],
  ])('%s is refused in the shape that clients know', async (_what, wish, status) => {
    const response = await scene().app.request('/v1/audio/speech', speech(wish));
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { message: expect.any(String) } });
  });
});
