import { expect, test } from 'vitest';
import { createPreferences, type NotificationPort } from './preferences.ts';

function memory(kept: Record<string, string> = {}) {
  const map = new Map(Object.entries(kept));
  return {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
  };
}

class FakeNotifications implements NotificationPort {
  permission: NotificationPermission = 'default';
  answer: NotificationPermission = 'granted';
  requestPermission = () => Promise.resolve((this.permission = this.answer));
}

function page(
  storage: Omit<ReturnType<typeof memory>, 'removeItem'> = memory(),
  notifications: NotificationPort | undefined = new FakeNotifications(),
  tab = memory(),
) {
  const root = { dataset: {} as DOMStringMap };
  return { storage, tab, root, ...createPreferences({ storage, tab, root, notifications }) };
}

test('the theme is the system’s until another is chosen, which a reload keeps', () => {
  const first = page();
  expect([first.theme.value, first.root.dataset]).toEqual(['system', {}]);
  first.theme.choose('dark');
  expect(first.root.dataset).toEqual({ theme: 'dark' });
  const next = page(first.storage);
  expect([next.theme.value, next.root.dataset]).toEqual(['dark', { theme: 'dark' }]);
  next.theme.choose('system');
  expect(next.root.dataset).toEqual({});
});

test('no transcript is kept until the person has agreed', () => {
  const first = page();
  expect([first.transcripts.value, first.transcripts.keepsTranscript]).toEqual(['unasked', false]);
  first.transcripts.answer('declined');
  expect(page(first.storage).transcripts.value).toBe('declined');
  first.transcripts.answer('agreed');
  expect(page(first.storage).transcripts.keepsTranscript).toBe(true);
  expect(page(memory({ 'oracle-calls.keeps-transcripts': 'yes' })).transcripts.value).toBe('unasked');
});

test('oracles may remember until the person says no, which a reload and another tab keep', () => {
  const first = page();
  expect(first.memory.remembers('did:web:one.example')).toBe(true);
  first.memory.allow(false);
  expect(page(first.storage).memory.remembers('did:web:one.example')).toBe(false);
  first.memory.allow(true);
  expect(page(first.storage).memory.remembers('did:web:one.example')).toBe(true);
});

test('a wish goes before the setting for one oracle, survives a reload of its tab, and ends with the call', () => {
  const [one, two] = ['did:web:one.example', 'did:web:two.example'];
  const { storage, tab, memory: first } = page();
  first.wish({ oracleDid: one, remembers: false });
  const { memory: reloaded } = page(storage, undefined, tab);
  expect([reloaded.remembers(one), reloaded.remembers(two)]).toEqual([false, true]);
  // Another tab is another person's next call.
  expect(page(storage).memory.remembers(one)).toBe(true);
  reloaded.forgetWish();
  expect(page(storage, undefined, tab).memory.remembers(one)).toBe(true);
  // Who decides for all decides for this one too.
  first.wish({ oracleDid: one, remembers: true });
  first.allow(false);
  expect(first.remembers(one)).toBe(false);
});

test('notifications are on when the person and the browser both say so', async () => {
  const port = new FakeNotifications();
  const { storage, notifications } = page(memory(), port);
  expect(notifications.isOn).toBe(false);
  await notifications.turnOn();
  expect(notifications.value).toEqual({ permission: 'granted', isWanted: true });
  expect(page(storage, port).notifications.isOn).toBe(true);
  port.permission = 'denied';
  expect(notifications.isOn).toBe(false);
  notifications.turnOff();
  expect(page(storage, port).notifications.value.isWanted).toBe(false);
});

test('a browser that refuses, or knows no notifications, leaves them off', async () => {
  const port = new FakeNotifications();
  port.answer = 'denied';
  const refused = page(memory(), port).notifications;
  await refused.turnOn();
  expect(refused.value).toEqual({ permission: 'denied', isWanted: false });
  const { notifications } = createPreferences({
    storage: memory(),
    tab: memory(),
    root: { dataset: {} },
    notifications: undefined,
  });
  await notifications.turnOn();
  expect(notifications.value).toEqual({ permission: 'unsupported', isWanted: false });
});

test('a browser that keeps nothing still obeys', () => {
  const broken = {
    getItem: () => {
      throw new DOMException('no storage');
    },
    setItem: () => {
      throw new DOMException('no storage');
    },
  };
  const { theme, root } = page(broken);
  theme.choose('light');
  expect(root.dataset).toEqual({ theme: 'light' });
});
