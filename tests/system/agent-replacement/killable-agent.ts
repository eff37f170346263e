import { Room } from '@livekit/rtc-node';

/** What the parent writes to standard input: a token goes neither by argument nor by environment. */
export interface KillableAgentInput {
  readonly url: string;
  readonly joinToken: string;
}

/*
 * A participant in a process of its own, so that it can be killed: the only way to leave without a goodbye. Prints one line when it
 * is in the room.
 */
let text = '';
for await (const chunk of process.stdin) text += String(chunk);
const { url, joinToken } = JSON.parse(text) as KillableAgentInput;
const room = new Room();
await room.connect(url, joinToken, { autoSubscribe: false, dynacast: false });
process.stdout.write('joined\n');
