export * from './routes.ts';
export * from './schemas.ts';
export * from './sfu-token.ts';
