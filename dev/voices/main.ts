/** `npm run voices`: recognition and speech of this machine by OpenAI's audio API, until Ctrl-C. */
import { parseArgs } from 'node:util';
import { onStopSignal } from '../stack/stop-signal.ts';
import { ensureWeights } from '../models/weights.ts';
import { toolCacheDir } from '../toolchain/tool-cache.ts';
import { startVoices, VOICES_PORT } from './voices.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: String(VOICES_PORT) } } });
const stop = onStopSignal(process, () => console.log('stopping…'));
const weightsDir = await ensureWeights(toolCacheDir(), (line) => console.log(line), { signal: stop.signal });
await using voices = await startVoices({ weightsDir, port: Number(values.port) });
console.log(`voices at ${voices.url}`);
await stop.requested;
