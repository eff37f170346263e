/*
 * How somebody who runs an oracle sees that an agent would answer: LiveKit tells nobody which workers are registered, and a job that
 * a worker refuses leaves no trace. So the operator makes an empty room and dispatches this job into it; the worker refuses the job,
 * and leaves a mark on the room. Both need the SFU's secret. No call is touched and no process is used up.
 */

/** Dispatch metadata that stands where a call's ticket would: tickets are 256 random bits and never look like it. */
export const AGENT_PROBE = 'oracle-calls-probe';

/** Metadata of the room once a worker has seen the probe. */
export const AGENT_PRESENT = 'oracle-calls-agent-present';

/** Rooms of probes begin with this, which no room of a call does: the mark is written on no other. */
export const PROBE_ROOM_PREFIX = 'oracle-calls-probe.';
