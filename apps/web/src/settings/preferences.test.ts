import { expect, test } from 'vitest';
import { createPreferences, type NotificationPort } from './preferences.ts';

function memory(kept: Record<string, string> = {}) {
  const map = new Map(Object.entries(kept));
  return {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
  };
}

class FakeNotifications implements NotificationPort {
  permission: NotificationPermission = 'default';
  answer: NotificationPermission = 'granted';
  requestPermission = () => Promise.resolve((this.permission = this.answer));
}

function page(storage = memory(), notifications: NotificationPort | undefined = new FakeNotifications()) {
  const root = { dataset: {} as DOMStringMap };
  return { storage, root, ...createPreferences({ storage, root, notifications }) };
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
  const { notifications } = createPreferences({ storage: memory(), root: { dataset: {} }, notifications: undefined });
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
