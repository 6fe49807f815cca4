"""Values that stand beside a telling name: `api_key = "..."` in any syntax, headers, flags (security spec)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from evaluator.digest import secret_manifests
from evaluator.digest.secret_values import Tier, Values

_LONGEST = 1500  # bytes of a value
_NEAR = 100  # bytes behind the name of a provider
_AROUND = b"=:\\\"'` "  # what a keyword may end with that is no longer of the name
_HEAD = re.compile(rb"[\w.-]{0,40}\Z")
_TAIL = re.compile(rb"[\w.-]{0,40}")
_FLAG = re.compile(rb"(?<![\w-])--?[\w-]{0,40}\Z")
# From the end of the keyword to the value: the rest of the name, what closes it, what assigns. Nothing is tried twice.
_TO_VALUE = re.compile(
    rb"""
    (?P<tail>[\w.-]{0,40}+ (?:[ ](?:key|token|secret|id|is)\b)?+)
    (?:\\{0,3}["'`]|&quot;|\*\*)?+ \]?+
    (?:
        (?P<operator>
            [ \t]{0,20}+ (?:
                :[ ]?[&A-Za-z][\w<>\[\]|?.]{0,30}+[ ]{0,4}=(?!=)                # type annotations
              | (?<=[ \t])(?:string|\[\]byte)[ ]{0,4}=
              | \(\)[\w:>\-\ ]{0,30}+\{?\s{0,40}return\b
              | =>|:{1,3}=|[?+.|&]{0,2}=|===?|<-|->|:|,|-(?=[ ]["'])|\|\||\?\?|>|\(|\|
              | \)[ ]{0,4}(?:\|\||\?\?|or\b|:)
            )
          | ["']?\s{0,10}+,?\s{0,40}+(?:["']?(?:value|default|secret)["']?|content)\s{0,3}[:=]  # name and value apart
          | </\w{1,20}>\s{0,40}+<(?:value|string)>
          | (?P<flag>[ \t]{1,4})(?=[^\s:=,;.])
        )
        (?:\s{0,40}+ (?:[|>][+-]?\s{1,40}+)?)
    )
    (?:(?:Bearer|Basic|(?:Api-?)?Token|Bot|Api-?Key|Key|JWT|SSWS)[ ]{1,3})?
    (?:(?:new[ ])?[\w.:]{1,40}\(\s{0,10}+(?=["'`])){0,2}
    (?:[A-Za-z@$]{0,2}(?P<quote>\\{0,3}(?:["'`]{3}|["'`])|&quot;))?
    (?=(?:[^"'`<>\n\\]|\\.){8})                                                # a value is no shorter
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NEED_QUOTES = frozenset({b",", b"(", b"||", b"??"})  # without them a name follows
_ASSIGN = frozenset({b"=", b":"})
_SCHEME = re.compile(rb"(?:Bearer|Basic|(?:Api-?)?Token|Bot|Api-?Key|Key|JWT|SSWS|OAuth)[ ]{1,3}", re.IGNORECASE)
_BARE = re.compile(rb"[^\s\"'`<>()\[\]{},;\\=&:|]{4,1500}+={0,3}")
_MORE = re.compile(rb"[^\s\"'`<>()\[\]{},;\\&]{0,200}")
_WORD = re.compile(rb"[^\s\"'`<>()\[\]{},;\\]{8,1500}")
_TOKEN = re.compile(rb"(?<![\w/+@.%#-])[A-Za-z0-9_+/=-]{16,500}(?![\w/+@.%(])")
_ELSEWHERE = re.compile(rb"[\n/?&<>]")  # another line, or inside of an address
_SEVERAL = re.compile(rb"[\s{]")
_HARMLESS = re.compile(
    rb"(?:id|etag|nonce|verification|(?:public|csrf)[\w-]{0,12})(?:[\"']?\s{0,3}[:=]|[\"'] content=)\s{0,3}[\"'`]\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Names:
    """What is known about names: the data of the rule file."""

    tiers: Mapping[bytes, Tier]  # keyword -> tier
    raised: Tier  # what a name of a tier that depends is with a telling head
    telling: re.Pattern[bytes]  # heads of names
    harmless: re.Pattern[bytes]  # heads of names

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
    settings: bool  # whether it is a file of settings, where values need no quotes
    _judged: dict[tuple[bytes, str, bool], bool] = field(default_factory=dict)  # texts repeat themselves
    _manifests: int = 0  # how far they were read

    def find(self, start: int, keyword: bytes) -> Iterator[tuple[int, int]]:
        """Yield where the secrets stand that belong to the keyword at *start*."""
        tier = self.names.tiers[keyword]
        if tier.manifest:
            yield from self._manifest(start)
        elif tier.near:
            yield from self._near(start, start + len(keyword), tier)
        else:
            yield from self._assigned(start, keyword)

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

    def _assigned(self, start: int, keyword: bytes) -> Iterator[tuple[int, int]]:
        name = keyword.rstrip(_AROUND)
        match = _TO_VALUE.match(self.data, start + len(name))
        if match is None or (match["flag"] and not _FLAG.search(self.data, max(0, start - 48), start)):
            return
        head = _HEAD.search(self.data, max(0, start - 40), start)
        tier = self.names.tier(keyword, head=head[0] if head else b"", tail=match["tail"])
        if tier is None:
            return
        operator = (match["operator"] or b"").strip()
        if match["quote"]:
            if operator != b"(" or b"." not in match["tail"]:  # else it is a call of its method
                yield from self._between(match.end(), _closed(self.data, match.end(), match["quote"]), tier)
        elif operator.endswith(b">") and operator[-2:] not in {b"=>", b"->"}:  # an XML element
            yield from self._between(match.end(), self.data.find(b"<", match.end(), match.end() + _LONGEST), tier)
        elif operator not in _NEED_QUOTES:
            variable = match["operator"] == b"=" and self.data[start : start + len(name)].isupper()
            plain = tier.password and (variable or (self.settings and operator in _ASSIGN))
            yield from self._bare(match.end(), tier, plain=plain)

    def _between(self, start: int, end: int, tier: Tier) -> Iterator[tuple[int, int]]:
        """Yield the secrets between two places: the whole, or the random ones of several words."""
        scheme = _SCHEME.match(self.data, start, max(start, end))
        start = scheme.end() if scheme else start
        value = self.data[start:end].strip() if end > start else b""
        if value and not _SEVERAL.search(value):
            start = self.data.index(value, start)
            if self._is_secret(value, tier, plain=True):
                yield start, start + len(value)
        elif value:
            for word in _WORD.finditer(self.data, start, end):
                if self.values.is_random(word[0], shortest=max(tier.shortest, 12)):
                    yield word.span()

    def _bare(self, start: int, tier: Tier, *, plain: bool) -> Iterator[tuple[int, int]]:
        bare = _BARE.match(self.data, start)
        if bare is None or self.data[bare.end() : bare.end() + 1] in {b"(", b"["}:
            return
        more = _MORE.match(self.data, bare.end())
        end = more.end() if more else bare.end()
        with_signs = 4 <= end - bare.end() < 120  # an equals sign or a colon is inside
        if self._is_secret(bare[0], tier, plain=plain) or (
            with_signs and self.values.is_random(self.data[start:end], shortest=24)
        ):
            yield start, end

    def _is_secret(self, value: bytes, tier: Tier, *, plain: bool) -> bool:
        asked = (value, tier.id, plain)
        if asked not in self._judged:
            self._judged[asked] = self.values.is_secret(value, tier, plain=plain)
        return self._judged[asked]


def is_harmless(data: bytes, start: int) -> bool:
    """Return whether the value at *start* is an id, or public on purpose, as the name right before it says."""
    return _HARMLESS.search(data, max(0, start - 48), start) is not None


def _closed(data: bytes, start: int, quote: bytes) -> int:
    """Return where the quoted value ends, on the same line; -1 where it does not."""
    end = data.find(quote, start, start + _LONGEST)
    while end > start and data[end - 1] == 0x5C and not quote.startswith(b"\\"):  # an escaped quote
        end = data.find(quote, end + 1, start + _LONGEST)
    return -1 if b"\n" in data[start:end] and len(quote) == 1 else end
