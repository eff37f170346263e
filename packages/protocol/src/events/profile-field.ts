import { CALL_EVENT_TYPE } from './event-content.ts';

/**
 * Under this name an oracle's Matrix account publishes its DID in its profile (Matrix spec 1.16, "Profiles"). The homeserver can write anything
 * there: believe it only when the DID's document names the same account.
 */
export const ORACLE_DID_PROFILE_FIELD = `${CALL_EVENT_TYPE}.did` as const;
