export * from './memory-body.ts';
export * from './memory-record.ts';
export * from './memory-record-size.ts';
export { hashMemoryScope, type MemoryScope } from './memory-scope.ts';
