import { SecretBytes, systemClock } from '@oracle-calls/protocol';
import type { SfuRoomName } from '@oracle-calls/protocol';
import { TestCaller } from './test-caller.ts';
import type { CallerOptions } from './test-caller.ts';

/** What the parent writes to standard input: a secret goes neither by argument nor by environment. */
export interface VanishingCallerInput {
  readonly sfu: CallerOptions['sfu'];
  readonly sfuRoomName: SfuRoomName;
  readonly identity: string;
  readonly callKeyHex: string;
}

/*
 * A caller in a process of its own, so that it can be killed: the only way to leave without a goodbye.
 * Prints one line when it is in the room and has heard somebody.
 */
let text = '';
for await (const chunk of process.stdin) text += String(chunk);
const { sfu, sfuRoomName, identity, callKeyHex } = JSON.parse(text) as VanishingCallerInput;
const callKey = new SecretBytes(Buffer.from(callKeyHex, 'hex'), 'call key');
const caller = await TestCaller.join({ sfu, sfuRoomName, identity, keys: { callKey, sfuRoomName } });
while (caller.firstAudibleAt.size === 0) await systemClock.sleep(20);
process.stdout.write('heard\n');
