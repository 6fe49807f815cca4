"""What the judge writes, without the project's code in it: no line of a project may reach the database."""

import unicodedata
from collections.abc import Iterable, Sequence

from evaluator.domain import Digest, FileClass
from evaluator.grading.squeeze import squeeze

LONGEST = 23  # signs of code, whitespace not counted, that may stand in a text: a name, a call
MARKER = "[code withheld]"
_RUN = LONGEST + 1
_PROBE = _RUN // 2  # any run of _RUN signs holds a whole probe that starts at a multiple of this
_CODE: frozenset[FileClass] = frozenset({"code", "test", "config", "manifest", "other"})


class Withholder:
    """Takes the code of one project, and what an answer quotes from it, out of texts."""

    def __init__(self, digest: Digest, *, quotes: Iterable[str]) -> None:
        shown = (block for block in digest.blocks if block.file_class in _CODE)
        texts = ["".join(squeeze(line.text) for line in block.lines) for block in shown]
        self._secret = "\n".join([*texts, *map(squeeze, quotes)])
        self._paths = sorted((f.path for f in digest.files if len(f.path) > LONGEST), key=len, reverse=True)

    def clean(self, text: str) -> str:
        """Return *text* with each run of code or quote in it replaced by a marker; paths of files may stay."""
        text = unicodedata.normalize("NFC", text)
        signs, places = _signs(text)
        hidden = self._hidden(signs, spared=self._spared(text, places))
        parts: list[str] = []
        end = 0
        for first, last in hidden:
            parts += [text[end : places[first]], MARKER]
            end = places[last] + 1
        return "".join([*parts, text[end:]])

    def _hidden(self, signs: str, *, spared: Sequence[bool]) -> list[tuple[int, int]]:
        """Return the first and last sign of each run that stands in the code, apart from each other and in order."""
        runs: list[tuple[int, int]] = []
        for probe in range(0, len(signs) - _PROBE + 1, _PROBE):
            if signs[probe : probe + _PROBE] not in self._secret:
                continue
            for start in range(max(0, probe - _PROBE), min(probe, len(signs) - _RUN) + 1):
                if all(spared[start : start + _RUN]) or signs[start : start + _RUN] not in self._secret:
                    continue
                if runs and start <= runs[-1][1] + 1:
                    runs[-1] = (runs[-1][0], max(runs[-1][1], start + _RUN - 1))
                else:
                    runs.append((start, start + _RUN - 1))
        return runs

    def _spared(self, text: str, places: Sequence[int]) -> list[bool]:
        """Return for each sign whether it belongs to the path of a file, which may be named."""
        spared = bytearray(len(text))
        for path in self._paths:
            start = text.find(path)
            while start >= 0:
                spared[start : start + len(path)] = b"\x01" * len(path)
                start = text.find(path, start + len(path))
        return [bool(spared[place]) for place in places]


def _signs(text: str) -> tuple[str, list[int]]:
    """Return *text* squeezed, and for each of its signs the place in *text* that it comes from."""
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        for plain_sign in squeeze(sign):
            signs.append(plain_sign)
            places.append(place)
    return "".join(signs), places
