import type { CallFaceName, FaceAction } from './call-faces.ts';

/** What a person is told in a call that goes on. */
export const callFacesEnglish = {
  own: {
    'homeserver-slow': 'Your homeserver is slow to take the call, or away. The call goes on as soon as it answers.',
    'sfu-slow': 'The media server is slow to answer, or away. The call goes on as soon as it does.',
    'oracle-waiting': 'The oracle has not picked up yet. You can wait, or end the call and try later.',
    offline: 'Your device has no network. Your call is kept for a while and goes on when the network is back.',
    reconnecting: 'The connection is lost. Your call is kept and goes on when the network is back.',
    'sound-blocked': 'The browser holds the oracle’s sound back until you click.',
    stranger: 'Somebody else is in the media room. They are not played and cannot understand the call.',
    undecryptable: 'Sound arrives that no key of this call opens. It is not played. End the call if it stays silent.',
    asleep:
      'This page was asleep for {{seconds}} seconds. The call still stands; what was said meanwhile may be missing.',
    'screen-refused':
      'Nothing is shared. If you did not close the choice yourself, your browser or system does not allow it.',
    'key-rotated':
      'The oracle has a new key since your last call, and signed the change with the earlier one. You may compare the code again.',
    'heard-by-more':
      'The oracle started again, and more is sent elsewhere or kept than before. See who hears you now, or end the call.',
    'heard-by-others':
      'The oracle started again, and says something else about who hears you. Nobody hears more than before.',
    'connection-poor':
      'Your connection is poor: words may be lost. Move closer to your router, or close what else uses the network.',
    echo: 'The oracle hears itself through your microphone. Use headphones, or turn the volume down.',
    'microphone-unplugged': '{{label}} is gone, and there is no other microphone. You are not heard.',
    'camera-unplugged': '{{label}} is gone, and there is no other camera. You are not seen.',
    'speaker-unplugged': '{{label}} is gone, and there is no other speaker.',
    'microphone-replaced': '{{label}} is gone. You are heard through another microphone now.',
    'camera-replaced': '{{label}} is gone. You are seen through another camera now.',
    'speaker-replaced': '{{label}} is gone. You hear the oracle through another speaker now.',
  } satisfies Record<CallFaceName, string>,
  /** In place of the label of a device that has none. */
  someDevice: 'A device',
  device: {
    microphone: {
      denied: 'This page may not use your microphone.',
      absent: 'No microphone was found. Plug one in or switch it on.',
      busy: 'The microphone is taken: another program may be using it. Close that program.',
      insecure: 'Browsers give microphones only to pages that came over https.',
      unknown: 'The microphone cannot be used.',
    },
    camera: {
      denied: 'This page may not use your camera.',
      absent: 'No camera was found. Plug one in or switch it on.',
      busy: 'The camera is taken: another program may be using it. Close that program.',
      insecure: 'Browsers give cameras only to pages that came over https.',
      unknown: 'The camera cannot be used.',
    },
    screen: {
      denied: 'The screen was not shared: your browser or system does not allow it.',
      absent: 'There is nothing here that could be shared.',
      busy: 'The screen cannot be shared right now.',
      insecure: 'Browsers share screens only with pages that came over https.',
      unknown: 'The screen cannot be shared.',
    },
  },
  /** Where a browser keeps its permissions. */
  allow: {
    chromium: 'Click the icon at the start of the address, allow it there, and try again.',
    firefox: 'Click the crossed-out icon beside the address, remove the block, and try again.',
    safari: 'Open the page’s menu beside the address, choose Settings for This Website, allow it, and try again.',
    other: 'Allow it in your browser’s settings for this page, and try again.',
  },
  allowScreen: 'Allow it in your system’s settings for privacy, under screen recording, and share again.',
  action: {
    hangUp: 'End the call',
    chooseDevice: 'Choose a device',
    tryAgain: 'Try again',
    compare: 'Compare the code',
    cameraOff: 'Turn the camera off',
    playSound: 'Play the sound',
    dismiss: 'Got it',
  } satisfies Record<FaceAction, string>,
} as const;
