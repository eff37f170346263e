import type { Clock, Logger } from '@oracle-calls/protocol';
import type { Resolvable } from '@oracle-calls/protocol/did';
import type { MatrixAccountPort } from '@oracle-calls/matrix/port';
import type { FreshEnvelopes } from '../agent-desk/fresh-envelopes.ts';
import type { BackgroundWork } from '../background/background-work.ts';
import type { CallService } from '../calls/call-service.ts';
import type { Deadlines } from '../deadlines/deadlines.ts';
import { EnvelopeCheck, type OlderProtocol } from '../envelope-check/envelope-check.ts';
import { CallIntake } from '../matrix-listener/call-intake.ts';
import { EditIntake } from '../matrix-listener/edit-intake.ts';
import { InviteDesk } from '../matrix-listener/invite-desk.ts';
import { MatrixListener } from '../matrix-listener/matrix-listener.ts';
import type { RingService } from '../rings/ring-service.ts';
import type { Store } from '../store/store.ts';
import type { CallTraces } from '../telemetry/call-traces.ts';
import { announceDid } from './did-announcement.ts';
import type { ServedOracle } from './served-oracles.ts';

export interface OracleEarsDeps {
  readonly oracle: ServedOracle;
  readonly matrix: MatrixAccountPort;
  readonly store: Store;
  readonly calls: CallService;
  readonly rings: RingService;
  readonly fresh: Pick<FreshEnvelopes, 'keep' | 'forget'>;
  readonly traces: Pick<CallTraces, 'follow'>;
  readonly olderProtocol: OlderProtocol;
  readonly resolver: Resolvable | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly deadlines: Deadlines;
  readonly background: BackgroundWork;
  readonly closing: AbortSignal;
}

/** Begins to follow one oracle's Matrix account. Each oracle has ears of its own: what comes to one is no other's. */
export function openOracleEars(deps: OracleEarsDeps): Disposable {
  const { oracle, matrix, store, calls, rings, fresh, traces, olderProtocol, resolver, clock, logger } = deps;
  const { deadlines, background, closing } = deps;
  const { did: oracleDid, allowedServers } = oracle;
  const envelopes = new EnvelopeCheck({
    oracleDid,
    ownUserId: matrix.userId,
    olderProtocol,
    resolver,
    clock,
    logger,
    closing,
  });
  const listener = new MatrixListener({
    oracleDid,
    matrix,
    invites: new InviteDesk({ matrix, allowedServers, logger, deadlines, background, closing }),
    callIntake: new CallIntake({ oracleDid, allowedServers, store, calls, rings, envelopes, fresh, traces, clock }),
    editIntake: new EditIntake({ oracleDid, calls, logger }),
    rings,
    store,
    logger,
    background,
    closing,
  });
  background.run('oracle keys', () => envelopes.warm());
  listener.start();
  announceDid({ oracleDid, matrix, logger, deadlines, background, closing });
  // The homeserver may be slow or away: serving does not wait for it.
  background.run('resume edits', () => listener.resume());
  background.run('resume rings', () => rings.resume(oracleDid));
  return listener;
}
