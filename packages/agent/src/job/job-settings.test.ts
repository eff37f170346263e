import { HEARD_HERE } from '@oracle-calls/protocol/hearing';
import { describe, expect, it } from 'vitest';
import { JOB_SETTINGS_VARIABLE, readJobSettings } from './job-settings.ts';

const publicKeyHex = 'ab'.repeat(32);
const settings = {
  oracleDid: 'did:example:oracle',
  ownDocument: {
    did: 'did:example:oracle',
    matrixUserId: '@oracle:example.org',
    envelopeKey: { methodId: 'did:example:oracle#envelope', suite: 'hpke-x25519', publicKeyHex },
    identityKey: { methodId: 'did:example:oracle#identity', algorithm: 'Ed25519', publicKeyHex },
    areIndependent: true,
    offersXWing: false,
  },
  hearing: HEARD_HERE,
  backendUrl: 'http://127.0.0.1:1',
  apiKeyFile: 'agent-api-key',
  oracleKeyFile: 'oracle.key.json',
  trustStoreFile: 'trust/trust.db',
  allowPrivateAddresses: false,
  olderProtocol: 'refuse',
  logLevel: 'info',
  graceMs: 15_000,
  maxCallMs: 60_000,
  rekeyIntervalMs: 900_000,
};
const malformed = expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' });

describe("a job's settings", () => {
  it('come from the worker through the environment', () => {
    expect(readJobSettings({ [JOB_SETTINGS_VARIABLE]: JSON.stringify(settings) })).toEqual(settings);
  });

  it('are refused when the worker did not set them', () => {
    expect(() => readJobSettings({})).toThrow(malformed);
  });

  it('are refused when a field is wrong, and the field is named', () => {
    const env = { [JOB_SETTINGS_VARIABLE]: JSON.stringify({ ...settings, graceMs: -1 }) };
    expect(() => readJobSettings(env)).toThrow(
      expect.objectContaining({ details: { issues: [expect.stringContaining('graceMs')] } }),
    );
  });
});
