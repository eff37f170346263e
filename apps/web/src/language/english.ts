import { appEnglish } from '../app/app.en.ts';
import { callEnglish } from '../call/call.en.ts';
import { confirmDeviceEnglish } from '../confirm-device/confirm-device.en.ts';
import { endingsEnglish } from '../faces/endings.en.ts';
import { errorsEnglish } from '../faces/errors.en.ts';
import { homeEnglish } from '../home/home.en.ts';
import { securityEnglish } from '../security/security.en.ts';
import { signInEnglish } from '../sign-in/sign-in.en.ts';

/** The catalogue: one namespace a folder. */
export const english = {
  app: appEnglish,
  signIn: signInEnglish,
  confirmDevice: confirmDeviceEnglish,
  home: homeEnglish,
  call: callEnglish,
  security: securityEnglish,
  errors: errorsEnglish,
  endings: endingsEnglish,
} as const;
