import type { HeldSeat } from '../job/held-seat.ts';
import { tellWorker } from '../job/held-seat.ts';

/** A stand-in for a job's process: tells of the seat that its argument names, and waits to be killed. */
tellWorker(JSON.parse(process.argv[2] ?? '') as HeldSeat);
process.on('message', () => undefined);
