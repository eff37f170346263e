/** What lies open beside the stage. */
export type CallPanel = 'transcript' | 'chat' | 'sound' | 'security' | 'more';
