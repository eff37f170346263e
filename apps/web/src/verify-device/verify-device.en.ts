export const verifyDeviceEnglish = {
  ask: 'Confirm with another device',
  askedTitle: 'Is that you, signing in?',
  device: 'Device:',
  compare: 'Yes, compare',
  decline: 'No, that is not me',
  same: 'They are the same',
  different: 'They are different',
  cancel: 'Cancel',
  close: 'Close',
  done: 'Done',
  pictures: 'Pictures to compare',
  states: {
    Waiting: 'Open this account on another device that is signed in, and accept there.',
    Agreeing: 'The two devices are agreeing on pictures…',
    Asked:
      'A new device has signed in to your account and asks to be confirmed. Go on only if that is you and you have it in front of you.',
    Comparing: 'Does the other device show the same pictures, in the same order?',
    Confirming: 'Say the same on the other device.',
    Receiving: 'This device is getting your keys…',
    Verified: 'The device is confirmed.',
  },
  ends: {
    cancelled: 'You stopped it. Nothing was confirmed.',
    declined: 'The other device stopped it. Nothing was confirmed.',
    mismatch:
      'The pictures were not the same: somebody may stand between your devices. Nothing was confirmed. Try again on a network that you trust, or use your recovery key.',
    timeout: 'It took too long. Try again.',
    'accepted-elsewhere': 'Another of your devices has taken it.',
    failed: 'The two devices did not understand each other. Try again, or use your recovery key.',
  },
} as const;
