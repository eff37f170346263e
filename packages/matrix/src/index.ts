export * from './js-sdk-matrix.ts';
export * from './matrix-id.ts';
export * from './matrix-port.ts';
