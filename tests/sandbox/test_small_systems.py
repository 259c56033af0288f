"""The page at `/` over the data of the systems that keep documents: every type and a row of each can be looked at."""

import re
import urllib.parse
import urllib.request

import pytest

from workfront_orm.sandbox import Sandbox

SECRETS = {
    "flowdock": ("token", "flow_token", "oauth_token", "client_secret", "password"),
    "blizwork": ("token",),
    "cloudbees_cd": ("password", "api_token"),
}


def look(sandbox, path):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(sandbox.url + path, timeout=10) as answer:
        return answer.read().decode()


@pytest.mark.parametrize("service", SECRETS)
def test_every_type_can_be_looked_at(service):
    with Sandbox(service=service, data="demo") as sandbox:
        overview = look(sandbox, "/")
        types = re.findall(r'href="(/_look/(?!requests)[^"]+)"', overview)
        assert len(types) > 8
        text = overview
        for path in types:
            page = look(sandbox, path)
            text += page
            rows = re.findall(rf'href="({re.escape(path)}/[^"]+)"', page)
            assert rows, path
            text += look(sandbox, rows[0])
            for target in set(re.findall(r'href="(/_look/[^"?]+/[^"]+)"', text)) - set(rows):
                if target.startswith("/_look/requests"):
                    continue
                kind = target.rpartition("/")[0]
                assert kind in types, target
        for name in SECRETS[service]:
            assert sandbox.info[name] not in text, name
        # Looking changes nothing and is no request to the service.
        assert len(sandbox.requests) == 0
