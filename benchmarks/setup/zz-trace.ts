import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchChromium } from '../../dev/caller/chromium.ts';
import { ScriptedCaller } from '../../dev/caller/scripted-caller.ts';
import { startStack } from '../../dev/stack/stack.ts';
import { ensureToolchain } from '../../dev/toolchain/toolchain.ts';
const runs = Number(process.argv[2] ?? 4);
const { chromium } = await ensureToolchain({ write: () => {} });
const stateDir = await mkdtemp(join(tmpdir(), 'oc-trace-'));
const facts: any[] = [];
try {
  await using stack = await startStack({
    stateDir,
    preferredPorts: 'any',
    log: (part, line) => {
      if (line.startsWith('{'))
        try {
          facts.push({ part, ...JSON.parse(line) });
        } catch {}
    },
  });
  await stack.agentWarm(AbortSignal.timeout(90_000));
  const browser = await launchChromium(chromium!);
  const { alice } = stack.users;
  await using caller = await ScriptedCaller.open({
    browser,
    url: stack.webUrl!,
    userId: alice.userId,
    password: alice.password,
    recoveryKey: alice.recoveryKey,
  });
  await caller.signIn();
  for (let run = 0; run < runs; run++) {
    await caller.call();
    await caller.untilAudible();
    const { clickedAt, timelineMs } = await caller.snapshot();
    await new Promise((r) => setTimeout(r, 5000));
    await caller.hangUp();
    const rows: [number, string][] = [];
    for (const [k, ms] of Object.entries(timelineMs)) rows.push([Number(ms), `PAGE ${k}`]);
    for (const f of facts) {
      const t = Date.parse(f.at) - clickedAt!;
      if (t >= -5 && t < 1500 && f.msg !== 'call set up')
        rows.push([
          t,
          `${f.part} ${f.msg} ${JSON.stringify({ ...f, at: undefined, msg: undefined, part: undefined, level: undefined, callId: undefined, sfuRoomName: undefined, pid: undefined })}`.slice(
            0,
            150,
          ),
        ]);
    }
    for (const f of facts)
      if (f.msg === 'call set up') {
        const s = Date.parse(f.startedAt) - clickedAt!;
        if (s > -5 && s < 5000) {
          rows.push([s, 'JOB begun']);
          for (const [k, v] of Object.entries(f)) if (k.endsWith('Ms')) rows.push([s + Number(v), `JOB ${k}`]);
        }
      }
    rows.sort((a, b) => a[0] - b[0]);
    console.log(`--- run ${run}`);
    for (const [t, what] of rows)
      if (!/readyz|ended|questionEnded|answer|conversationReady/.test(what))
        console.log(String(Math.round(t)).padStart(6), what);
    await new Promise((r) => setTimeout(r, 6000));
  }
  await browser.close();
} finally {
  await rm(stateDir, { recursive: true, force: true });
}
process.exit(0);
