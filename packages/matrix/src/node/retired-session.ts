import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isOracleCallError } from '@oracle-calls/protocol';
import { createClient } from 'matrix-js-sdk';
import { request, type AdapterContext } from '../js-sdk/adapter-context.ts';
import { readSession } from './account-session.ts';
import { sdkLogger } from './sdk-logger.ts';

/** The session of a device that a restored account left behind. */
export const RETIRED_FILE = 'retired-session.json';

export interface RetireOptions {
  readonly storeDir: string;
  readonly homeserverUrl: string;
  readonly common: Omit<AdapterContext, 'client'>;
  readonly signal: AbortSignal | undefined;
}

/**
 * Signs the device out that a restored account left behind: its keys are in backups, and nobody must go on sealing for them. Called once the new
 * device is signed; what fails is tried again at the next start.
 */
export async function retireOldDevice({ storeDir, homeserverUrl, common, signal }: RetireOptions): Promise<void> {
  const { logger } = common;
  const old = await readSession(storeDir, RETIRED_FILE);
  if (old === undefined) return;
  try {
    if (old.accessToken !== undefined) {
      const client = createClient({
        baseUrl: homeserverUrl,
        userId: old.userId,
        deviceId: old.deviceId,
        accessToken: old.accessToken.expose(),
        logger: sdkLogger(logger),
      });
      await request({ ...common, client }, () => client.logout(), {
        refused: 'ERR_UPSTREAM_HOMESERVER',
        signal,
      });
    }
  } catch (error) {
    signal?.throwIfAborted();
    // Otherwise somebody else signed it out.
    if (!isOracleCallError(error) || error.code !== 'ERR_MATRIX_SESSION') {
      logger.warn('matrix device not signed out', { 'pii.deviceId': old.deviceId });
      return;
    }
  }
  await rm(join(storeDir, RETIRED_FILE), { force: true });
  logger.info('matrix device signed out', { 'pii.deviceId': old.deviceId });
}
