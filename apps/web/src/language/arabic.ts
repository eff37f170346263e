import { adviceArabic } from '../faces/advice.ar.ts';
import { historyArabic } from '../history/history.ar.ts';
import { memoryArabic } from '../memory/memory.ar.ts';
import { incomingArabic } from '../incoming/incoming.ar.ts';
import { oraclesArabic } from '../oracles/oracles.ar.ts';
import { summaryArabic } from '../summary/summary.ar.ts';
import { appArabic } from '../app/app.ar.ts';
import { callArabic } from '../call/call.ar.ts';
import { callFacesArabic } from '../faces/call-faces.ar.ts';
import { confirmDeviceArabic } from '../confirm-device/confirm-device.ar.ts';
import { endingsArabic } from '../faces/endings.ar.ts';
import { errorsArabic } from '../faces/errors.ar.ts';
import { homeArabic } from '../home/home.ar.ts';
import { lobbyArabic } from '../lobby/lobby.ar.ts';
import { securityArabic } from '../security/security.ar.ts';
import { secondTabArabic } from '../second-tab/second-tab.ar.ts';
import { settingsArabic } from '../settings/settings.ar.ts';
import { shellArabic } from '../shell/shell.ar.ts';
import { signInArabic } from '../sign-in/sign-in.ar.ts';
import { signOutArabic } from '../sign-out/sign-out.ar.ts';
import { verifyDeviceArabic } from '../verify-device/verify-device.ar.ts';
import type { english } from './english.ts';
import type { Translation } from './translation.ts';

export const arabic: Translation<typeof english> = {
  app: appArabic,
  signIn: signInArabic,
  signOut: signOutArabic,
  secondTab: secondTabArabic,
  shell: shellArabic,
  settings: settingsArabic,
  confirmDevice: confirmDeviceArabic,
  verifyDevice: verifyDeviceArabic,
  home: homeArabic,
  call: callArabic,
  callFaces: callFacesArabic,
  lobby: lobbyArabic,
  security: securityArabic,
  advice: adviceArabic,
  history: historyArabic,
  memory: memoryArabic,
  incoming: incomingArabic,
  oracles: oraclesArabic,
  summary: summaryArabic,
  errors: errorsArabic,
  endings: endingsArabic,
};
