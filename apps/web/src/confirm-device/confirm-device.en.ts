export const confirmDeviceEnglish = {
  keep: {
    title: 'Keep your recovery key',
    lead: 'It proves your other devices to the oracle when you sign in on them. It is shown only now and nobody can give it to you again.',
    label: 'Your recovery key',
    copy: 'Copy',
    copied: 'Copied',
    copyByHand: 'Select it and copy it by hand',
    kept: 'I have kept it',
  },
  enter: {
    title: 'Confirm this device',
    lead: 'Your account is known to oracles by an identity. Enter your recovery key, or confirm it with another device, so that this one belongs to it.',
    leadWithoutKey:
      'Your account has an identity whose keys are not kept anywhere. Confirm this device from another one, or reset it.',
    label: 'Recovery key',
    confirm: 'Continue',
    confirming: 'Confirming…',
    lost: 'I have lost my recovery key',
    reset:
      'A reset makes a new identity. Your other devices must be confirmed again, and everybody you write with is warned that you have changed. An oracle may refuse your calls until it has been told.',
    password: 'Password',
    resetNow: 'Reset my identity',
    passwordRefused: 'The homeserver did not accept the password.',
  },
  failed: {
    title: 'This device is not ready',
    lead: 'It could not be made part of your account.',
  },
} as const;
