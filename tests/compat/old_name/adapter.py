"""Leads what our transport sends to the function that the published test suite replaces by its fake.

While nothing replaces it, our transport sends by itself.
"""

from urllib.parse import urlencode

from workfront.six.moves.urllib import request as urllib_request
from workfront.six.moves.urllib.error import HTTPError

from workfront_orm.core.exchange import Response
from workfront_orm.core.retrying import Retrying
from workfront_orm.core.transport import Transport


def install():
    """Put the way by the fake before that of the transport."""
    # The fake answers each request once, so a read that failed cannot be sent again.
    Retrying.__init__.__kwdefaults__["attempts"] = 1
    real_open, real_send = urllib_request.urlopen, Transport.send

    def send(transport, request, url, headers):
        if urllib_request.urlopen is real_open:
            return real_send(transport, request, url, headers)
        asked = urllib_request.Request(url, urlencode(request.form).encode("ascii"), headers)
        try:
            answer = urllib_request.urlopen(asked, context=transport._http.adapters["https://"]._context)
        except HTTPError as error:
            answer = error
        return Response(status=answer.code, headers={}, body=answer.read().encode("utf-8"), request=request)

    Transport.send = send
