"""Functions whose keywords are the fields of a dataclass, so that these are listed once."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

__all__ = ["with_keywords_of"]

P = ParamSpec("P")
Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


def with_keywords_of(
    asked: Callable[P, Asked],
) -> Callable[[Callable[[Asked], Answer]], Callable[P, Answer]]:
    """Let a function of a dataclass be called with the fields of the dataclass as keywords.

    ``help``, editors and type checkers see the keywords, their types and defaults.
    """

    def with_keywords(function: Callable[[Asked], Answer]) -> Callable[P, Answer]:
        answer = inspect.signature(function).return_annotation
        signature = inspect.signature(asked).replace(return_annotation=answer)

        @wraps(function)
        def call(*args: P.args, **keywords: P.kwargs) -> Answer:
            signature.bind(*args, **keywords)  # raises a TypeError that names the keyword alone
            return function(asked(*args, **keywords))

        call.__signature__ = signature  # type: ignore[attr-defined]
        return call

    return with_keywords
