import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { environmentFile } from './python-agent.ts';

test.each(['ws://127.0.0.1:7880', 'it\'s $HOME `id` \\ "quoted"', ''])(
  'a shell reads what was meant from the file: %s',
  (value) => {
    const dir = mkdtempSync(join(tmpdir(), 'oracle-calls-environment-'));
    try {
      const file = join(dir, 'python.env');
      writeFileSync(file, environmentFile({ BEFORE: 'x', VALUE: value }));
      const script = 'set -a; . "$1"; set +a; node -e "process.stdout.write(process.env.BEFORE + process.env.VALUE)"';
      expect(execFileSync('sh', ['-c', script, 'sh', file], { encoding: 'utf8' })).toBe(`x${value}`);
    } finally {
      rmSync(dir, { recursive: true });
    }
  },
);
