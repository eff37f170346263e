export { callHearingSchema, HEARD_HERE, listenersOf, type CallHearing, type CallListener } from './call-hearing.ts';
export { compareHearings, type HearingChange } from './compare-hearings.ts';
export {
  enginePlaceSchema,
  HOST_MAX_LENGTH,
  ON_THIS_MACHINE,
  placeOf,
  SENT_KINDS,
  shownHostSchema,
  type EnginePlace,
  type SentKind,
} from './engine-place.ts';
export { decodeHearing, encodeHearing, HEARING_MAX_BYTES } from './hearing-layout.ts';
