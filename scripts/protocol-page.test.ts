/** `docs/protocol.md` quotes numbers, names and layouts; here they are compared with the code. */
import { access, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { MEMORY_MAX_AGE_MS } from '../packages/agent/src/trust-store/memory-numbers.ts';
import { MEMORY_GRACE_MS } from '../packages/backend/src/store/memory-store.ts';
import { DATA_KIND_BYTES } from '../packages/protocol/src/data-frame/layout.ts';
import {
  ARGUMENTS_MAX_LENGTH,
  CAPTION_MAX_LENGTH,
  CAPTION_WORDS_MAX,
  CHAT_MAX_LENGTH,
  controlSchema,
  QUESTION_MAX_LENGTH,
} from '../packages/protocol/src/data-frame/payload.ts';
import { REMEMBERED_PAYLOADS } from '../packages/protocol/src/data-frame/data-receiver.ts';
import { DID_MAX_LENGTH } from '../packages/protocol/src/did/did.ts';
import { DID_TIMEOUT_MS } from '../packages/protocol/src/did/did-resolver.ts';
import { DID_DOCUMENT_MAX_BYTES } from '../packages/protocol/src/did/fetch-document.ts';
import { KEY_ROTATIONS_MAX } from '../packages/protocol/src/did/document-services.ts';
import { ERROR_CODES } from '../packages/protocol/src/errors/error-table.ts';
import { callEventSchema } from '../packages/protocol/src/events/call-event.ts';
import { CALL_EVENT_MAX_LENGTH } from '../packages/protocol/src/events/event-content.ts';
import {
  TRANSCRIPT_BODY_MAX_BYTES,
  TRANSCRIPT_EVENT_MAX_LENGTH,
  TRANSCRIPT_EVENT_TYPE,
  TRANSCRIPT_PARTS_MAX,
  TRANSCRIPT_TEXT_MAX_LENGTH,
  transcriptEventSchema,
} from '../packages/protocol/src/events/transcript-event.ts';
import { TRANSCRIPT_KEY_LABEL } from '../packages/protocol/src/events/transcript-seal.ts';
import {
  RING_ANSWER_EVENT_TYPE,
  RING_ANSWER_STATUSES,
  ringAnswerSchema,
} from '../packages/protocol/src/events/ring-answer.ts';
import {
  RING_CLOCK_SKEW_MS,
  RING_EVENT_MAX_LENGTH,
  RING_EVENT_TYPE,
  RING_LIFETIME_MAX_MS,
  RING_LIFETIME_MIN_MS,
  RING_REASON_MAX_LENGTH,
  ringEventSchema,
} from '../packages/protocol/src/events/ring-event.ts';
import { END_REASONS } from '../packages/protocol/src/call-status.ts';
import { callHearingSchema, HEARD_HERE } from '../packages/protocol/src/hearing/call-hearing.ts';
import { HOST_MAX_LENGTH } from '../packages/protocol/src/hearing/engine-place.ts';
import { SENT_KINDS } from '../packages/protocol/src/hearing/sent-kinds.ts';
import { FRAME_KIND_BYTES, FRAME_MAX_BYTES, MAX_ATTEMPT } from '../packages/protocol/src/frame/frame-header.ts';
import { FRAME_TOPIC } from '../packages/protocol/src/frame/frame-topic.ts';
import { IDENTITY_MAX_BYTES } from '../packages/protocol/src/handshake/messages.ts';
import { offerFields } from '../packages/protocol/src/handshake/transcript.ts';
import { EVENT_WAIT_MS, REQUEST_MAX_BYTES, ROUTES } from '../packages/protocol/src/http/routes.ts';
import { X_WING_ENCAPSULATION_BYTES, X_WING_PUBLIC_KEY_BYTES } from '../packages/protocol/src/kem/x-wing.ts';
import { MEMORY_NOTES_MAX_BYTES } from '../packages/protocol/src/memory/memory-body.ts';
import { MEMORY_BODY_MAX_BYTES } from '../packages/protocol/src/memory/memory-record-size.ts';
import { PREVIOUS_KEY_GRACE_MS, REKEY_INTERVAL_MS } from '../packages/protocol/src/rekey/rekey-step.ts';
import {
  HANDSHAKE_MAX_MS,
  RECEIPT_TRIES,
  RECEIPT_WAIT_MS,
  REKEY_MAX_MS,
  REKEY_REQUEST_GAP_MS,
  RESEND_FIRST_MS,
  RESEND_GROWTH,
  RESEND_LONGEST_MS,
} from '../packages/protocol/src/secure-link/link-times.ts';
import {
  contextFieldsSchema,
  METHOD_ID_MAX_LENGTH,
  VALIDITY_MAX_MS,
} from '../packages/protocol/src/signed-envelope/context.ts';
import { SIGNED_ENVELOPE_MAX_BYTES } from '../packages/protocol/src/signed-envelope/envelope-format.ts';
import { SUITE_TABLE } from '../packages/protocol/src/signed-envelope/suites.ts';
import { ENVELOPE_CLOCK_SKEW_MS } from '../packages/protocol/src/signed-envelope/verify.ts';
import { TIMELINE_STAGES } from '../packages/protocol/src/timeline.ts';
import { readAttacks, readTables, type TableRow } from './threat-model/page.ts';

const page = await readFile(new URL('../docs/protocol.md', import.meta.url), 'utf8');
/** Line breaks are prose's, not the text's. */
const text = page.replaceAll(/\s+/g, ' ');
const tables = readTables(page);
const column = (heading: string): readonly string[] =>
  tables.flatMap((rows) => rows.flatMap((row) => row.get(heading) ?? [])).map((cell) => cell.replaceAll('`', ''));
const said = (number: number): string => number.toLocaleString('en');
const seconds = (ms: number): string => `${ms / 1000} s`;

test.each<[string, string]>([
  ['topic', `packets of the topic \`${FRAME_TOPIC}\``],
  ['largest frame', `at most ${said(FRAME_MAX_BYTES)} bytes. The header`],
  ['largest envelope', `at most ${said(SIGNED_ENVELOPE_MAX_BYTES)} bytes; its first byte`],
  ['largest event', `above ${said(CALL_EVENT_MAX_LENGTH)} characters`],
  ['transcript event', `of the type \`${TRANSCRIPT_EVENT_TYPE}\``],
  ['transcript parts', `within the call, below ${said(TRANSCRIPT_PARTS_MAX)}`],
  ['transcript text', `1 to ${said(TRANSCRIPT_TEXT_MAX_LENGTH)} UTF-16 units`],
  ['transcript body', `at most ${said(TRANSCRIPT_BODY_MAX_BYTES)} bytes and`],
  ['transcript key', `info: \`${TRANSCRIPT_KEY_LABEL}\``],
  ['ring type', `its own, \`${RING_EVENT_TYPE}\``],
  ['ring answer type', `of type \`${RING_ANSWER_EVENT_TYPE}\``],
  ['largest transcript event', `Content above ${said(TRANSCRIPT_EVENT_MAX_LENGTH)} characters`],
  ['largest ring', `at most ${said(RING_EVENT_MAX_LENGTH)} characters`],
  ['lifetime of a ring', `rings: ${said(RING_LIFETIME_MIN_MS)} to ${said(RING_LIFETIME_MAX_MS)}`],
  ['reason of a ring', `up to ${RING_REASON_MAX_LENGTH} characters`],
  ['memories', `JSON of at most ${said(MEMORY_BODY_MAX_BYTES)} bytes,`],
  ['notes of memories', `notes have at most ${said(MEMORY_NOTES_MAX_BYTES)} bytes`],
  ['age of memories', `more than ${MEMORY_MAX_AGE_MS / 86_400_000} days ago`],
  ['late memories', `until ${MEMORY_GRACE_MS / 60_000 === 2 ? 'two' : 'other'} minutes after the call's end`],
  ['clocks and rings', `at most ${seconds(RING_CLOCK_SKEW_MS)} in the future`],
  ['largest request', `at most ${said(REQUEST_MAX_BYTES)} bytes. Errors`],
  ['attempts', `1 to ${MAX_ATTEMPT}`],
  ['identities', `identities: 1–${IDENTITY_MAX_BYTES} bytes`],
  ['X-Wing', `public key ${X_WING_PUBLIC_KEY_BYTES}, encapsulation ${X_WING_ENCAPSULATION_BYTES}`],
  ['validity', `at most ${VALIDITY_MAX_MS / 3_600_000} h after`],
  ['clocks', `${ENVELOPE_CLOCK_SKEW_MS / 60_000} minutes of clock difference`],
  ['rekeys', `one every ${REKEY_INTERVAL_MS / 60_000} minutes`],
  ['asking for rekeys', `at most one in ${seconds(REKEY_REQUEST_GAP_MS)}`],
  ['grace', `a grace of ${seconds(PREVIOUS_KEY_GRACE_MS)}`],
  ['first resend', `after ${RESEND_FIRST_MS} ms, then each time later by the factor ${RESEND_GROWTH}`],
  ['longest wait', `at most every ${seconds(RESEND_LONGEST_MS)}`],
  ['giving up', `given up after ${seconds(HANDSHAKE_MAX_MS)}, a rekey after ${seconds(REKEY_MAX_MS)}`],
  ['receipts', `again every ${seconds(RECEIPT_WAIT_MS)}, six times at most`],
  ['captions', `(1–${said(CAPTION_MAX_LENGTH)})`],
  ['chat', `(1–${said(CHAT_MAX_LENGTH)})`],
  ['words of a caption', `at most ${CAPTION_WORDS_MAX} of`],
  ['questions', `\`text\` (1–${QUESTION_MAX_LENGTH}), \`argumentsText\` (0–${said(ARGUMENTS_MAX_LENGTH)})`],
  ['hosts', `up to ${HOST_MAX_LENGTH} characters, labels`],
  ['what is sent', `the sum of ${SENT_KINDS.map((kind, at) => `${1 << at} ${kind}`).join(', ')}`],
  ['waiting for Matrix', `they wait up to ${seconds(EVENT_WAIT_MS)}`],
  ['largest DID document', `at most ${said(DID_DOCUMENT_MAX_BYTES)} bytes, comes within ${seconds(DID_TIMEOUT_MS)}`],
  ['longest DID', `at most ${DID_MAX_LENGTH} characters`],
  ['longest method id', `at most ${said(METHOD_ID_MAX_LENGTH)} characters`],
  ['remembered payloads', `the last ${said(REMEMBERED_PAYLOADS)} are`],
  ['rotations', `at most ${KEY_ROTATIONS_MAX})`],
  ['offer hash', offerFieldsText()],
])('%s', (_what, quoted) => {
  expect(text).toContain(quoted);
});

test('six receipts are what the code waits for', () => {
  expect(RECEIPT_TRIES).toBe(6);
});

describe('tables have what the code has:', () => {
  test('messages and their numbers', () => {
    const rows = tables.flat().filter((row) => row.has('message') && row.has('kind'));
    const numbers = Object.fromEntries(rows.map((row) => [row.get('message'), Number(row.get('kind'))]));
    expect(numbers).toEqual(FRAME_KIND_BYTES);
  });

  test('fields of the context, in their order', () => {
    expect(column('context field')).toEqual(['version', ...Object.keys(contextFieldsSchema.entries)]);
  });

  test('suites', () => {
    const suites = Object.entries(SUITE_TABLE).map(([suite, { byte }]) => `${byte}, ${suite}`);
    expect(column('suite')).toEqual(suites);
  });

  test('fields of the call event', () => {
    const named = column('field')
      .flatMap((cell) => cell.split(', '))
      .map((name) => name.replace('?', ''));
    expect(Object.keys(callEventSchema.entries).filter((name) => !named.includes(name))).toEqual([]);
  });

  test('fields of a transcript', () => {
    expect(column('transcript field')).toEqual(Object.keys(transcriptEventSchema.entries));
  });

  test('fields of rings and their answers', () => {
    const names = (heading: string): string[] => column(heading).map((name) => name.replace('?', ''));
    expect(names('ring field')).toEqual(Object.keys(ringEventSchema.entries));
    const fields = new Set(ringAnswerSchema.options.flatMap(({ entries }) => Object.keys(entries)));
    expect(new Set([...names('answer field'), 'm.relates_to'])).toEqual(fields);
    expect(RING_ANSWER_STATUSES.filter((status) => !text.includes(`\`${status}\``))).toEqual([]);
  });

  test('payloads and control actions', () => {
    const kinds = Object.entries(DATA_KIND_BYTES).map(([kind, byte]) => `${byte} ${kind}`);
    expect(text).toContain(`Payload kinds: ${kinds.join(', ')}.`);
    const actions = controlSchema.options.map(({ entries }) => `\`${entries.action.literal}\``);
    const [cell = ''] = column('fields besides `id` and `kind`');
    expect(actions.filter((action) => !cell.includes(action.replaceAll('`', '')))).toEqual([]);
  });

  test('parts of who hears the call, in the order of their bytes', () => {
    expect(column('part')).toEqual(Object.keys(callHearingSchema.entries));
  });

  test('routes', () => {
    const endpoints = column('endpoint').join(' ');
    expect(Object.values(ROUTES).filter((route) => !endpoints.includes(route))).toEqual([]);
  });

  test('refusals: every code of envelope, handshake and data, and no code that there is not', () => {
    const codes = column('code');
    const due = ERROR_CODES.filter((code) => /^ERR_(?:ENVELOPE|DATA)_/.test(code));
    expect(due.filter((code) => !codes.includes(code))).toEqual([]);
    expect(codes.filter((code) => !(ERROR_CODES as readonly string[]).includes(code))).toEqual([]);
  });
});

test('reasons and stages are all there', () => {
  expect(END_REASONS.filter((reason) => !text.includes(`\`${reason}\``))).toEqual([]);
  expect(TIMELINE_STAGES.filter((stage) => !text.includes(`\`${stage}\``))).toEqual([]);
});

test('links within the page lead somewhere', () => {
  const slugs = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
  const targets = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, target]) => target);
  expect(targets.filter((target) => !slugs.includes(target ?? ''))).toEqual([]);
});

describe('who tests what:', () => {
  const rows = tables.flat().filter((row) => row.has('sentence begins or contains'));
  const filesOf = (row: TableRow, heading: string): readonly string[] =>
    [...(row.get(heading) ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
  const before = text.slice(0, text.indexOf('## Who tests what'));

  test('every sentence stands in the text above', () => {
    expect(rows.length).toBeGreaterThan(40);
    const sentences = rows.map((row) => row.get('sentence begins or contains') ?? '');
    expect(sentences.filter((sentence) => !before.includes(sentence))).toEqual([]);
    expect(new Set(sentences).size).toBe(sentences.length);
  });

  test('every section has a sentence that is tested, but for those that only explain', () => {
    const sections = page
      .slice(0, page.indexOf('## Who tests what'))
      .split(/^(?=##)/m)
      .slice(1);
    const untested = sections.filter((section) => {
      const prose = section.replaceAll(/\s+/g, ' ');
      return !rows.some((row) => prose.includes(row.get('sentence begins or contains') ?? ''));
    });
    const headings = untested.map((section) => /^#+ (.+)$/m.exec(section)?.[1]);
    expect(headings).toEqual(['Terms', 'Attackers and promises', 'Limits']);
  });

  test('every test that is named is there, and each sentence has one in TypeScript', async () => {
    for (const row of rows) {
      const inTypeScript = filesOf(row, 'TypeScript: `packages/…`').map((name) => `../packages/${name}`);
      const inPython = filesOf(row, 'Python: `python/tests/…`').map((name) => `../python/tests/${name}`);
      expect(inTypeScript.length).toBeGreaterThan(0);
      expect(inPython.length > 0 || row.get('Python: `python/tests/…`') === '–').toBe(true);
      for (const name of [...inTypeScript, ...inPython]) await access(new URL(name, import.meta.url));
    }
  });
});

function offerFieldsText(): string {
  const none = new Uint8Array();
  const fields = offerFields({
    ...{ contextHash: none, envelopeSignature: none, callId: '', attempt: 1, userIdentity: '', agentIdentity: '' },
    ...{ hearing: HEARD_HERE, agentCommitment: none, ephemeralPublicKey: none },
  });
  return fields.map(([name]) => (name === 'attempt' ? 'attempt (u32)' : name)).join(', ');
}

test('the README claims nothing about attacks that is not in the threat model', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const model = await readFile(new URL('../docs/threat-model.md', import.meta.url), 'utf8');
  const known = new Set(readAttacks(model).flatMap(({ tests }) => tests));
  const claimed = [...readme.matchAll(/`(attack: [^`]+)`/g)].map(([, name = '']) => name);
  expect(claimed.length).toBeGreaterThan(10);
  expect(claimed.filter((name) => !known.has(name))).toEqual([]);
});
