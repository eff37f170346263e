export { callHearingSchema, HEARD_HERE, type CallHearing } from './call-hearing.ts';
export { listenersOf, type CallListener } from './call-listeners.ts';
export { compareHearings, type HearingChange } from './compare-hearings.ts';
export {
  enginePlaceSchema,
  HOST_MAX_LENGTH,
  ON_THIS_MACHINE,
  placeOf,
  shownHostSchema,
  type EnginePlace,
} from './engine-place.ts';
export { decodeHearing, encodeHearing, HEARING_MAX_BYTES } from './hearing-layout.ts';
export { SENT_KINDS, type SentKind } from './sent-kinds.ts';
