/** What the test gives the agent's processes to know. */
export const HOUSE_ENVIRONMENT = {
  baseUrl: 'HOUSE_MODEL_URL',
  apiKeyFile: 'HOUSE_MODEL_KEY_FILE',
  /** One line of JSON for each time that the thermometer is read. */
  readingsFile: 'HOUSE_READINGS_FILE',
} as const;

export const HOUSE_MODEL = 'house-talker';
/** The address is this machine's, as of a proxy; callers are to be told who hears them behind it. */
export const HOUSE_HOST = 'realtime.example';
