"""`did:web`: where its document is. Always over https."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from ..errors import OracleCallError
from .address_policy import is_ip_address, split_url

_PREFIX = "did:web:"
#: A host name with an optional port; the method's text forbids IP addresses.
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?")
_PATH_SEGMENT = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=@-]+")


def _decode(part: str) -> str:
    try:
        return unquote_to_bytes(part).decode()
    except UnicodeDecodeError:
        raise OracleCallError("ERR_DID_MALFORMED", "The did:web has a broken percent-encoding.") from None


def did_web_url(did: str) -> str:
    """The address of the document (did:web method, section "Read (Resolve)"). Raises `ERR_DID_MALFORMED`."""
    host, *path = (_decode(part) for part in did.removeprefix(_PREFIX).split(":"))
    is_path_plain = all(_PATH_SEGMENT.fullmatch(part) and part not in (".", "..") for part in path)
    url = f"https://{host}/{'/'.join(path) if path else '.well-known'}/did.json"
    parts = split_url(url.lower())
    if _HOST.fullmatch(host) is None or not is_path_plain or parts is None:
        raise OracleCallError("ERR_DID_MALFORMED", "The did:web does not name a host and a path.")
    if is_ip_address(parts.hostname or ""):
        raise OracleCallError("ERR_DID_MALFORMED", "A did:web must not name an IP address.")
    return url
