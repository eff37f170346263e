export const securityEnglish = {
  padlock: {
    idle: 'Calls are encrypted end to end.',
    verified: 'Encrypted end to end. Code compared.',
    encrypted: 'Encrypted end to end. Code not compared.',
    unproved: 'The oracle has not proved itself. Nothing is sent.',
    agreed: 'Keys are agreed. No sealed sound has flowed both ways yet.',
  },
  title: 'Security of this call',
  comparison: {
    code: 'Comparison code',
    ask: 'Ask the oracle’s operator for their code over another channel. A code that the oracle speaks can be faked.',
    compared: 'You have compared a code under this key. Should the operator’s code of this call be another, say so.',
    same: 'They match',
    different: 'They differ',
  },
  hearing: {
    title: 'Who hears this call',
    here: 'Heard on this oracle’s machine only.',
    audio: 'Your voice is sent to {{host}}.',
    audioAndText: 'Your voice and words are sent to {{host}}.',
    text: 'Words are sent to {{host}}.',
    pictures: 'Your pictures are sent to {{host}}.',
    seenHere: 'Your pictures are seen on this oracle’s machine.',
    remembers: 'This oracle remembers this conversation.',
    keepsNothing: 'This oracle was told to keep nothing of this call.',
    word: 'So its operator declares, with the oracle’s signature. What is done with it then is their word.',
  },
  terms: {
    protocol: 'Protocol',
    key: 'Oracle’s key',
    comparison: 'Comparison',
    oneKey: 'One key for two purposes',
    memory: 'Memory',
    fingerprint: 'Fingerprint',
  },
  facts: {
    protocol: 'Version {{version}}.',
    protocolSealed: 'Version {{version}}, key sealed with {{suite}}.',
    'first-contact':
      'Seen for the first time. It is trusted because the oracle’s DID document shows it; nobody has confirmed that.',
    same: 'The same as in your earlier calls.',
    rotated: 'Changed since your last call. The change is signed with the earlier key.',
    compared: 'You compared a code under this key, and it matched.',
    notCompared: 'Nobody has compared a code under this key.',
    oneKey: 'This oracle receives and signs with one key. Whoever steals it can stand between you and the oracle.',
    keepsNothing: 'This browser keeps nothing: your next visit starts anew.',
  },
  suites: {
    'hpke-x25519': 'HPKE with X25519',
    'ecies-secp256k1': 'ECIES with secp256k1',
  },
  promises: {
    summary: 'What that promises, and what not',
    heldTitle: 'While it is encrypted',
    held: {
      servers: 'Neither the media server nor the homeserver can hear or read the call, or speak in it.',
      later: 'Whoever steals keys later cannot open a recording of it.',
      voice: 'Somebody else’s voice is never played as the oracle’s.',
    },
    openTitle: 'Not promised',
    open: {
      operator: 'Whoever runs the oracle hears the call, and so does any outside model that it uses.',
      metadata: 'Servers see who calls whom, when, for how long, and from which address.',
      cut: 'The media server can cut, delay or repeat sound.',
      publisher: 'Until you compare the code, you trust whoever publishes the oracle’s key.',
      signature: 'Your signature proves to others that you placed the call.',
    },
  },
  keyChange: {
    warning:
      'The oracle’s key is not the one of your earlier calls. Somebody may be pretending to be this oracle. Accept the new key only if its operator confirms it to you over another channel.',
    warningCompared:
      'The oracle’s key is not the one of your earlier calls, which you had compared. Somebody may be pretending to be this oracle. Accept the new key only if its operator confirms it to you over another channel.',
    warningAccount:
      'The oracle’s account is not the one of your earlier calls. Somebody may be pretending to be this oracle. Accept the new account only if its operator confirms it to you over another channel.',
    knownKey: 'Known key',
    shownKey: 'Key shown now',
    knownAccount: 'Known account',
    shownAccount: 'Account shown now',
    unknown: 'not known',
    acceptKey: 'Accept the new key',
    acceptAccount: 'Accept the new account',
  },
  identityChange: {
    warning:
      'The Matrix account of this oracle has another identity than at your first call. Either its operator reset the account, or somebody took it over. Accept the new identity only if the operator confirms it to you over another channel.',
    accept: 'Accept the new identity',
  },
} as const;
