import { OracleCallError, type Clock, type Logger } from '@oracle-calls/protocol';
import type { NoticeStore } from '../store/notice-store.ts';
import type { PresenceWatch } from './presence-watch.ts';
import type { SfuControl } from './sfu-control.ts';

export interface WebhookDeskDeps {
  readonly sfu: SfuControl;
  readonly notices: NoticeStore;
  readonly presence: PresenceWatch;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Receives the SFU's webhooks: signature first, each one once. */
export class WebhookDesk {
  readonly #deps: WebhookDeskDeps;

  constructor(deps: WebhookDeskDeps) {
    this.#deps = deps;
  }

  /** @throws {OracleCallError} `ERR_AUTH_MISSING`, `ERR_AUTH_INVALID`, `ERR_PROTOCOL_MALFORMED` */
  async receive(body: string, authorization: string | undefined): Promise<void> {
    const { sfu, notices, presence, clock, logger } = this.#deps;
    if (authorization === undefined || authorization === '') throw new OracleCallError('ERR_AUTH_MISSING');
    const notice = await sfu.receiveWebhook(body, authorization);
    if (!(await notices.addWebhook(notice.webhookId, clock.now()))) {
      logger.debug('webhook repeated', { webhookId: notice.webhookId });
      return;
    }
    try {
      await presence.notice(notice);
    } catch (error) {
      await notices.removeWebhook(notice.webhookId);
      throw error;
    }
  }
}
