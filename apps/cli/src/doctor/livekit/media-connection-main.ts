import { once } from 'node:events';
import { systemClock } from '@oracle-calls/protocol';
import { Room } from '@livekit/rtc-node';
import * as v from 'valibot';
import { mediaRequestSchema } from './media-connection.ts';

/* Brings up one media connection for `connectMedia`, which ends this process. */
const [message] = (await once(process, 'message')) as [unknown];
const { url, joinToken } = v.parse(mediaRequestSchema, message);
const startedAt = systemClock.now();
await new Room().connect(url, joinToken, { autoSubscribe: false, dynacast: false });
process.send?.({ tookMs: systemClock.now() - startedAt });
