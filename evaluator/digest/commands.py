"""What a command line or a manifest names: files, modules, folders. Words only; nothing is parsed, nothing is run."""

import re
from collections.abc import Sequence

_WORD = re.compile(r"[\w@./:*+-]{2,300}")
_BYTES = bytes(byte if byte > 0x7F or chr(byte).isalnum() or chr(byte) in "_@./:*+-" else 0x20 for byte in range(256))
_MODULE = re.compile(
    r"(?:-m|--app|-A|FLASK_APP|DJANGO_SETTINGS_MODULE)[\s=\"':,]{1,8}([A-Za-z_][\w.]{0,150})", re.ASCII
)
_OBJECT = re.compile(r"([A-Za-z_][\w.]{0,150}):[A-Za-z_]\w{0,80}", re.ASCII)
_PROGRAM = "py js mjs cjs ts mts cts jsx tsx vue svelte css scss less html sh bash fish zsh rb php go rs c cc cpp cxx"
_OTHERS = "m mm cu ino java kt scala cs swift dart exs pl lua r R jl sql ipynb hs zig o"
_SUFFIXES = frozenset(suffix for names in (_PROGRAM, _OTHERS) for suffix in names.split(" "))
_MOST_FILES = 3000  # of one manifest
_MOST_OTHERS = 300
_MOST = 256 << 10  # bytes of one manifest that are looked at


def text(data: bytes) -> str:
    """Return what of a manifest is looked at."""
    return data[:_MOST].decode("utf-8", "surrogateescape")


def words(manifest: str) -> list[str]:
    """Return the words of a manifest that could be paths or modules, each once, in the order of the text."""
    whole = dict.fromkeys(manifest.encode("utf-8", "surrogateescape").translate(_BYTES).split())  # far fewer to look at
    return list(dict.fromkeys(_WORD.findall(b" ".join(whole).decode("utf-8", "surrogateescape"))))


def files(found: Sequence[str]) -> list[str]:
    """Return the words that end like a source file."""
    named = [word for word in found if "." in word and word.rpartition(".")[2] in _SUFFIXES]
    return [word.partition(":")[0] for word in named[:_MOST_FILES]]


def modules(manifest: str, found: Sequence[str]) -> list[str]:
    """Return the Python modules that are run (`-m pkg`), served (`pkg.mod:app`) or declared as scripts."""
    served = (_OBJECT.fullmatch(word) for word in found if ":" in word)
    named = [*_MODULE.findall(manifest), *(match[1] for match in served if match)]
    return list(dict.fromkeys(named))[:_MOST_OTHERS]


def folders(found: Sequence[str]) -> list[str]:
    """Return the words that begin like a folder of this project, such as the `./cmd/x` of `go run ./cmd/x`."""
    return [word for word in found if word.startswith("./")][:_MOST_OTHERS]
