/** Who speaks under a media key. One key per direction, so that the SFU cannot play one side's voice back as the other's. */
export type MediaDirection = 'user-to-oracle' | 'oracle-to-user';
