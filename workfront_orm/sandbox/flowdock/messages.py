"""Messages of flows and private conversations: sent, shown, edited, deleted."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.flowdock import tags, threads
from workfront_orm.sandbox.flowdock.errors import BLANK, INVALID, denied, invalid, missing
from workfront_orm.sandbox.flowdock.world import ANONYMOUS, milliseconds, timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workfront_orm.sandbox.backend import UploadedFile
    from workfront_orm.sandbox.documents import Document
    from workfront_orm.sandbox.flowdock.files import Files
    from workfront_orm.sandbox.flowdock.stream import Streams
    from workfront_orm.sandbox.flowdock.threads import Threads
    from workfront_orm.sandbox.flowdock.world import Conversation, World

CONTENT_LIMIT = 8096
CHAT = ("message", "status", "comment")
INBOX = ("activity", "discussion", "mail")
EDITS = ("message-edit", "tag-change")
SENT = ("message", "status", "comment", "action", "file")
ACTIONS = (
    "add_people",
    "join",
    "block",
    "invite",
    "decline",
    "uninvite",
    "add_rss_feed",
    "remove_rss_feed",
)


class Messages:
    """The messages of all conversations.

    Args:
        world: the data.
        files: the files that come with them.
        all_threads: the threads that they belong to.
        streams: who is told of them.
    """

    def __init__(self, world: World, files: Files, all_threads: Threads, streams: Streams) -> None:
        self._world = world
        self._files = files
        self._threads = all_threads
        self._streams = streams

    # --- sending -------------------------------------------------------------------------

    def send(
        self,
        conversation: Conversation,
        user: int,
        params: Mapping[str, Any],
        uploads: Sequence[UploadedFile] = (),
        *,
        thread: str | None = None,
    ) -> Document:
        """Send what a user writes and return the message.

        Args:
            conversation: where to.
            user: who sends.
            params: parameters; null means absent.
            uploads: files of a multipart request.
            thread: id of the thread that it answers, None where the parameters tell.

        Raises:
            FlowdockError: a parameter is missing or is none of its values.
        """
        event = params.get("event")
        if event == "activity.user":
            return self._present_user(conversation, user)
        _check_event(event)
        given = tags.read(params.get("tags"), self.nicks(conversation))
        message = self._content(conversation, params, uploads)
        text = message["content"] if isinstance(message["content"], str) else ""
        if event == "comment":
            parent = self._parent(conversation, params.get("message"))
            message["content"] = {"title": title_of(parent), "text": text}
            given.append(f"influx:{parent['id']}")
            thread = thread or parent.get("thread_id")
        unread = [] if conversation.to is None else [f":unread:{conversation.to}"]
        found = self.nick_tags(conversation, text, has_file=event == "file")
        author = str(user)
        if isinstance(params.get("external_user_name"), str):
            message["external_user_name"] = params["external_user_name"]
            author = ANONYMOUS
        if conversation.flow is not None:
            message["thread_id"] = self._thread_of(conversation, params, thread)
        message.update(
            event=event,
            app="chat",
            uuid=_text(params, "uuid"),
            user=author,
            tags=tags.unique([*unread, *given, *found]),
        )
        return self._add(conversation, message)

    def present(
        self,
        conversation: Conversation,
        source: Document,
        params: Mapping[str, Any],
        uploads: Sequence[UploadedFile] = (),
    ) -> Document:
        """Send what an integration presents; null members mean absent.

        Raises:
            FlowdockError: a parameter is missing or is none of its values.
        """
        event = params.get("event")
        if event in SENT:
            if not _text(params, "external_user_name"):
                raise invalid(external_user_name=BLANK)
            return self.send(conversation, 0, params, uploads)
        if event not in ("activity", "discussion"):
            raise invalid(event="is not included in the list" if event else BLANK)
        author = params.get("author")
        if not isinstance(author, dict) or not isinstance(author.get("name"), str) or not author["name"].strip():
            raise invalid(author__name=BLANK)
        title, body = _text(params, "title"), _text(params, "body")
        if not title or not title.strip():
            raise invalid(title=BLANK)
        if event == "discussion" and not body:
            raise invalid(body=BLANK)
        given = tags.read(params.get("tags"), self.nicks(conversation))
        item, thread = _text(params, "external_thread_id"), _text(params, "thread_id")
        found = self._threads.present(conversation, source, item, thread, params.get("thread"))
        attachments = self._inline_files(conversation, uploads)
        message: Document = {
            "event": event,
            "content": None,
            "title": title,
            "author": {name: value for name, value in author.items() if value is not None},
            "tags": tags.unique([*given, *([":file"] if attachments else [])]),
            "attachments": attachments,
            "thread_id": found["id"],
            "app": "influx",
            "uuid": _text(params, "uuid"),
            "user": ANONYMOUS,
        }
        if body is not None:
            message["body"] = body
        if item is not None:
            message["external_thread_id"] = item
        return self._add(conversation, message)

    def mail(self, conversation: Conversation, params: Mapping[str, Any]) -> Document:
        """Send what the deprecated push interface puts into the inbox.

        Raises:
            FlowdockError: a parameter is missing.
        """
        for name in ("source", "from_address", "subject", "content"):
            if not _text(params, name):
                raise invalid(**{name: BLANK})
        content = {name: params[name] for name in ("subject", "content", "source")}
        content["from"] = [{"address": params["from_address"], "name": params.get("from_name")}]
        message: Document = {
            "content": content,
            "tags": tags.read(params.get("tags"), self.nicks(conversation)),
            "thread_id": self._threads.start(conversation)["id"],
            "event": "mail",
            "app": "influx",
            "uuid": None,
            "user": ANONYMOUS,
        }
        return self._add(conversation, message)

    def comment(self, conversation: Conversation, user: int, parent: str | None, params: Mapping[str, Any]) -> Document:
        """Comment on a message, the legacy way: `event` is not needed."""
        values = {**params, "event": "comment"}
        if parent is not None:
            values["message"] = parent
        return self.send(conversation, user, values)

    def _inline_files(self, conversation: Conversation, uploads: Sequence[UploadedFile]) -> list[Document]:
        """Keep the files `attachments[<cid>]`, which a body names as `cid:<cid>`."""
        attachments = []
        for upload in uploads:
            name, bracket, cid = upload.name.partition("[")
            if name == "attachments" and bracket:
                kept = self._files.keep(conversation, upload.filename, upload.content_type, upload.content)
                attachments.append({**kept, "content_id": cid.removesuffix("]")})
        return attachments

    def _present_user(self, conversation: Conversation, user: int) -> Document:
        """Tell that a user is active; nothing is kept."""
        moment = self._world.now()
        self._world.users.update(str(user), {"last_activity": milliseconds(moment), "last_ping": milliseconds(moment)})
        message: Document = {
            "event": "activity.user",
            "content": {"last_activity": milliseconds(moment)},
            "tags": [],
            "user": str(user),
            "flow": conversation.flow,
            "sent": milliseconds(moment),
            "created_at": timestamp(moment),
        }
        self._streams.publish(conversation, message, None)
        return message

    def _content(
        self, conversation: Conversation, params: Mapping[str, Any], uploads: Sequence[UploadedFile]
    ) -> Document:
        """Return the content of a message, by its event, with the attachments that it brings."""
        content = params.get("content")
        if params["event"] == "action":
            return {"content": _action(content)}
        if params["event"] != "file":
            return {"content": checked_text(content)}
        upload = next((one for one in uploads if one.name == "content"), None)
        if upload is None:
            attachment = self._files.from_json(conversation, content)
        else:
            attachment = self._files.keep(conversation, upload.filename, upload.content_type, upload.content)
        return {"content": attachment, "attachments": [attachment]}

    def _parent(self, conversation: Conversation, number: Any) -> Document:
        parent = self._world.messages(conversation).get(str(number)) if number is not None else None
        if parent is None:
            raise invalid(message=BLANK if number is None else INVALID)
        return parent

    def _thread_of(self, conversation: Conversation, params: Mapping[str, Any], thread: str | None) -> str:
        if thread is not None:
            return str(self._threads.find(conversation, thread)["id"])
        named = _text(params, "thread_id")
        if named is not None:
            if named not in self._world.threads(conversation):
                raise invalid(thread_id=INVALID)
            return named
        item = _text(params, "external_thread_id")
        if item is not None:
            for one in self._world.threads(conversation):
                if one["_item"] == item:
                    return str(one["id"])
            raise invalid(external_thread_id=INVALID)
        return str(self._threads.start(conversation)["id"])

    def _add(self, conversation: Conversation, values: Document) -> Document:
        moment = self._world.now()
        number = self._world.documents.next_number(f"messages/{conversation.key}")
        message = {
            "id": number,
            "event": values["event"],
            "content": values["content"],
            "tags": values["tags"],
            "app": values["app"],
            "uuid": values["uuid"],
            "user": values["user"],
            **({"flow": conversation.flow} if conversation.flow is not None else {"to": str(conversation.to)}),
            "sent": milliseconds(moment),
            "created_at": timestamp(moment),
            "attachments": [],
            "edited": None,
            **values,
            "_place": self._world.documents.next_number("places"),
        }
        self._world.messages(conversation).add(str(number), message)
        if "thread_id" in message and message["event"] not in EDITS:
            self._threads.count(conversation, message["thread_id"], message["event"], 1)
        self._streams.publish(conversation, self.shown(conversation, message), message["_place"])
        return message

    # --- showing ---------------------------------------------------------------------------

    def find(self, conversation: Conversation, number: str) -> Document:
        """Return a message.

        Raises:
            FlowdockError: there is none.
        """
        found = self._world.messages(conversation).get(number)
        if found is None:
            raise missing()
        return found

    def shown(self, conversation: Conversation, message: Document) -> Document:
        """Return a message as it is answered, with the present state of its thread."""
        result = {name: value for name, value in message.items() if not name.startswith("_")}
        thread = self._world.threads(conversation).get(message.get("thread_id", ""))
        if thread is not None:
            result["thread"] = threads.shown(thread)
        return result

    def nicks(self, conversation: Conversation) -> dict[str, int]:
        """Return the ids of those who can be mentioned, by nick in lower case."""
        if conversation.flow is not None:
            members = self._world.flows[conversation.flow]["members"]
        else:
            members = conversation.key.removeprefix("private:").split("-")
        users = [self._world.users[number] for number in members if number in self._world.users]
        return {user["nick"].lower(): user["id"] for user in users}

    def nick_tags(self, conversation: Conversation, text: str, *, has_file: bool) -> list[str]:
        """Return the tags that the server adds to a text."""
        found = tags.generated(text, self.nicks(conversation)) if text else []
        return [*found, ":file"] if has_file else found

    # --- changing ----------------------------------------------------------------------------

    def edit(self, conversation: Conversation, user: int, number: str, params: Mapping[str, Any]) -> None:
        """Change content, tags or both.

        Raises:
            FlowdockError: the message is not there, or is another's and its content is to change, or a value is refused.
        """
        message = self.find(conversation, number)
        values: Document = {}
        content, new_tags = params.get("content"), params.get("tags")
        if content is not None:
            if message["event"] not in CHAT or message["user"] != str(user):
                raise denied()
            text = checked_text(content)
            comment = message["event"] == "comment"
            values["content"] = {**message["content"], "text": text} if comment else text
        if new_tags is not None:
            values["tags"] = tags.read(new_tags, self.nicks(conversation))
        if "content" in values:
            values["edited"] = milliseconds(self._world.now())
        before = message["tags"]
        self._world.messages(conversation).update(number, values)
        if "content" in values:
            self._tell_edit(conversation, user, message)
        if "tags" in values:
            added = [tag for tag in message["tags"] if tag not in before]
            removed = [tag for tag in before if tag not in message["tags"]]
            if added or removed:
                change = {"message": message["id"], "add": added, "remove": removed}
                self._tell(conversation, user, "tag-change", change, message)

    def delete(self, conversation: Conversation, user: int, number: str) -> HTTPStatus:
        """Delete a message: what stands in the inbox and own files go, of own chat the content goes.

        Returns:
            The status to answer: 204 where the message is gone, 200 where it is empty.

        Raises:
            FlowdockError: it is not there, or may not be deleted.
        """
        message = self.find(conversation, number)
        own = message["user"] == str(user)
        if message["app"] == "influx" or (message["event"] == "file" and own):
            self._files.drop(message["attachments"])
            self._world.messages(conversation).remove(number)
            if "thread_id" in message:
                self._threads.count(conversation, message["thread_id"], message["event"], -1)
            return HTTPStatus.NO_CONTENT
        if message["event"] in CHAT and own:
            comment = message["event"] == "comment"
            content = {**message["content"], "text": ""} if comment else ""
            edited = milliseconds(self._world.now())
            self._world.messages(conversation).update(number, {"content": content, "edited": edited})
            self._tell_edit(conversation, user, message)
            return HTTPStatus.OK
        raise denied()

    def _tell_edit(self, conversation: Conversation, user: int, message: Document) -> None:
        content = message["content"]["text"] if message["event"] == "comment" else message["content"]
        change = {"message": message["id"], "updated_content": content}
        self._tell(conversation, user, "message-edit", change, message)

    def _tell(self, conversation: Conversation, user: int, event: str, content: Document, message: Document) -> None:
        """Keep an event about a message, with an id of its own, and tell the streams."""
        values: Document = {
            "event": event,
            "content": content,
            "tags": [],
            "app": message["app"],
            "uuid": None,
            "user": str(user),
        }
        if "thread_id" in message:
            values["thread_id"] = message["thread_id"]
        self._add(conversation, values)


def checked_text(content: Any) -> str:
    """Return the content of a chat message.

    Raises:
        FlowdockError: it is blank, too long or no text.
    """
    if content is None or content == "":
        raise invalid(content=BLANK)
    if not isinstance(content, str):
        raise invalid(content=INVALID)
    if not content.strip():
        raise invalid(content=BLANK)
    if len(content) > CONTENT_LIMIT:
        raise invalid(content=f"is too long (maximum is {CONTENT_LIMIT} characters)")
    return content


def title_of(message: Document) -> str:
    """Return what a comment quotes of the message that it is on."""
    content = message["content"]
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        return str(content.get("text") or content.get("file_name") or content.get("subject") or "")
    return str(message.get("title") or "")


def _check_event(event: Any) -> None:
    if not event:
        raise invalid(event=BLANK)
    if event in INBOX:
        raise denied("Only integrations present items")
    if event not in SENT:
        raise invalid(event="is not included in the list")


def _action(content: Any) -> Document:
    if not isinstance(content, dict) or content.get("type") not in ACTIONS:
        raise invalid(content=INVALID if content else BLANK)
    return {"type": content["type"], "description": str(content.get("description") or "")}


def _text(params: Mapping[str, Any], name: str) -> str | None:
    value = params.get(name)
    if value is None:
        return None
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        raise invalid(**{name: INVALID})
    return str(value)
