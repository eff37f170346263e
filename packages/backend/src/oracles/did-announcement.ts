import { ORACLE_DID_PROFILE_FIELD, type Did, type Logger } from '@oracle-calls/protocol';
import type { MatrixAccountPort } from '@oracle-calls/matrix/port';
import type { BackgroundWork } from '../background/background-work.ts';
import { errorFields } from '../background/error-fields.ts';
import type { Deadlines } from '../deadlines/deadlines.ts';

/** First pause before a homeserver that did not answer is asked again; it doubles, to half an hour at the last attempt. */
const RETRY_BASE_MS = 30_000;
const ATTEMPTS_MAX = 7;

export interface DidAnnouncementDeps {
  readonly oracleDid: Did;
  readonly matrix: Pick<MatrixAccountPort, 'userId' | 'readProfileField' | 'setProfileField'>;
  readonly logger: Logger;
  readonly deadlines: Deadlines;
  readonly background: BackgroundWork;
  readonly closing: AbortSignal;
}

/**
 * Publishes the oracle's DID in the profile of its Matrix account, so that people who know the Matrix id find the DID. A convenience: calls do
 * not depend on it, and nobody believes it who has not seen the DID's document name the account.
 */
export function announceDid(deps: DidAnnouncementDeps, attempt = 1): void {
  const { oracleDid, matrix, logger, deadlines, background, closing } = deps;
  background.run('announce DID', async () => {
    try {
      const published = await matrix.readProfileField(matrix.userId, ORACLE_DID_PROFILE_FIELD, { signal: closing });
      if (published === oracleDid) return;
      await matrix.setProfileField(ORACLE_DID_PROFILE_FIELD, oracleDid, { signal: closing });
      logger.info('DID published in the profile', { oracleDid });
    } catch (error) {
      if (closing.aborted) return;
      logger.warn('DID not published', { oracleDid, attempt, ...errorFields(error) });
      if (attempt >= ATTEMPTS_MAX) return;
      deadlines.set(`announce:${oracleDid}`, RETRY_BASE_MS * 2 ** (attempt - 1), () => announceDid(deps, attempt + 1));
    }
  });
}
