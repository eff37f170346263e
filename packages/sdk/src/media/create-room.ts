import { Room, type RoomOptions } from 'livekit-client';

/**
 * A room that can be let go. `livekit-client` 2.23.0 keeps every room of the past, with its connection and whatever listens to it, in two places:
 * a listener for devices that means to hold its room weakly and is never taken away, and the registry that should take it away when the room is
 * gone. The closures that both are given share a scope with others that hold the room. https://github.com/livekit/client-sdk-js/issues/2008
 *
 * So neither is given any while the room is made, in which nothing else runs. Devices that come and go are looked after in `devices`.
 */
export function createRoom(options: RoomOptions): Room {
  const devices: MediaDevices | undefined = globalThis.navigator?.mediaDevices;
  using _registry = shadowed(Room, 'cleanupRegistry', undefined);
  using _listening = devices === undefined ? undefined : shadowed(devices, 'addEventListener', () => undefined);
  return new Room(options);
}

/** Puts a value in the place of a property, until it is disposed. */
function shadowed(target: object, name: string, value: unknown): Disposable {
  const own = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { configurable: true, value });
  return {
    [Symbol.dispose]: () => {
      if (own === undefined) Reflect.deleteProperty(target, name);
      else Object.defineProperty(target, name, own);
    },
  };
}
