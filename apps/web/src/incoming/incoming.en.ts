export const incomingEnglish = {
  calls: '{{name}} is calling',
  title: { audio: 'Incoming call', video: 'Incoming video call' },
  verified: 'Its DID document names the account that rings.',
  says: 'It says:',
  accept: 'Accept',
  acceptVideo: 'Accept with video',
  decline: 'Decline',
  missed: 'You missed a call from {{name}}.',
  callBack: 'Call back',
  elsewhere: 'Answered or declined on another device of yours.',
  dismiss: 'Dismiss',
} as const;
