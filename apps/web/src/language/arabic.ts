import { appArabic } from '../app/app.ar.ts';
import { callArabic } from '../call/call.ar.ts';
import { confirmDeviceArabic } from '../confirm-device/confirm-device.ar.ts';
import { endingsArabic } from '../faces/endings.ar.ts';
import { errorsArabic } from '../faces/errors.ar.ts';
import { homeArabic } from '../home/home.ar.ts';
import { securityArabic } from '../security/security.ar.ts';
import { signInArabic } from '../sign-in/sign-in.ar.ts';
import type { english } from './english.ts';
import type { Translation } from './translation.ts';

export const arabic: Translation<typeof english> = {
  app: appArabic,
  signIn: signInArabic,
  confirmDevice: confirmDeviceArabic,
  home: homeArabic,
  call: callArabic,
  security: securityArabic,
  errors: errorsArabic,
  endings: endingsArabic,
};
