"""The one error tree. Every error a person can meet says what happened and what to do.

AuraError                       exit code 1, HTTP 500
├── ConfigurationError          exit 2: a setting, a key or a port is wrong
├── DatabaseError               exit 3, HTTP 503: unreachable, too old, not migrated
├── InputError                  exit 4, HTTP 422: what a person gave cannot be used
│   ├── FileRefusedError        a file to import: code, and line and column where known
│   ├── FieldsError             a form: what is wrong with each of its fields
│   ├── NoRateError             an amount in a currency whose rate nobody knows
│   └── IdempotencyKeyReusedError   a key came again with another request
├── ConflictError               exit 4, HTTP 409: it exists already, or it was used before
│   ├── StillRunningError       the same request is being carried out just then
│   ├── AnswerLostError         the same request was carried out, and what it was answered is lost
│   └── ChangedMeanwhileError   HTTP 412: it is not what If-Match names any more
├── NotFoundError               exit 5, HTTP 404: does not exist, or belongs to somebody else
├── SignInError                 exit 6, HTTP 401: not signed in, or not with this password
│   └── TooManyTriesError       HTTP 429: wait `retry_after` seconds before the next try
├── ForbiddenError              exit 6, HTTP 403: a form without its token, a state that is not ours
│   └── ScopeError              the API key may not do this
├── TooManyRequestsError        exit 4, HTTP 429: wait `retry_after` seconds before the next one
└── ConnectorError              exit 7, HTTP 502: a platform did not give what was asked
    ├── TryLaterError           busy, throttled or broken just then; `retry_after` in seconds
    ├── NeedsReconnectError     the grant is gone or lacks a scope; a person must connect again
    └── BadDataError            an answer that cannot be true; nothing of it was stored
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class AuraError(Exception):
    """Something went wrong in Aura."""

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__class__.__doc__ or "").partition("\n")[0])

    @property
    def message(self) -> str:
        """The sentence shown to a person: no traceback, nothing secret."""
        return str(self.args[0])


class ConfigurationError(AuraError):
    """A setting is missing or wrong."""

    exit_code = 2


class DatabaseError(AuraError):
    """The database cannot be used."""

    exit_code = 3
    http_status = 503


class InputError(AuraError):
    """What was given cannot be used."""

    exit_code = 4
    http_status = 422


class FileRefusedError(InputError):
    """A file cannot be imported; nothing of it was stored.

    Attributes:
        code: the refusal in one word (`empty`, `unknown`, `bad_rows`, …).
        line: the line of the file, from 1, where known.
        column: the name of the column, where known.
        rows: each row that cannot be read: line, column, and what is wrong.
        readable: how many rows can be imported without them; 0 where that is no choice.
        columns: the file's column names, where a person may say what they are.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        line: int | None = None,
        column: str | None = None,
        rows: tuple[tuple[int, str, str], ...] = (),
        readable: int = 0,
        columns: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.line = line
        self.column = column
        self.rows = rows
        self.readable = readable
        self.columns = columns


class FieldsError(InputError):
    """Some of these fields cannot be used; nothing was stored.

    Attributes:
        problems: by the field's name, what is wrong and what to write.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


class NoRateError(InputError):
    """No rate is known."""


class ConflictError(AuraError):
    """This exists already."""

    exit_code = 4
    http_status = 409


class IdempotencyKeyReusedError(InputError):
    """This Idempotency-Key was used for another request."""


class StillRunningError(ConflictError):
    """The same request is still being carried out."""


class AnswerLostError(ConflictError):
    """This was carried out, but its answer was lost."""


class ChangedMeanwhileError(ConflictError):
    """It was changed since it was read."""

    http_status = 412


class NotFoundError(AuraError):
    """Not found."""

    exit_code = 5
    http_status = 404


class SignInError(AuraError):
    """Please sign in."""

    exit_code = 6
    http_status = 401


class TooManyTriesError(SignInError):
    """Too many tries. Wait and try again.

    Attributes:
        retry_after: whole seconds to wait before the next try.
    """

    http_status = 429

    def __init__(self, message: str | None = None, *, retry_after: int = 30) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ForbiddenError(AuraError):
    """This is not allowed."""

    exit_code = 6
    http_status = 403


class ScopeError(ForbiddenError):
    """The API key may not do this."""


class TooManyRequestsError(AuraError):
    """Too many requests. Wait and go on.

    Attributes:
        retry_after: whole seconds to wait before the next request.
    """

    exit_code = 4
    http_status = 429

    def __init__(self, message: str | None = None, *, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ConnectorError(AuraError):
    """A platform did not give what was asked for."""

    exit_code = 7
    http_status = 502


class TryLaterError(ConnectorError):
    """The platform is busy or out of reach; nothing was lost and the sync will try again.

    Attributes:
        retry_after: seconds to wait before the next try, as the platform said or we chose.
    """

    def __init__(self, message: str | None = None, *, retry_after: float = 60.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NeedsReconnectError(ConnectorError):
    """The permission to read this account has ended; connect it again."""


class BadDataError(ConnectorError):
    """The platform sent something that cannot be right; none of it was stored."""
