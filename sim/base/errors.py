"""Errors that are no defect of the program: each has a message for whoever called it."""

from __future__ import annotations


class Error(Exception):
    """The program cannot do what it was asked for; the message says why and what to do."""

    def render(self) -> str:
        """The message as a terminal shows it."""
        return f"error: {self}"


class FigureWarning(UserWarning):
    """A figure could not be drawn; all else is there."""


class DamageWarning(UserWarning):
    """A file of a folder of results is not what was written there."""


def words(error: BaseException) -> str:
    """An error in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())


class BadInputError(Error):
    """What was given cannot be used; whoever gave it can mend it."""


class FailedError(Error):
    """What was given is right, and yet it could not be done, such as for want of room."""


class FullDiskError(FailedError):
    """There is no room for what is written, or its disk fails; what was there before is whole."""


class FolderError(Error):
    """A folder of results that cannot be read or written; the message names it."""


class TakenError(FolderError):
    """A folder was to be made where there is one that holds something already."""
