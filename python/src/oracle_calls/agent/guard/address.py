"""Which address behind the guard stands for which of the SFU's."""

from __future__ import annotations

import hmac
import secrets
from typing import Final
from urllib.parse import urlsplit

from oracle_calls.protocol import OracleCallError

#: Random bytes of the path that only this process knows: other users of this machine reach the port too.
_SECRET_BYTES: Final = 32
#: What LiveKit's clients ask for: signalling in its older and newer form, and why joining was refused.
_WEB_SOCKET_PATHS: Final = ("/rtc", "/rtc/v1")
_HTTP_PATHS: Final = ("/rtc/validate", "/rtc/v1/validate")


class GuardAddress:
    def __init__(self, sfu_url: str) -> None:
        """Raises `ERR_MEDIA_CONNECT` when `sfu_url` is no address of an SFU."""
        try:
            sfu = urlsplit(sfu_url)
            is_address = sfu.scheme in ("ws", "wss", "http", "https") and bool(sfu.hostname)
            _ = sfu.port
        except ValueError:
            is_address = False
        if not is_address:
            raise OracleCallError("ERR_MEDIA_CONNECT", "The media server's address is not one.")
        self._secret = f"/{secrets.token_urlsafe(_SECRET_BYTES)}"
        self._is_secure = sfu.scheme in ("wss", "https")
        self._base = f"{sfu.netloc}{sfu.path.rstrip('/')}"

    def url_on(self, port: int) -> str:
        """Where the media library is to connect, when the guard listens on this port."""
        return f"ws://127.0.0.1:{port}{self._secret}"

    def web_socket_target(self, request_target: str) -> str | None:
        return self._target(request_target, _WEB_SOCKET_PATHS, "ws")

    def http_target(self, request_target: str) -> str | None:
        return self._target(request_target, _HTTP_PATHS, "http")

    def _target(self, request_target: str, paths: tuple[str, ...], scheme: str) -> str | None:
        told = request_target[: len(self._secret)].encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(told, self._secret.encode()):
            return None
        path, mark, query = request_target[len(self._secret) :].partition("?")
        if path not in paths or "#" in query:
            return None
        return f"{scheme}{'s' if self._is_secure else ''}://{self._base}{path}{mark}{query}"
