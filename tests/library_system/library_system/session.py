"""The session: the address, the credentials, and how they travel."""

from workfront_orm.core.redaction import hide_credentials
from workfront_orm.core.session import BaseSession, load_api
from workfront_orm.core.transport import Transport

from . import service


class Session(BaseSession):
    """A session with a library.

    Args:
        url: The address of the library.
        token: Its token; it travels in a header.
        options: Those of `BaseSession`, such as `values`, `lazy`, `page_size`, `retrying`.
    """

    def __init__(self, url, token, **options):
        super().__init__(service, url, Transport(), load_api(service, "v1"), **options)
        hide_credentials(token)
        self._token = token

    def send(self, request):
        headers = {**request.headers, "X-User-Token": self._token}
        return self._transport.send(request, self.url + request.path, headers)
