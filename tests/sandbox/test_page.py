"""The page at `/`: what it shows, that it changes nothing, and that hostile names stay text."""

import html
import re
import shutil
import subprocess
from urllib.parse import urljoin, urlsplit

import pytest
import requests

from workfront_orm.sandbox import Sandbox

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; alert(1); '",
    "</table></body><svg onload=alert(1)>",
    "&lt;b&gt; & &amp;",
    "javascript:alert(1)",
    "{{7*7}} ${7*7} <%= 7*7 %>",
]  # fmt: skip


def page(wf, path="/", status=200, **params):
    answer = requests.get(wf.sandbox.url + path, params=params, timeout=10)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    return answer.text


def links(text):
    return [html.unescape(link) for link in re.findall(r'href="([^"]*)"', text)]


def text_of(markup):
    return html.unescape(re.sub(r"<[^>]*>", "\n", markup))


def test_overview_counts_types(wf):
    shown = text_of(page(wf))
    for code, name in (("task", "Task"), ("project", "Project"), ("user", "User")):
        assert re.search(rf"\n{name}\n+\s*\n{wf.count(code):,}\n", shown), name
    assert "/_look/TASK" in links(page(wf))


def test_rows_and_their_relations_can_be_clicked_through(wf):
    rows = page(wf, "/_look/TASK")
    first = next(link for link in links(rows) if re.fullmatch("/_look/TASK/[0-9a-f]{32}", link))
    row = page(wf, first)
    task = wf.one("task", first.rpartition("/")[2], "project,assignedTo")
    assert task["name"] in text_of(row)
    assert f"/_look/PROJ/{task['project']['ID']}" in links(row)
    assert task["project"]["name"] in text_of(row)
    project = page(wf, f"/_look/PROJ/{task['project']['ID']}")
    members = f"/_look/TASK?projectID={task['project']['ID']}"
    assert members in links(project)
    shown = page(wf, members)
    assert len([link for link in links(shown) if link.startswith("/_look/TASK/")]) == min(
        wf.count("task", projectID=task["project"]["ID"]), 50
    )


def test_every_link_within_reach_leads_somewhere(wf):
    """Two steps from the overview; each answer is a page, and no link leaves the server."""
    seen, queue = {"/"}, ["/"]
    for _ in range(150):
        if not queue:
            break
        for link in links(page(wf, queue.pop(0))):
            target = urljoin(wf.sandbox.url, link)
            assert urlsplit(target).netloc == urlsplit(wf.sandbox.url).netloc
            if link not in seen and len(seen) < 150:
                seen.add(link)
                queue.append(link)
    assert len(seen) == 150


def test_rows_come_in_pages(wf):
    second = next(link for link in links(page(wf, "/_look/TASK")) if "first=50" in link)
    one, two = (
        {link for link in links(page(wf, path)) if link.startswith("/_look/TASK/")} for path in ("/_look/TASK", second)
    )
    assert len(one) == len(two) == 50
    assert not one & two


def test_log_with_parameters_and_answers(wf):
    wf.get("/task/search", {"name": "käse <b>", "name_Mod": "contains"})
    wf.put(f"/task/{'0' * 32}", {"name": "x"})
    shown = page(wf, "/_look/requests")
    assert "käse <b>" in text_of(shown)
    number = wf.sandbox.requests[0].number
    assert f"/_look/requests/{number}" in links(shown)
    detail = text_of(page(wf, f"/_look/requests/{number}"))
    assert '"name_Mod": "contains"' in detail
    assert '{"data":[' in detail
    assert "404" in shown


def test_no_secret_is_shown(wf, anybody):
    anybody.post("/login", {"username": wf.sandbox.username, "password": wf.sandbox.password})
    anybody.put("/user", {"action": "getApiKey", "username": wf.sandbox.username, "password": wf.sandbox.password})
    shown = page(wf, "/_look/requests")
    for link in links(shown):
        if re.fullmatch(r"/_look/requests/\d+", link):
            shown += page(wf, link)
    shown += page(wf, f"/_look/USER/{wf.sandbox.user_id}")
    for secret in (wf.sandbox.api_key, wf.sandbox.password, anybody.http.cookies["attask"]):
        assert secret not in shown


def test_hostile_names_are_text(wf):
    keys = [wf.make("project", name=name, description=name) for name in HOSTILE]
    wf.get("/project/search", {HOSTILE[0]: HOSTILE[1]})
    for path in [
        "/",
        "/_look/requests",
        f"/_look/PROJ?ID={keys[0]}",
        *(f"/_look/PROJ/{key}" for key in keys),
        f"/_look/PROJ?name={HOSTILE[1]}",
    ]:
        markup = page(wf, path)
        assert "<script" not in markup
        assert not re.search(r"<(img|svg|iframe|object|embed|form|link|base)\b", markup)
        assert not re.search(r"<[^>]*\son\w+\s*=", markup)
        assert not [link for link in links(markup) if not link.startswith("/")]
    for key, name in zip(keys, HOSTILE, strict=True):
        assert name in text_of(page(wf, f"/_look/PROJ/{key}"))


def test_policy_forbids_everything_but_its_own_style(wf):
    for path in ("/", "/_look/TASK", "/_look/requests", "/_look/nothing"):
        answer = requests.get(wf.sandbox.url + path, timeout=5)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "Set-Cookie" not in answer.headers
        assert not re.search(r"(src|href)\s*=\s*[\"']?(https?:)?//", answer.text)


def test_what_is_not_there(wf):
    for path in (
        "/_look/NOSUCH",
        "/_look/TASK/" + "0" * 32,
        "/_look/requests/999999",
        "/_look/TASK/%2e%2e/x",
        "/_look/sqlite_master",
    ):
        page(wf, path, status=404)
    page(wf, "/_look/TASK", first="-1")
    page(wf, "/_look/TASK", first="x", nonsense="1' OR '1'='1")


@pytest.mark.parametrize("verb", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_changed(wf, verb):
    before = wf.count("task")
    for path in ("/", "/_look/TASK", "/_look/requests"):
        assert requests.request(verb, wf.sandbox.url + path, timeout=5).status_code in (404, 405)
    assert wf.count("task") == before


def test_pages_of_other_sites_cannot_read_it(wf):
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}):
        assert requests.get(wf.sandbox.url, headers=headers, timeout=5).status_code in (403, 421)


def test_looking_is_not_in_the_log(wf):
    page(wf)
    assert len(wf.sandbox.requests) == 0


def test_on_an_address_that_others_reach_it_needs_the_token():
    with Sandbox(service="workfront", data="empty", host="0.0.0.0") as sandbox:
        local = f"http://127.0.0.1:{urlsplit(sandbox.url).port}"
        assert requests.get(local, timeout=5).status_code == 403
        assert requests.get(local, params={"token": sandbox._token}, timeout=5).status_code == 200


# --- in a browser -----------------------------------------------------------------------------------

BROWSER = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)


@pytest.mark.skipif(BROWSER is None, reason="no chromium on this machine")
def test_a_browser_shows_it_and_runs_nothing(wf, tmp_path):
    for name in HOSTILE:
        wf.make("project", name=name)

    def dump(path):
        command = [
            BROWSER,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={tmp_path}/profile",
            "--virtual-time-budget=2000",
            "--enable-logging=stderr",
            "--dump-dom",
            wf.sandbox.url + path,
        ]
        found = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        return found.stdout, found.stderr

    overview, problems = dump("/")
    assert "<h1>Overview</h1>" in overview
    assert "CONSOLE" not in problems, problems
    last = 50 * (wf.count("project") // 50)
    rows, problems = dump(f"/_look/PROJ?first={last}")
    for name in HOSTILE:
        assert name in text_of(rows)
    assert "<script" not in rows
    assert "CONSOLE" not in problems, problems
    shot = tmp_path / "page.png"
    subprocess.run(
        [
            BROWSER,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={tmp_path}/profile",
            "--window-size=1200,900",
            f"--screenshot={shot}",
            wf.sandbox.url,
        ],
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert shot.stat().st_size > 20_000
