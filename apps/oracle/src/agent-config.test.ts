import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parseWith } from '@oracle-calls/protocol';
import { oracleSettingsSchema } from '@oracle-calls/agent/oracle-settings';
import { agentConfigSchema } from './agent-config.ts';
import { oracleField } from './oracle-field.ts';

const config = {
  oracleDid: 'did:example:oracle',
  backendUrl: 'http://127.0.0.1:8080',
  apiKeyFile: 'agent-api-key',
  oracleKeyFile: 'oracle.key.json',
  trustStoreFile: 'trust/trust.db',
  sfu: { url: 'ws://127.0.0.1:7880', apiKey: 'key', apiSecretFile: 'api.secret' },
  agentName: 'oracle',
  weightsDir: 'weights',
};

const issuesOf = (value: object): unknown => {
  try {
    parseWith(agentConfigSchema, value);
    return 'accepted';
  } catch (cause) {
    return (cause as { details: { issues: string[] } }).details.issues;
  }
};

describe("the agent's configuration", () => {
  it('needs no more than where everything is', () => {
    expect(v.parse(agentConfigSchema, config)).toEqual({
      ...config,
      allowPrivateAddresses: false,
      olderProtocol: 'refuse',
      logLevel: 'info',
      graceMs: 15_000,
      maxCallMinutes: 120,
      rekeySeconds: 900,
      drainSeconds: 75,
    });
  });

  it('takes whatever the agent takes about its oracle: memory and eyes can be switched on and off here', () => {
    const fieldsOf = ({ entries }: { readonly entries: object }): string[] => Object.keys(entries).toSorted();
    const [ours, theirs] = [oracleField.wrapped, oracleSettingsSchema];
    expect(fieldsOf(ours)).toEqual(fieldsOf(theirs));
    for (const part of ['brain', 'recognition', 'speech'] as const) {
      const kindsOf = ({ entries }: typeof ours | typeof theirs) => entries[part].wrapped.options.map(fieldsOf);
      expect(kindsOf(ours)).toEqual(kindsOf(theirs));
    }
    const brain = { kind: 'chat', baseUrl: 'http://127.0.0.1:11434/v1', model: 'm', vision: true };
    for (const memory of [true, false, { days: 7 }]) {
      expect(issuesOf({ ...config, oracle: { brain, memory } })).toBe('accepted');
    }
    expect(issuesOf({ ...config, oracle: { memory: 'no' } })).not.toBe('accepted');
  });

  it.each([
    ['brain', { kind: 'chat', baseUrl: 'http://models.example/v1', model: 'm' }],
    ['brain', { kind: 'webhook', url: 'http://models.example/', secretFile: 's' }],
    ['brain', { kind: 'realtime', baseUrl: 'http://models.example/v1', model: 'm' }],
    ['recognition', { kind: 'endpoint', baseUrl: 'http://models.example/v1', model: 'm' }],
    ['speech', { kind: 'endpoint', baseUrl: 'http://models.example/v1', model: 'm' }],
  ])('sends what is said in the clear only with leave: %s %o', (part, settings) => {
    const issues = issuesOf({ ...config, oracle: { [part]: settings } });
    expect(issues).toEqual([expect.stringMatching(new RegExp(`^oracle\\.${part}: would be sent in the clear`))]);
    expect(issuesOf({ ...config, oracle: { [part]: { ...settings, plaintext: 'allow' } } })).toBe('accepted');
    expect(issuesOf({ ...config, oracle: { [part]: { ...settings, plaintext: 'yes' } } })).not.toBe('accepted');
  });

  it('may leave the key to the environment', () => {
    const { oracleKeyFile: _, ...rest } = config;
    expect(issuesOf(rest)).toBe('accepted');
  });

  it.each([
    ['oracleDid', { oracleDid: 'oracle' }],
    ['backendUrl', { backendUrl: 'nowhere' }],
    ['trustStoreFile', { trustStoreFile: '' }],
    ['didResolverUrl', { didResolverUrl: 'nowhere' }],
    ['allowPrivateAddresses', { allowPrivateAddresses: 'yes' }],
    ['olderProtocol', { olderProtocol: true }],
    ['sfu.url', { sfu: { ...config.sfu, url: '' } }],
    ['sfu.apiSecret', { sfu: { ...config.sfu, apiSecret: 'in the file itself' } }],
    ['warmProcesses', { warmProcesses: 0 }],
    ['maxCalls', { maxCalls: 1.5 }],
    ['logLevel', { logLevel: 'loud' }],
    ['graceMs', { graceMs: -1 }],
    ['maxCallMinutes', { maxCallMinutes: 0 }],
    ['rekeySeconds', { rekeySeconds: 9 }],
    ['rekeySeconds', { rekeySeconds: 3601 }],
    ['drainSeconds', { drainSeconds: -1 }],
    ['agentname', { agentname: 'a typo' }],
  ])('is refused for %s, which is named', (field, change) => {
    expect(issuesOf({ ...config, ...change })).toEqual([expect.stringContaining(`${field}:`)]);
  });

  it('is refused when a field is missing, and never quotes a value', () => {
    expect(issuesOf({ ...config, agentName: undefined })).toEqual([expect.stringContaining('agentName')]);
    expect(JSON.stringify(issuesOf({ ...config, sfu: { ...config.sfu, apiSecret: 'canary' } }))).not.toContain(
      'canary',
    );
  });
});
