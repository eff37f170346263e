import { adviceEnglish } from '../faces/advice.en.ts';
import { historyEnglish } from '../history/history.en.ts';
import { memoryEnglish } from '../memory/memory.en.ts';
import { incomingEnglish } from '../incoming/incoming.en.ts';
import { oraclesEnglish } from '../oracles/oracles.en.ts';
import { summaryEnglish } from '../summary/summary.en.ts';
import { appEnglish } from '../app/app.en.ts';
import { callEnglish } from '../call/call.en.ts';
import { callFacesEnglish } from '../faces/call-faces.en.ts';
import { confirmDeviceEnglish } from '../confirm-device/confirm-device.en.ts';
import { endingsEnglish } from '../faces/endings.en.ts';
import { errorsEnglish } from '../faces/errors.en.ts';
import { homeEnglish } from '../home/home.en.ts';
import { lobbyEnglish } from '../lobby/lobby.en.ts';
import { securityEnglish } from '../security/security.en.ts';
import { secondTabEnglish } from '../second-tab/second-tab.en.ts';
import { settingsEnglish } from '../settings/settings.en.ts';
import { shellEnglish } from '../shell/shell.en.ts';
import { signInEnglish } from '../sign-in/sign-in.en.ts';
import { signOutEnglish } from '../sign-out/sign-out.en.ts';
import { verifyDeviceEnglish } from '../verify-device/verify-device.en.ts';

/** The catalogue: one namespace a folder. */
export const english = {
  app: appEnglish,
  signIn: signInEnglish,
  signOut: signOutEnglish,
  secondTab: secondTabEnglish,
  shell: shellEnglish,
  settings: settingsEnglish,
  confirmDevice: confirmDeviceEnglish,
  verifyDevice: verifyDeviceEnglish,
  home: homeEnglish,
  call: callEnglish,
  callFaces: callFacesEnglish,
  lobby: lobbyEnglish,
  security: securityEnglish,
  advice: adviceEnglish,
  history: historyEnglish,
  memory: memoryEnglish,
  incoming: incomingEnglish,
  oracles: oraclesEnglish,
  summary: summaryEnglish,
  errors: errorsEnglish,
  endings: endingsEnglish,
} as const;
