"""Who calls: sessions, API keys, login, logout, impersonation, and the cookie that may only read."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.workfront.wire import AUTHENTICATION, WireError, stored, zone_of

if TYPE_CHECKING:
    from workfront_orm.sandbox.workfront.call import Call
    from workfront_orm.sandbox.workfront.store import Store

INACTIVITY = timedelta(hours=8)
_NOTHING = frozenset({"", "none", "null", "undefined", "nil"})


@dataclass(slots=True)
class Session:
    """One session: whose it is, until when it lives without use, and the token that lets its cookie write."""

    user: str
    until: datetime
    lifetime: timedelta
    xsrf: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a call comes from: the user, and the session or key that said so."""

    user: dict[str, Any]
    session: str | None = None
    key: str | None = None
    read_only: bool = False

    @property
    def admin(self) -> bool:
        """Whether the user is a system administrator."""
        return bool(self.user.get("isAdmin"))


def refused(message: str) -> WireError:
    """Return the error for a call without valid credentials: 401."""
    return WireError(401, AUTHENTICATION, message)


class Auth:
    """Sessions and API keys of one server."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.sessions: dict[str, Session] = {}
        self._users: dict[str, dict[str, Any]] = {}
        self._generation = -1

    def clear(self) -> None:
        """End all sessions."""
        self.sessions.clear()

    def user(self, key: str) -> dict[str, Any] | None:
        """A user's stored fields."""
        if self._generation != self.store.generation:
            self._users.clear()
            self._generation = self.store.generation
        found = self._users.get(key)
        if found is None:
            found = self.store.get("USER", key)
            if found is not None:
                self._users[key] = found
        return found

    # --- who calls ---------------------------------------------------------------------

    def identify(self, call: Call, now: datetime) -> Caller:
        """Say who a call comes from: API key, session (parameter or header), or cookie.

        Raises:
            WireError: no credentials, or none that are valid.
        """
        key = api_key_of(call)
        if key is not None:
            user = self._user_of_key(key)
            if user is None:
                raise refused("Your API key is not valid. Log in or use another key.")
            return Caller(user, key=key)
        token = session_id_of(call)
        if token is not None:
            return Caller(self._user_of_session(token, now), session=token)
        token = call.cookies.get("attask") or call.cookies.get("wf-auth")
        if token:
            user = self._user_of_session(token, now)
            given = call.headers.get("x-xsrf-token", "")
            allowed = bool(given) and hmac.compare_digest(given.encode(), self.sessions[token].xsrf.encode())
            return Caller(user, session=token, read_only=not allowed)
        raise refused("You are not currently logged in.")

    def _user_of_key(self, key: str) -> dict[str, Any] | None:
        row = self.store.connection.execute("SELECT userID FROM _credentials WHERE apiKey = ?", [key]).fetchone()
        user = None if row is None else self.user(row[0])
        return user if user is not None and user.get("isActive", True) is not False else None

    def _user_of_session(self, token: str, now: datetime) -> dict[str, Any]:
        session = self.sessions.get(token)
        user = None if session is None else self.user(session.user)
        if session is None or user is None or session.until < now:
            self.sessions.pop(token, None)
            raise refused("You are not currently logged in. Your session has expired.")
        session.until = now + session.lifetime
        return user

    # --- login and logout ----------------------------------------------------------------

    def login(self, call: Call, now: datetime) -> tuple[str, Session]:
        """Start a session from username and password, or from username and an administrator's API key.

        Raises:
            WireError: the credentials are wrong.
        """
        username = call.get("username") or ""
        password = call.get("password")
        key = api_key_of(call)
        if password is None and key is not None and username:
            admin = self._user_of_key(key)
            user = self.by_username(username)
            if admin is None or not admin.get("isAdmin") or user is None:
                raise refused("Only the API key of a system administrator can log in another user.")
        else:
            user = self.check_password(username, password or "")
        token = secrets.token_hex(16)
        self.store.update(
            "USER", user["ID"], {"loginCount": (user.get("loginCount") or 0) + 1, "lastLoginDate": stored(now)}
        )
        return token, self.start(user["ID"], token, now, call.get("timeToLive"))

    def start(self, user: str, token: str, now: datetime, lifetime: str | None = None) -> Session:
        """Start a session of a user."""
        try:
            living = timedelta(seconds=int(lifetime)) if lifetime else INACTIVITY
        except (ValueError, OverflowError):
            living = INACTIVITY
        session = Session(user, now + living, living, secrets.token_hex(16))
        self.sessions[token] = session
        return session

    def check_password(self, username: str, password: str) -> dict[str, Any]:
        """Return the active user with a name and password.

        Raises:
            WireError: there is none such.
        """
        user = self.by_username(username)
        row = None
        if user is not None:
            row = self.store.connection.execute(
                "SELECT password FROM _credentials WHERE userID = ?", [user["ID"]]
            ).fetchone()
        if user is None or row is None or row[0] is None or not hmac.compare_digest(row[0].encode(), password.encode()):
            raise refused("The username or password you entered is incorrect.")
        if user.get("isActive") is False:
            raise refused("Your account is not active. Ask your system administrator.")
        return user

    def by_username(self, username: str) -> dict[str, Any] | None:
        """A user by name, in any case."""
        self.store.index("USER", "username")
        rows = self.store.select("USER", '"username" = ? OR lower("username") = lower(?)', [username, username])
        return rows[0] if rows else None

    # --- API keys --------------------------------------------------------------------------

    def key_of(self, user: str) -> str:
        """A user's API key, empty when there is none."""
        row = self.store.connection.execute("SELECT apiKey FROM _credentials WHERE userID = ?", [user]).fetchone()
        return (row[0] or "") if row is not None else ""

    def set_key(self, user: str, key: str | None) -> None:
        """Give a user an API key, or none."""
        self.store.connection.execute(
            "INSERT INTO _credentials (userID, apiKey) VALUES (?, ?) ON CONFLICT (userID) DO UPDATE SET apiKey = excluded.apiKey",
            [user, key],
        )

    def set_password(self, user: str, password: str) -> None:
        """Give a user a password."""
        self.store.connection.execute(
            "INSERT INTO _credentials (userID, password) VALUES (?, ?) ON CONFLICT (userID) DO UPDATE SET password = excluded.password",
            [user, password],
        )

    def key_action(self, action: str, call: Call, now: datetime) -> str | None:
        """Do `getApiKey`, `generateApiKey`, `clearApiKey` or `clearAllApiKeys`; returns the key, None for the clearing ones.

        The user is the one of `username` and `password`, else the caller.

        Raises:
            WireError: neither credentials nor a caller, or no right to clear everybody's.
        """
        caller = None
        if api_key_of(call) is not None or session_id_of(call) is not None:
            caller = self.identify(call, now).user
        username = call.get("username")
        if username is not None and call.get("password") is not None:
            caller = self.check_password(username, call.get("password") or "")
        if caller is None:
            raise refused("You are not currently logged in.")
        if action == "clearAllApiKeys":
            if not caller.get("isAdmin"):
                raise WireError(
                    403,
                    "com.attask.common.AccessDeniedException",
                    "You do not have sufficient access to clear all API keys",
                )
            self.store.connection.execute("UPDATE _credentials SET apiKey = NULL")
            return None
        if action == "clearApiKey":
            self.set_key(caller["ID"], None)
            return None
        key = self.key_of(caller["ID"])
        if action == "generateApiKey" and not key:
            key = secrets.token_hex(16)
            self.set_key(caller["ID"], key)
        return key


def api_key_of(call: Call) -> str | None:
    """The API key that a call carries as header or parameter, None without one."""
    return _given(call.headers.get("apikey")) or _given(call.get("apiKey"))


def session_id_of(call: Call) -> str | None:
    """The session that a call carries as header or parameter, None without one."""
    return _given(call.headers.get("sessionid")) or _given(call.get("sessionID"))


def _given(text: str | None) -> str | None:
    return None if text is None or text.strip().lower() in _NOTHING else text.strip()


def session_data(
    store: Store, user: dict[str, Any], token: str, *, versions: list[str], now: datetime
) -> dict[str, Any]:
    """What login and session tell of a session."""
    customer = store.get("CUST", user.get("customerID") or "") or {}
    zone = user.get("timeZone") or customer.get("timeZone") or "UTC"
    return {
        "userID": user["ID"],
        "sessionID": token,
        "userCompanyID": user.get("companyID"),
        "isAdmin": bool(user.get("isAdmin")),
        "customerID": user.get("customerID"),
        "tenantID": "sandbox",
        "hasInsightsAccess": False,
        "locale": user.get("locale") or customer.get("locale") or "en_US",
        "timeZone": zone,
        "timeZoneName": now.astimezone(zone_of(zone)).tzname(),
        "iso3Country": "USA",
        "iso3Language": "eng",
        "currency": {
            "ID": customer.get("currency") or "USD",
            "symbol": "$",
            "groupingSeparator": ",",
            "decimalSeparator": ".",
            "fractionDigits": 2,
            "useNegativeSign": False,
        },
        "versionInformation": {
            "version": versions[0][1:],
            "release": "sandbox",
            "buildNumber": "",
            "lastUpdated": "2026/05/14 12:00:00",
            "currentAPI": versions[0],
            "apiVersions": {version: f"/attask/api/{version}/" for version in reversed(versions)},
        },
    }
