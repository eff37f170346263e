import { readFile } from 'node:fs/promises';
import { parseMatrixUserId } from '@oracle-calls/matrix';
import { openMatrixAccount } from '@oracle-calls/matrix/node';
import {
  createNodeSfu,
  createSoundDevices,
  LocalSound,
  releaseMedia,
  silenceMediaLog,
} from '@oracle-calls/node-media/sdk';
import type { HeardSound } from '@oracle-calls/node-media/sdk';
import { BearerSecret, OracleCallError } from '@oracle-calls/protocol';
import type { Clock, Did, Logger } from '@oracle-calls/protocol';
import { createDidResolver, resolveStrictOracle } from '@oracle-calls/protocol/did';
import { createBackendClient, createOracleCallsCore, loadStrictProtocol } from '@oracle-calls/sdk/core';
import type { OracleCalls } from '@oracle-calls/sdk/core';
import { FileKeyPins } from './account/file-key-pins.ts';
import { openOwnSigner } from './account/own-signer.ts';
import type { AccountSettings } from './account/account-options.ts';
import { findOracle } from './find-oracle.ts';

export interface CallerOptions {
  readonly settings: AccountSettings & { readonly oracle: string };
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onHeard: (sound: HeardSound) => void;
  /** Bounds the opening. */
  readonly signal: AbortSignal;
}

/** A signed-in account that can call. */
export interface Caller extends AsyncDisposable {
  readonly calls: OracleCalls;
  readonly oracleDid: Did;
  readonly microphone: LocalSound;
}

/**
 * Signs in and puts the SDK's core together with what a caller in Node has: an account on the disk, keys in files, media on `rtc-node`.
 *
 * @throws {OracleCallError} as `openMatrixAccount` and `findOracle` do; `ERR_KEY_STORE`; `ERR_PROTOCOL_MALFORMED` when the password's file cannot be read
 */
export async function openCaller({ settings, clock, logger, onHeard, signal }: CallerOptions): Promise<Caller> {
  const { storeDir, resolverUrl, allowPrivateAddresses } = settings;
  await using opening = new AsyncDisposableStack();
  const password = await readPassword(settings.passwordFile);
  const matrix = opening.use(
    await openMatrixAccount({
      homeserverUrl: settings.homeserverUrl,
      userId: parseMatrixUserId(settings.userId),
      password,
      storeDir,
      recoveryKeyFile: settings.recoveryKeyFile,
      clock,
      logger,
      signal,
    }),
  );
  const keyPins = new FileKeyPins(storeDir);
  const oracleDid = await findOracle(settings.oracle, keyPins);
  const { signer } = opening.use(await openOwnSigner(storeDir));
  silenceMediaLog();
  const microphone = new LocalSound(clock);
  opening.defer(() => releaseMedia());
  const resolver = createDidResolver({ ixoResolverUrl: resolverUrl, allowPrivateAddresses, clock });
  const calls = opening.use(
    createOracleCallsCore({
      matrix,
      clock,
      logger,
      sfu: createNodeSfu({ clock, logger, onHeard }),
      devices: createSoundDevices(() => microphone),
      async resolveOracle(did, bound) {
        const oracle = await resolveStrictOracle(did, resolver, { signal: bound.signal, allowPrivateAddresses, clock });
        return { ...oracle, matrixUserId: parseMatrixUserId(oracle.matrixUserId) };
      },
      createBackendClient: (backendUrl) =>
        createBackendClient({
          backendUrl,
          clock,
          requestOpenIdToken: (within) => matrix.requestOpenIdToken({ signal: within }),
        }),
      loadProtocol: loadStrictProtocol,
      keyPins,
      signer: async () => signer,
      tabStorage: undefined,
    }),
  );
  const open = opening.move();
  return { calls, oracleDid, microphone, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

async function readPassword(file: string): Promise<BearerSecret> {
  try {
    return new BearerSecret((await readFile(file, 'utf8')).trim(), 'Matrix password');
  } catch (cause) {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', `The file of the password, ${file}, cannot be read.`, {
      cause,
    });
  }
}
