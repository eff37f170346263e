export * from './backend-client/fake-backend-client.ts';
export * from './clock/fake-clock.ts';
export * from './devices/fake-devices.ts';
export * from './matrix/fake-homeserver.ts';
export * from './matrix/fake-matrix-port.ts';
export * from './matrix-account/fake-matrix-account.ts';
export * from './sfu/fake-sfu.ts';
export * from './sfu-control/fake-sfu-control.ts';
