import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { systemClock } from '@oracle-calls/protocol';

/*
 * X.509 certificates for tests (RFC 5280), written in DER by hand so that the tests need no program for it: a CA, and a
 * server certificate for one DNS name.
 */
const SEQUENCE = 0x30;
const SET = 0x31;
const OID_COMMON_NAME = '550403';
const OID_ECDSA_SHA256 = '2a8648ce3d040302';
const OID_BASIC_CONSTRAINTS = '551d13';
const OID_SUBJECT_ALT_NAME = '551d11';
const DAY_MS = 86_400_000;

function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  const length = body.length < 128 ? [body.length] : [0x82, Math.floor(body.length / 256), body.length % 256];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const name = (text: string): Buffer =>
  der(SEQUENCE, der(SET, der(SEQUENCE, oid(OID_COMMON_NAME), der(0x0c, Buffer.from(text)))));
const algorithm = der(SEQUENCE, oid(OID_ECDSA_SHA256));
/** UTCTime, `YYMMDDHHMMSSZ`. */
const instant = (at: number): Buffer => {
  const text = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '');
  return der(0x17, Buffer.from(text.slice(2)));
};
const extension = (id: string, value: Buffer): Buffer => der(SEQUENCE, oid(id), der(0x04, value));

interface CertificateOptions {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signingKey: KeyObject;
  readonly extension: Buffer;
}

function certificate(options: CertificateOptions): string {
  const now = systemClock.now();
  const body = der(
    SEQUENCE,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(8)])),
    algorithm,
    name(options.issuer),
    der(SEQUENCE, instant(now - DAY_MS), instant(now + DAY_MS)),
    name(options.subject),
    options.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(SEQUENCE, options.extension)),
  );
  const signature = sign('sha256', body, options.signingKey);
  const whole = der(SEQUENCE, body, algorithm, der(0x03, Buffer.from([0]), signature));
  return `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

/** A fresh CA and a server certificate that it signed, in PEM, valid for two days. */
export function createTestCertificates(dnsName: string): {
  readonly caCert: string;
  readonly server: { readonly key: string; readonly cert: string };
} {
  const ca = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = 'Oracle Calls test CA';
  const caCert = certificate({
    subject: issuer,
    issuer,
    publicKey: ca.publicKey,
    signingKey: ca.privateKey,
    extension: extension(OID_BASIC_CONSTRAINTS, der(SEQUENCE, der(0x01, Buffer.from([0xff])))),
  });
  const cert = certificate({
    subject: dnsName,
    issuer,
    publicKey: server.publicKey,
    signingKey: ca.privateKey,
    extension: extension(OID_SUBJECT_ALT_NAME, der(SEQUENCE, der(0x82, Buffer.from(dnsName)))),
  });
  return { caCert, server: { key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert } };
}
