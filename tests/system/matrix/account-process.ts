/**
 * An oracle's account in a process of its own, to be killed. Takes one JSON argument; says what it does as JSON lines on
 * stdout, and obeys JSON lines on stdin.
 */
import { createInterface } from 'node:readline';
import { isOracleCallError, BearerSecret, parseMatrixEventId } from '@oracle-calls/protocol';
import { parseMatrixRoomId, parseMatrixUserId } from '@oracle-calls/matrix';
import { openMatrixAccount } from '@oracle-calls/matrix/node';
import * as v from 'valibot';

const settings = v.parse(
  v.object({ homeserverUrl: v.string(), userId: v.string(), password: v.string(), storeDir: v.string() }),
  JSON.parse(process.argv[2] ?? ''),
);
const commandSchema = v.variant('do', [
  v.object({ do: v.literal('fetch'), room: v.string(), eventIds: v.array(v.string()) }),
  v.object({ do: v.literal('send'), room: v.string(), n: v.string(), transactionId: v.string(), peer: v.string() }),
]);

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const codeOf = (error: unknown): string => (isOracleCallError(error) ? error.code : String(error));

try {
  const account = await openMatrixAccount({
    homeserverUrl: settings.homeserverUrl,
    userId: parseMatrixUserId(settings.userId),
    password: new BearerSecret(settings.password, 'test password'),
    storeDir: settings.storeDir,
  });
  account.observeEvents((event) => say({ said: 'seen', eventId: event.eventId }));
  const refused = (error: unknown): void => say({ said: 'refused', code: codeOf(error) });
  account.observeInvites((invite) => void account.joinRoom(invite.matrixRoomId).catch(refused));
  say({ said: 'open' });
  for await (const line of createInterface({ input: process.stdin })) {
    const command = v.parse(commandSchema, JSON.parse(line));
    const room = parseMatrixRoomId(command.room);
    if (command.do === 'send') {
      const { transactionId } = command;
      const peer = parseMatrixUserId(command.peer);
      say({
        said: 'sent',
        eventId: await account.sendEvent(room, 'test.answer', { n: command.n }, { transactionId, peer }),
      });
    } else {
      const failed: string[] = [];
      for (const eventId of command.eventIds) {
        await account
          .fetchEvent(room, parseMatrixEventId(eventId))
          .catch((error: unknown) => failed.push(codeOf(error)));
      }
      say({ said: 'fetched', failed });
    }
  }
  await account.close();
} catch (error) {
  say({ said: 'refused', code: codeOf(error) });
}
