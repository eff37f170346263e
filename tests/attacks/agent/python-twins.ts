import type { Attack } from '../attack.ts';
import type { SourcePatch } from '../twin/source-patch.ts';

const PACKAGE = 'python/src/oracle_calls';
const VERIFY = `${PACKAGE}/protocol/envelope/verify.py`;
const HANDSHAKE = `${PACKAGE}/protocol/handshake/agent_handshake.py`;
const OPEN_CALL = `${PACKAGE}/agent/call/open_call.py`;
const GUARD = `${PACKAGE}/agent/guard/guard_response.py`;
const FIXED = '(lambda length: bytes([7]) * length)';

const unsigned: readonly SourcePatch[] = [
  { file: VERIFY, find: 'raise OracleCallError("ERR_ENVELOPE_SIGNATURE")', replace: 'pass' },
];

/** Where the agent in Python has the defences that the rows of `agent-attacks.ts` name. */
export const PYTHON_TWINS: Readonly<Record<Attack<unknown>['name'], readonly SourcePatch[]>> = {
  'attack: backend swaps the envelope': unsigned,
  "attack: envelope without the user's signature": unsigned,
  "attack: envelope under somebody else's DID": unsigned,
  'attack: envelope replayed into a new room': [
    {
      file: VERIFY,
      find: 'for name in fields(ExpectedCall)}',
      replace: 'for name in fields(ExpectedCall) if name.name != "sfu_room_name"}',
    },
  ],
  'attack: envelope under another name': [
    {
      file: OPEN_CALL,
      find: 'resolver.resolve_user_key(key.user_did, method_id)',
      replace: 'resolver.resolve_user_key(envelope.context.user_did, method_id)',
    },
    {
      file: VERIFY,
      find: 'for name in fields(ExpectedCall)}',
      replace: 'for name in fields(ExpectedCall) if name.name != "user_did"}',
    },
  ],
  'attack: envelope opened after its time': [
    {
      file: VERIFY,
      find: 'if not context.not_before - skew_ms <= now <= context.not_after + skew_ms:',
      replace: 'if False:',
    },
  ],
  'attack: downgrade to the old envelope': [
    {
      file: `${PACKAGE}/agent/settings.py`,
      find: 'older_protocol: OlderProtocol = "refuse"',
      replace: 'older_protocol: OlderProtocol = "allow"',
    },
  ],
  'attack: envelope forwarded to another oracle': [
    { file: VERIFY, find: '    if wrong:\n', replace: '    if False:\n' },
    ...unsigned,
  ],
  'attack: backend names another user key': [
    {
      file: OPEN_CALL,
      find: '    return await retrying(lambda: resolver.resolve_user_key(key.user_did, method_id), CLAIM_RETRY, opening.clock)',
      replace: `    import os
    from oracle_calls.agent.backend import DidFetch, create_session
    from oracle_calls.protocol.did import DidResolver
    async with create_session() as http:
        url = os.environ["ORACLE_CALLS_BACKEND_URL"]
        theirs = DidResolver(DidFetch(http), ixo_resolver_url=url, allow_private_addresses=True)
        return await theirs.resolve_user_key(key.user_did, method_id)`,
    },
  ],
  'attack: resolver swaps the user key': [
    { file: OPEN_CALL, find: 'trust.user_keys.judge(user, clock.now())', replace: 'None' },
  ],
  'attack: leaked call key': [
    {
      file: HANDSHAKE,
      find: 'check_signed_hash(self._call_verifier, "accept signature", transcript, accept.signature)',
      replace: 'pass',
    },
  ],
  'attack: rekey without signatures': [
    {
      file: `${PACKAGE}/protocol/rekey/agent_rekey.py`,
      find: 'check_signed_hash(self._call_verifier, "rekey accept signature", transcript, accept.signature)',
      replace: 'pass',
    },
  ],
  'attack: handshake replayed to a restarted agent': [
    {
      file: `${PACKAGE}/agent/trust/attempt_numbers.py`,
      find: 'attempt = (int(last[0]) if last else 0) + step',
      replace: 'attempt = step',
    },
    {
      file: HANDSHAKE,
      find: 'create_x_wing_key_pair(self._entropy)',
      replace: `create_x_wing_key_pair(${FIXED})`,
    },
    {
      file: HANDSHAKE,
      find: 'create_comparison_nonce(self._entropy)',
      replace: `create_comparison_nonce(${FIXED})`,
    },
    {
      file: `${PACKAGE}/agent/oracle.py`,
      find: 'f"a-{secrets.token_urlsafe(_IDENTITY_RANDOM_BYTES)}"',
      replace: '"a-always-the-same"',
    },
  ],
  "attack: SFU switches the oracle's encryption off": [
    { file: GUARD, find: 'said[:] = [Encryption.GCM] * len(said)', replace: 'pass' },
    { file: GUARD, find: 'setattr(message, field.name, Encryption.GCM)', replace: 'pass' },
    {
      file: `${PACKAGE}/agent/seat/livekit_seat.py`,
      find: 'if publication.encryption_type != rtc.EncryptionType.GCM:',
      replace: 'if False:',
    },
    {
      file: `${PACKAGE}/agent/seat/voice_gate.py`,
      find: 'if is_voice_guarded(self._track, slot):',
      replace: 'if True:',
    },
  ],
  "attack: SFU reflects the oracle's track as the user's": [
    {
      file: `${PACKAGE}/agent/link/link_keys.py`,
      find: 'install_receiving(peer_identity, keys.media_key_index, keys.media[RECEIVES])',
      replace: 'install_receiving(peer_identity, keys.media_key_index, keys.media[SENDS])',
    },
  ],
  'attack: SFU speaks through its own trailer': [
    {
      file: GUARD,
      find: 'if field.name in (_TRAILER, _OTHER_SERVER) or is_region:',
      replace: 'if field.name == _OTHER_SERVER or is_region:',
    },
  ],
  'attack: data without a participant': [
    {
      file: `${PACKAGE}/agent/link/agent_link.py`,
      find: 'await self._take(bytes(frame), sender_identity)',
      replace: 'await self._take(bytes(frame), sender_identity or self._peer_identity)',
    },
  ],
  'attack: plaintext before the cryptor': [
    {
      file: `${PACKAGE}/agent/seat/ear_gate.py`,
      find: 'if self._state == "open":',
      replace: 'if True:',
    },
  ],
};
