"""Values that stand beside a telling name: `api_key = "..."` in any syntax, headers, flags (security spec)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from evaluator.digest import secret_manifests
from evaluator.digest.secret_files import Kind
from evaluator.digest.secret_values import Tier, Values
from evaluator.patterns import compiled

_LONGEST = 1500  # bytes of a value that are judged; one that is longer is masked as far as it goes
_BLOCK = 2048  # bytes
_MOST_NAMES = 200  # looked at in a block: more have no room beside what they name, however short both are
_NEAR = 100  # bytes behind the name of a provider
_AROUND = b"=:\\\"'` "  # what a keyword may end with that is no longer of the name
_OF_FLAGS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
_OF_NAMES = _OF_FLAGS + b"."
_TAIL = re.compile(rb"[\w.-]{0,40}")
_LONGEST_FLAG = 42  # bytes before the keyword
# From the end of the keyword to the value: the rest of the name, what closes it, what assigns. Nothing is tried twice.
_TO_VALUE = compiled(
    rb"""
    (?P<tail>[\w.-]{0,40}+ (?:[ ](?:key|token|secret|id|is)\b)?+)
    (?:\\{0,3}["'`]|&quot;|\*\*)?+ \]?+
    (?:
        (?P<operator>
            [ \t]{0,20}+ (?>
                :[ ]?[&A-Za-z][\w<>\[\]|?.]{0,30}+[ ]{0,4}=(?!=)                # type annotations
              | (?<=[ \t])(?:string|\[\]byte)[ ]{0,4}=
              | \(\)[\w:>\-\ ]{0,30}+\{?\s{0,40}return\b
              | =>|:{1,3}=|===?|[?+.|&]{0,2}=|<-|->|:|,|-(?=[ ]["'])|\|\||\?\?|>|\(|\|
              | \)[ ]{0,4}(?:\|\||\?\?|or\b|:)
            )
          | ["']?\s{0,10}+,?\s{0,40}+(?:["']?(?:value|default|secret)["']?|content)\s{0,3}[:=]  # name and value apart
          | </\w{1,20}>\s{0,40}+<(?:value|string)>
          | (?P<flag>[ \t]{1,4}(?:BY[ \t]{1,4})?+)(?=[^\s:=,;.])
        )
        (?:\s{0,40}+ (?:[|>][+-]?\s{1,40}+)?)
    )
    (?:(?:Bearer|Basic|(?:Api-?)?Token|Bot|Api-?Key|Key|JWT|SSWS)[ ]{1,3})?+
    (?:(?:new[ ])?[\w.:]{1,40}+\(\s{0,10}+(?=["'`])){0,2}+
    (?:[A-Za-z@$]{0,2}+(?P<quote>\\{0,3}(?:["'`]{3}|["'`])|&quot;))?+
    (?=(?:[^"'`<>\n\\]|\\.){6})                                                # a value is no shorter
    """,
    re.VERBOSE | re.IGNORECASE,
)
_WHOLE = re.compile(rb"(?:ord|d)?(?:_?\d)?", re.IGNORECASE)  # what may follow `passw` and `pwd`
_NEED_QUOTES = frozenset({b",", b"(", b"||", b"??"})  # without them a name follows
_ASSIGN = frozenset({b"=", b":"})
_SCHEME = re.compile(rb"(?:Bearer|Basic|(?:Api-?)?Token|Bot|Api-?Key|Key|JWT|SSWS|OAuth)[ ]{1,3}", re.IGNORECASE)
_BARE = re.compile(rb"[^\s\"'`<>()\[\]{},;\\=&:|]{4,1500}+={0,3}")
_SIGNS = frozenset({b"=", b":", b"|"})  # that end a bare value, but not its line
_MORE = re.compile(rb"[^\s\"'`<>()\[\]{},;\\&]*+")
_REST = re.compile(rb"[^\s\"'`<>]*+")
_MOST_MORE = 200  # bytes of it that are masked
_WORD = re.compile(rb"[^\s\"'`<>()\[\]{},;\\]{8,1500}")
_TOKEN = re.compile(rb"(?<![\w/+@.%#-])[A-Za-z0-9_+/=-]{16,500}(?![\w/+@.%(])")
_ELSEWHERE = re.compile(rb"[\n/?&<>]")  # another line, or inside of an address
_FIGURE = re.compile(rb"[0-9]")
_SPACE = re.compile(rb"\s")
_ONE_LINE = frozenset({b'"', b"'", b"`"})
_SEVERAL = re.compile(rb"[\s{]")
_HARMLESS = re.compile(
    rb"(?:id|etag|nonce|verification|(?:public|csrf)[\w-]{0,12})(?:[\"']?\s{0,3}[:=]|[\"'] content=)\s{0,3}[\"'`]\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, eq=False)
class Names:
    """What is known about names: the data of the rule file."""

    tiers: Mapping[bytes, Tier]  # keyword -> tier
    raised: Tier  # what a name of a tier that depends is with a telling head
    ordinary: Tier  # what a name of passwords is where a setting stands: any word with a figure is one
    acts: re.Pattern[bytes]  # heads of names that say what is done to a password, or what is wrong with it
    telling: re.Pattern[bytes]  # heads of names
    harmless: re.Pattern[bytes]  # heads of names

    @cached_property
    def lengths(self) -> Mapping[bytes, int]:
        """Keyword -> bytes of it that are of the name."""
        return {keyword: len(keyword.rstrip(_AROUND)) for keyword in self.tiers}

    def tier(self, keyword: bytes, *, head: bytes, tail: bytes) -> Tier | None:
        """Return the tier of a name, the keyword with what is before and behind it, or None where it is harmless."""
        tier = self.tiers[keyword]
        if tier.harmless_tail is not None and tier.harmless_tail.search(tail):
            return None
        if tier.harmless_head is not None and tier.harmless_head.search(head):
            return None
        if not tier.depends:
            return tier
        if self.harmless.search(head):
            return None
        return self.raised if self.telling.search(head) else tier


@dataclass
class Beside:
    """Looks for values beside names in one text."""

    data: bytes
    names: Names
    values: Values
    kind: Kind
    _judged: dict[tuple[bytes, str, bool], bool] = field(default_factory=dict)  # texts repeat themselves
    _manifests: int = 0  # how far they were read
    _block: int = 0  # which was looked at last
    _seen: int = 0  # names in it
    _run: tuple[int, int] = (0, -1)  # what was gone through last to find the end of a value
    _long_run: tuple[int, int] = (0, -1)  # and the end of a very long one

    def find(self, start: int, keyword: bytes) -> Iterable[tuple[int, int]]:
        """Return where the secrets stand that belong to the keyword at *start*."""
        tier = self.names.tiers[keyword]
        if tier.manifest:
            return self._manifest(start)
        if tier.near:
            return self._near(start, start + len(keyword), tier)
        return self._assigned(start, keyword)

    def _manifest(self, start: int) -> Iterator[tuple[int, int]]:
        if start >= self._manifests:
            first, self._manifests = secret_manifests.document(self.data, start)
            yield from secret_manifests.values(self.data, start, first=first, last=self._manifests)

    def _near(self, start: int, end: int, tier: Tier) -> Iterator[tuple[int, int]]:
        """Yield the random words that follow on the same line, the name not being part of a word or an address."""
        before = self.data[start - 1 : start]
        if before.isalnum() and not (before.islower() and self.data[start : start + 1].isupper()):
            return
        tail = _TAIL.match(self.data, end)
        if tail is None or (tier.harmless_tail is not None and tier.harmless_tail.search(tail[0])):
            return
        for word in _TOKEN.finditer(self.data, tail.end(), end + _NEAR):
            if _ELSEWHERE.search(self.data, end, word.start()):
                return
            if not is_harmless(self.data, word.start()) and self.values.is_random(word[0], shortest=tier.shortest):
                yield word.span()

    def _assigned(self, start: int, keyword: bytes) -> Iterable[tuple[int, int]]:
        name_end = start + self.names.lengths[keyword]
        match = _TO_VALUE.match(self.data, name_end)
        if match is None or self._is_enough(start) or (match["flag"] and not self._is_given(start, match)):
            return ()
        before = self.data[max(0, start - 40) : start]
        head = before[len(before.rstrip(_OF_NAMES)) :]
        tier = _tier(self.names, keyword, head, match["tail"])
        if tier and tier.password and self._is_setting(head, match, name=self.data[start:name_end]):
            tier = self.names.ordinary
        return self._behind(match, tier, name=self.data[start:name_end]) if tier else ()

    def _is_setting(self, head: bytes, match: re.Match[bytes], *, name: bytes) -> bool:
        """Return whether the name is that of a password, whole, and of one that is set."""
        tail, sign = match["tail"], (match["operator"] or b"").strip()
        if _WHOLE.fullmatch(tail) is None or sign == b"(" or self.names.acts.search(head):
            return False
        if match["flag"]:
            return bool(match["quote"])
        if sign == b"," and self.data[match.end("tail") : match.end("tail") + 1] not in {b'"', b"'"}:
            return False  # the next of several values
        return self.kind is not Kind.PROGRAM or (head.rpartition(b".")[2] + name + tail).isupper()

    def _behind(self, match: re.Match[bytes], tier: Tier, *, name: bytes) -> Iterable[tuple[int, int]]:
        """Return where the secrets stand behind the sign that assigns."""
        tail, operator, quote = match.group("tail", "operator", "quote")
        sign = (operator or b"").strip()
        if quote:
            if sign == b"(" and b"." in tail:
                return ()  # a call of its method
            return self._between(match.end(), _closed(self.data, match.end(), quote), tier)
        if sign.endswith(b">") and sign[-2:] not in {b"=>", b"->"}:  # an XML element
            return self._between(match.end(), _closed(self.data, match.end(), b"<"), tier)
        if sign in _NEED_QUOTES:
            return ()
        variable = operator == b"=" and name.isupper()
        return self._bare(
            match.end(), tier, plain=tier.password and (variable or (self.kind is Kind.SETTINGS and sign in _ASSIGN))
        )

    def _is_enough(self, start: int) -> bool:
        """Return whether the block of *start* has had more names than text that means something holds."""
        block = start // _BLOCK
        self._block, self._seen = block, self._seen + 1 if block == self._block else 1
        return self._seen > _MOST_NAMES

    def _is_given(self, start: int, match: re.Match[bytes]) -> bool:
        """Return whether what follows after a blank is the value: of an option, or of a user in SQL."""
        told = self.kind is Kind.DATA or b"BY" in match["flag"] or self.data[start : match.start("tail")].isupper()
        return (told and match["quote"] == b"'") or self._is_flag(start)

    def _is_flag(self, start: int) -> bool:
        """Return whether the name at *start* is (the end of) an option of a command."""
        before = self.data[max(0, start - _LONGEST_FLAG - 1) : start]
        name = before[len(before.rstrip(_OF_FLAGS)) :]
        return name.startswith(b"-") and len(name) <= _LONGEST_FLAG

    def _between(self, start: int, end: int, tier: Tier) -> Iterator[tuple[int, int]]:
        """Yield the secrets between two places: the whole, or the random ones of several words."""
        scheme = _SCHEME.match(self.data, start, max(start, end))
        start = scheme.end() if scheme else start
        value = self.data[start:end].strip() if end > start else b""
        if value and not _SEVERAL.search(value):
            start = self.data.index(value, start)
            if self._is_secret(value, tier, plain=True):
                yield start, self._end_of_long(start, start + len(value))
        elif value:
            for word in _WORD.finditer(self.data, start, end):
                if self.values.is_random(word[0], shortest=max(tier.shortest, 12)):
                    yield word.span()

    def _bare(self, start: int, tier: Tier, *, plain: bool) -> Iterator[tuple[int, int]]:
        bare = _BARE.match(self.data, start)
        if bare is None or self.data[bare.end() : bare.end() + 1] in {b"(", b"["}:
            return
        end = self._end_of_long(start, self._end_of_more(bare.end()))
        with_signs = 4 <= end - bare.end() < 120  # an equals sign or a colon is inside
        if self._is_secret(bare[0], tier, plain=plain) or (
            with_signs and self.values.is_random(self.data[start:end], shortest=24)
        ):
            yield start, end

    def _end_of_more(self, end: int) -> int:
        """Return where a value ends that is bare up to *end*, the signs in it being its own."""
        if self.data[end - 1] != 0x3D and self.data[end : end + 1] not in _SIGNS:
            return end
        first, last = self._run
        if not first <= end <= last:
            more = _MORE.match(self.data, end)
            last = more.end() if more else end
            self._run = end, last
        return min(last, end + _MOST_MORE)

    def _end_of_long(self, start: int, end: int) -> int:
        """Return where a value ends of which no more than is judged stands from *start* to *end*."""
        if end - start < _LONGEST:
            return end
        first, last = self._long_run
        if not first <= end <= last:
            rest = _REST.match(self.data, end)
            last = rest.end() if rest else end
            self._long_run = end, last
        return last

    def _is_secret(self, value: bytes, tier: Tier, *, plain: bool) -> bool:
        if len(value) < 12 and _FIGURE.search(value) is None and not tier.ordinary:
            return False  # as most words are
        asked = (value, tier.id, plain)
        if asked not in self._judged:
            self._judged[asked] = self.values.is_secret(value, tier, plain=plain)
        return self._judged[asked]


@lru_cache(maxsize=4096)
def _tier(names: Names, keyword: bytes, head: bytes, tail: bytes) -> Tier | None:
    """Return what `Names.tier` does: the same names come again in every file."""
    return names.tier(keyword, head=head, tail=tail)


def is_harmless(data: bytes, start: int) -> bool:
    """Return whether the value at *start* is an id, or public on purpose, as the name right before it says."""
    return _HARMLESS.search(data, max(0, start - 48), start) is not None


def _closed(data: bytes, start: int, quote: bytes) -> int:
    """Return where the quoted value ends, or what is judged of it, on the same line; -1 where it does not end there.

    An element's value, whose *quote* is the next tag's, may go over several lines.
    """
    end = data.find(quote, start, start + _LONGEST)
    while end > start and data[end - 1] == 0x5C and not quote.startswith(b"\\"):  # an escaped quote
        end = data.find(quote, end + 1, start + _LONGEST)
    if end < 0:
        end = min(len(data), start + _LONGEST)
        return -1 if _SPACE.search(data, start, end) else end
    return -1 if b"\n" in data[start:end] and quote in _ONE_LINE else end
