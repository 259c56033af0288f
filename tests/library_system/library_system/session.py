"""The session: the address, the credentials, and how they travel."""

from workfront_orm.core.redaction import hide_credentials
from workfront_orm.core.session import BaseSession, load_api

from . import service


class Session(BaseSession):
    """A session with a library.

    Args:
        url: The address of the library.
        token: Its token; it travels in a header.
        options: The options of all sessions, such as `values`, `lazy`, `timeout`, `verify`; see `BaseSession`.
    """

    def __init__(self, url, token, **options):
        super().__init__(service, url, load_api(service, "v1"), **options)
        hide_credentials(token)
        self._token = token

    def send(self, request):
        headers = {**request.headers, "X-User-Token": self._token}
        return self._transport.send(request, self.url + request.path, headers)
