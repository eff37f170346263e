import { defineOracle, placeOf } from '@oracle-calls/agent/oracle';
import { interpreterBrain } from './interpreter-brain.ts';
import { ENGLISH, GERMAN } from './languages.ts';

const {
  INTERPRETER_URL: baseUrl = 'http://127.0.0.1:11434/v1',
  INTERPRETER_MODEL: model = 'llama3.2',
  INTERPRETER_KEY_FILE: apiKeyFile,
} = process.env;

export const oracle = defineOracle({
  instructions: 'You translate. Write the translation and nothing else: no explanation, no quotation marks, no answer.',
  apology: 'I cannot translate just now. Ich kann gerade nicht übersetzen.',
  brain: {
    kind: 'own',
    // Callers are told where the model works, before anything of it is opened.
    place: placeOf(baseUrl, ['text']),
    open: async (kit) => {
      const translator = await kit.openReady({ kind: 'chat', baseUrl, model, apiKeyFile, temperature: 0 });
      return interpreterBrain(translator, [ENGLISH, GERMAN]);
    },
  },
});
