/** The one topic of data packets in the SFU room. Whatever arrives on another is dropped. */
export const FRAME_TOPIC = 'oracle-calls';
