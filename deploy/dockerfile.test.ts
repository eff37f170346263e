import { readFile } from 'node:fs/promises';
import { validate } from 'dockerfile-utils';
import { expect, test } from 'vitest';
import { weightsFolderName } from '../dev/models/weights.ts';
import { readCompose } from './deployment.fixture.ts';

const text = await readFile(new URL('Dockerfile', import.meta.url), 'utf8');
const instructions = text.replaceAll(/\\\n\s*/g, ' ').split('\n');

test('the Dockerfile is well-formed', () => {
  expect(validate(text)).toEqual([]);
  expect(validate(text.replace('WORKDIR /app', 'WORKDIR'))).not.toEqual([]);
});

test('it builds on the Node that package.json pins', async () => {
  const { devDependencies } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
    devDependencies: { node: string };
  };
  const images = instructions.filter((line) => line.startsWith('FROM node:'));
  expect(images).toEqual([`FROM node:${devDependencies.node}-bookworm-slim AS base`]);
});

test('what runs is not root and starts a program that is there', async () => {
  const { services } = await readCompose();
  const stages = text.split(/^FROM /m).slice(1);
  for (const name of ['backend', 'agent', 'web']) {
    expect(services[name]?.build?.target).toBe(name);
    const stage = stages.find((one) => one.split('\n')[0]?.endsWith(` AS ${name}`)) ?? '';
    expect(stage.startsWith('program AS')).toBe(true);
    const entry = /ENTRYPOINT \["node", "([^"]+)"\]/.exec(stage)?.[1] ?? '';
    await expect(readFile(new URL(`../${entry}`, import.meta.url), 'utf8')).resolves.toContain('process.exit(');
  }
  expect(stages.find((one) => one.startsWith('base AS program'))).toContain('\nUSER node\n');
});

test('the weights are where the build puts them', () => {
  expect(text).toContain(`COPY --from=build /weights/${weightsFolderName()} /weights`);
});

test('neither secrets nor installed packages go into an image', async () => {
  const ignored = (await readFile(new URL('Dockerfile.dockerignore', import.meta.url), 'utf8')).split('\n');
  expect(ignored).toEqual(expect.arrayContaining(['.git', '**/node_modules', '**/.oracle-calls', 'deploy']));
});
