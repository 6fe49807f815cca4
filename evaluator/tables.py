"""Lists and tables that a setting gives in one line, as values: `a,b`, `name=value,name=value`, prices."""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, SecretStr

from evaluator.domain import Value

T = TypeVar("T")

_MOST = 10**9  # of a limit: more is none
_COUNT = re.compile(r"[0-9]{1,10}", re.ASCII)
_MONEY = re.compile(r"(?:[0-9]{1,6}(?:\.[0-9]{1,6})?|\.[0-9]{1,6})", re.ASCII)
_PROVIDER = re.compile(r"[a-z0-9_.-]{1,50}", re.ASCII)
_MODEL = re.compile(r"[^\s\x00-\x1f\x7f]{1,100}")
_PRICE_FORM = (
    "provider/model=in/out or provider/model=in/out/cached in US dollars per million tokens, with at most six digits"
    " after the point, such as openai/my-model=0.5/2/0.05"
)


class Price(Value):
    """What a model costs, in US dollars per million tokens."""

    input: Decimal
    output: Decimal  # reasoning included
    cached: Decimal | None = None  # input that the provider had in its cache; None: as any input


def parts(text: str) -> tuple[str, ...]:
    """Return what stands between the commas, without blanks around it; empty parts are left out."""
    return tuple(part for part in (part.strip() for part in text.split(",")) if part)


def _split(value: object) -> object:
    return parts(value) if isinstance(value, str) else value


def _pairs(text: str, *, form: str) -> Iterator[tuple[str, str]]:
    """Yield the names and values of `name=value,name=value`. Raises ValueError, which says the *form*."""
    for part in parts(text):
        name, sign, value = part.partition("=")
        if not (name.strip() and sign and value.strip()):
            raise ValueError(f"this is not {form}, several separated by commas")  # what it is, may be a secret
        yield name.strip(), value.strip()


def _split_secrets(value: object) -> object:
    """Return the table of a list `host=token,host=token`; raise ValueError where a part has no `=` in it."""
    if not isinstance(value, str):
        return value
    return {name.lower(): secret for name, secret in _pairs(value, form="host=token")}


def _table_of(form: str, *, read: Callable[[str, str], tuple[str, T]]) -> Callable[[object], object]:
    def split(value: object) -> object:
        if not isinstance(value, str):
            return value
        table: dict[str, T] = {}
        for name, text in _pairs(value, form=form):
            key, item = read(name, text)
            if key in table:
                raise ValueError(f"{key!r} is there twice")
            table[key] = item
        return table

    return split


def _count(name: str, text: str) -> tuple[str, int]:
    if not (_PROVIDER.fullmatch(name.lower()) and _COUNT.fullmatch(text) and 1 <= int(text) <= _MOST):
        raise ValueError(f"{name}={text} is not provider=number with a number of 1 to {_MOST}, such as openai=16")
    return name.lower(), int(text)


def _price(name: str, text: str) -> tuple[str, Price]:
    numbers = text.split("/")
    if not 2 <= len(numbers) <= 3 or not all(_MONEY.fullmatch(number) for number in numbers):
        raise ValueError(f"{name}={text} is not {_PRICE_FORM}")
    provider, _, model = name.partition("/")
    if not _PROVIDER.fullmatch(provider) or not _MODEL.fullmatch(model):
        raise ValueError(
            f"{name!r} is the name of no model, so that its price would never hold. Write {_PRICE_FORM}; the provider"
            " in small letters, as in MODU_MODEL"
        )
    into, out, *cached = map(Decimal, numbers)
    return name, Price(input=into, output=out, cached=cached[0] if cached else None)


def servers(text: str) -> Mapping[str, str]:
    """Return provider -> address of `provider=address,...`; a lone address stands under the empty name.

    Raises ValueError, which says the form.
    """
    if not re.match(r"[^:/,]*=", text):
        return {"": text}
    table: dict[str, str] = {}
    for name, address in _pairs(text, form="provider=address"):
        if not _PROVIDER.fullmatch(name) or name in table:
            raise ValueError(f"{name!r} is no name of a provider, or is there twice; write openai=http://host:port,...")
        table[name] = address
    return table


CommaList = Annotated[tuple[str, ...], BeforeValidator(_split)]
SecretTable = Annotated[Mapping[str, SecretStr], BeforeValidator(_split_secrets)]
CountTable = Annotated[Mapping[str, int], BeforeValidator(_table_of("provider=number", read=_count))]
PriceTable = Annotated[Mapping[str, Price], BeforeValidator(_table_of("provider/model=in/out", read=_price))]
