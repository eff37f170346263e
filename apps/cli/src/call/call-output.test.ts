import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { readWav } from '@oracle-calls/node-media/pcm';
import { HEARD_HERE, placeOf } from '@oracle-calls/protocol/hearing';
import { FakeClock, ScriptedOracleCalls } from '@oracle-calls/testing';
import { describe, expect, test } from 'vitest';
import { run } from '../run.fixture.ts';
import { CallProgress } from './call-progress.ts';
import { describeLine, describeReport } from './call-report.ts';
import type { CallReport } from './call-report.ts';
import { readSettings } from './call-settings.ts';
import { Recording } from './recording.ts';
import { Transcript } from './transcript.ts';

const FLAGS = { homeserver: 'https://matrix.example.org', user: '@me:example.org', passwordFile: 'password' };

const REQUIRED = ['--homeserver', FLAGS.homeserver, '--user', FLAGS.user, '--password-file', FLAGS.passwordFile];

describe('what is understood', () => {
  test.each([
    [['did:ixo:oracle'], '--homeserver'],
    [['did:ixo:oracle', '--max-seconds', '0'], 'a number from 1 to'],
    [['did:ixo:oracle', '--pcm', 'loud'], 'a number from 8000 to'],
    [['did:ixo:oracle', ...REQUIRED, '--say', 'a', '--wav', 'b.wav'], 'cannot be used with'],
    [REQUIRED, 'missing required argument'],
  ])('call %j is refused as not understood', async (args, says) => {
    const { code, stderr } = await run('call', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });

  test('lines are typed unless there is something else to say', () => {
    expect(readSettings('did:ixo:oracle', FLAGS).source).toEqual({ kind: 'lines' });
    expect(readSettings('did:ixo:oracle', { ...FLAGS, say: ['a'] }).source).toEqual({ kind: 'texts', texts: ['a'] });
    expect(readSettings('did:ixo:oracle', { ...FLAGS, pcm: true }).source).toEqual({ kind: 'pcm', sampleRate: 48_000 });
  });
});

describe('the transcript', () => {
  const caption = (segment: string, text: string, isFinal: boolean, speaker: 'user' | 'oracle' = 'oracle') =>
    ({ kind: 'caption', speaker, segment, text, isFinal }) as const;

  test('has each utterance once, where it began, and at the end what was never completed', () => {
    let now = 0;
    const added: string[] = [];
    const transcript = new Transcript(
      () => now,
      ({ text }) => void added.push(text),
    );
    transcript.hear(caption('u1', 'What', false, 'user'));
    now = 100;
    transcript.hear(caption('o1', 'Hel', false));
    now = 200;
    transcript.hear(caption('u1', 'What is it?', true, 'user'));
    transcript.wrote('hello');
    transcript.hear({ kind: 'chat', text: 'hi', sentAt: 5 });
    expect(added).toEqual(['What is it?', 'hello', 'hi']);
    expect(transcript.lines.map(({ speaker, text, how, atMs }) => [speaker, text, how, atMs])).toEqual([
      ['user', 'What is it?', 'spoken', 0],
      ['oracle', 'Hel', 'spoken', 100],
      ['user', 'hello', 'written', 200],
      ['oracle', 'hi', 'written', 200],
    ]);
  });

  test('is wrapped under itself, and cannot steer the terminal', () => {
    const text =
      'Paris is \u001b[2Jthe capital city of France, and \u202ehas been for a long time by now, as everybody knows.';
    const lines = describeLine({ speaker: 'oracle', text, how: 'spoken', atMs: 0 }, 60).split('\n');
    expect(lines.every((line) => line.length <= 60)).toBe(true);
    expect(lines[0]).toMatch(/^oracle {3}Paris is \[2Jthe/);
    expect(lines[1]).toMatch(/^ {9}\S/);
  });
});

test('the result fits 80 columns and says what counts', () => {
  const report: CallReport = {
    ok: true,
    oracleDid: 'did:ixo:oracle',
    callId: '$e@lk-1',
    sessionId: 's',
    status: 'ended',
    endReason: 'hangup',
    encrypted: true,
    security: {
      protocolVersion: 3,
      padlock: 'encrypted',
      suite: 'hpke-x25519',
      comparisonCode: { raw: '1234567890', formatted: '12345 67890' } as never,
      hearing: { ...HEARD_HERE, languageModel: placeOf('https://models.example', ['text']), remembers: true },
      keyState: 'first-contact',
      keysAreIndependent: true,
      keyFingerprints: undefined,
      isVerified: false,
      pinsAreKept: true,
    },
    transcript: [],
    questions: [],
    remembers: true,
    unanswered: 1,
    timeline: { click: 0, oracleAudible: 900, ended: 9_000 },
    recording: undefined,
    error: undefined,
  };
  const lines = stripVTControlCharacters(describeReport(report, 80)).split('\n');
  expect(lines.every((line) => line.length <= 80)).toBe(true);
  const text = lines.join('\n');
  for (const part of [
    '✓ ended (hangup)',
    '✓ encrypted',
    '12345 67890',
    'first time',
    'words sent to models.example',
    'this oracle remembers this conversation',
    'without an answer: 1',
    '900 ms',
  ]) {
    expect(text).toContain(part);
  }
  const broken = { ...report, status: 'failed', encrypted: false } as const;
  expect(stripVTControlCharacters(describeReport(broken, 80))).toContain('✗ not encrypted');
});

test('who hears the call is told once, and again when a later agent says something else', () => {
  const lines: string[] = [];
  const progress = new CallProgress((line) => void lines.push(line), true);
  const call = new ScriptedOracleCalls(new FakeClock()).callOracle('audio');
  call.observe((notice) => progress.hear(notice));
  call.secure({ hearing: HEARD_HERE });
  call.secure({ padlock: 'encrypted' });
  const current = { ...HEARD_HERE, recognition: placeOf('https://ears.example', ['audio']) };
  call.tell({ kind: 'hearingChanged', previous: HEARD_HERE, current, change: 'wider' });
  expect(lines).toEqual([
    "heard on this oracle's machine only",
    'the oracle started again, and more is heard or kept elsewhere than before: your voice sent to ears.example',
  ]);
});

test('an oracle that was told to keep nothing of the call is not said to remember it', () => {
  const lines: string[] = [];
  const progress = new CallProgress((line) => void lines.push(line), false);
  const call = new ScriptedOracleCalls(new FakeClock()).callOracle({ type: 'audio', remembers: false });
  call.observe((notice) => progress.hear(notice));
  call.secure({ hearing: { ...HEARD_HERE, remembers: true } });
  expect(lines).toEqual(["heard on this oracle's machine only; this oracle was told to keep nothing of this call"]);
});

test('a recording is a sound file for its owner, also when nothing was heard', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'oracle-calls-recording-'));
  try {
    const path = join(folder, 'oracle.wav');
    const recording = await Recording.open(path);
    recording.add({ samples: Float32Array.of(0, 0.5), sampleRate: 16_000 });
    recording.add({ samples: Float32Array.of(-0.5), sampleRate: 16_000 });
    await recording[Symbol.asyncDispose]();
    const { samples, sampleRate } = readWav(await readFile(path));
    expect([sampleRate, ...samples]).toEqual([16_000, 0, 0.5, -0.5]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    // What is there may be anybody's to read.
    await chmod(path, 0o644);
    const silent = await Recording.open(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await silent[Symbol.asyncDispose]();
    expect(readWav(await readFile(path)).samples.length).toBe(0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
