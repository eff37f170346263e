import { expect, it } from 'vitest';
import { watchLog } from './log-watch.ts';

const never = new AbortController().signal;

it('hands every line on', () => {
  const lines: string[] = [];
  const watch = watchLog((line) => lines.push(line));
  for (const line of ['text', '{"msg":"up"}', '{broken']) watch.log(line);
  expect(lines).toEqual(['text', '{"msg":"up"}', '{broken']);
});

it('resolves when the fact is stated, or was before', async () => {
  const watch = watchLog(() => undefined);
  const later = watch.stated('up', never);
  watch.log('{"level":"info","msg":"up"}');
  await later;
  await watch.stated('up', never);
});

it('takes only the whole message of a fact for it', async () => {
  const watch = watchLog(() => undefined);
  for (const line of ['up', '{"msg":"up again"}', '{"text":"up"}', '{"msg":7}']) watch.log(line);
  await expect(watch.stated('up', AbortSignal.timeout(20))).rejects.toMatchObject({ name: 'TimeoutError' });
});

it('forgets what an earlier run stated', async () => {
  const watch = watchLog(() => undefined);
  watch.log('{"msg":"up"}');
  watch.reset();
  await expect(watch.stated('up', AbortSignal.timeout(20))).rejects.toMatchObject({ name: 'TimeoutError' });
});

it('does not begin to wait when told to stop already', async () => {
  const reason = new Error('given up');
  await expect(watchLog(() => undefined).stated('up', AbortSignal.abort(reason))).rejects.toBe(reason);
});
