export const memoryEnglish = {
  mayRemember: {
    label: 'Let it remember your next call',
    hint: 'This oracle remembers conversations. Switched off, it is told to keep nothing of that call.',
  },
  title: 'What the oracle remembers',
  remembered:
    'The oracle remembers this conversation for your next call in it, sealed to its own key (last: {{since}}).',
  button: 'Forget this conversation',
  question: 'Have the oracle forget this conversation?',
  text: 'What it remembers of all calls in this conversation is deleted, and nobody can bring it back. The calls stay in your history, and transcripts stay in your room.',
  confirm: 'Forget for good',
  cancel: 'Keep it',
  forgotten: 'The oracle has forgotten this conversation.',
} as const;
