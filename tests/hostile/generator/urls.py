"""URLs and refs that mean something else than they seem to. None of them may be dialled."""

from collections.abc import Callable, Iterator, Sequence

from tests.hostile.generator.case import BAD_URL, NO_PATH, PUBLIC, Ask, Case, Place, refused

_REFUSED = (*BAD_URL, *NO_PATH, "empty_source")

# {host} is the internal service with its port, {command} a program that leaves a trace
_URLS = {
    "userinfo": "https://user:password@github.com/a/b",
    "userinfo-as-host": "https://github.com@{host}/a/b",
    "userinfo-encoded": "https://github.com%40{host}/a/b",
    "empty-userinfo": "https://@github.com/a/b",
    "backslash-in-authority": "http://{host}\\@github.com/a/b",
    "backslash-for-slash": "https:\\\\github.com\\a\\b",
    "backslash-in-path": "https://github.com/a\\..\\b",
    "three-slashes": "https:///github.com/a/b",
    "one-slash": "https:/github.com/a/b",
    "no-host": "https:///a/b",
    "encoded-slash": "https://github.com/a%2Fb/c",
    "encoded-backslash": "https://github.com/a%5cb/c",
    "encoded-line-end": "https://github.com/a%0d%0ab/c",
    "encoded-nul": "https://github.com/a%00b/c",
    "encoded-percent": "https://github.com/a%252e%252e/c",
    "encoded-parent": "https://github.com/%2e%2e/%2e%2e/c",
    "half-an-escape": "https://github.com/a%2/c",
    "parent": "https://github.com/a/../../b",
    "query": "https://github.com/a/b?upload-pack=x",
    "fragment": "https://github.com/a/b#main",
    "fragment-host": "https://{host}#github.com/a/b",
    "option-as-path": "https://github.com/-u/b",
    "encoded-option-as-path": "https://github.com/%2du/b",
    "port-of-another": "https://github.com:22/a/b",
    "port-zero": "https://github.com:0/a/b",
    "port-too-high": "https://github.com:65979/a/b",
    "port-empty": "https://github.com:/a/b",
    "port-in-full-width": "https://github.com:\uff14\uff14\uff13/a/b",
    "control-character": "https://github.com/a\x01/b",
    "line-end": "https://github.com/a/b\nhttps://{host}/",
    "tab": "https://git\thub.com/a/b",
    "blank-before": " https://{host}/a/b",
    "escape-sequence": "https://github.com/\x1b[2Ja/b",
    "too-long": "https://github.com/a/" + "b" * 3000,
    "capital-scheme": "HTTPS://{host}/a/b",
    "plain-http": "http://{host}/a/b",
    "loopback": "https://{host}/a/b",
    "loopback-hex": "https://0x7f.7.7.7/a/b",
    "loopback-hex-whole": "https://0x7f070707/a/b",
    "loopback-octal": "https://0177.07.07.07/a/b",
    "loopback-number": "https://2131167495/a/b",
    "loopback-short": "https://127.1/a/b",
    "loopback-trailing-dot": "https://127.7.7.7./a/b",
    "zero": "https://0/a/b",
    "any-address": "https://0.0.0.0/a/b",
    "localhost": "https://localhost/a/b",
    "localhost-trailing-dot": "https://localhost./a/b",
    "metadata-service": "https://169.254.169.254/latest/meta-data",
    "private": "https://10.0.0.1/a/b",
    "six-loopback": "https://[::1]/a/b",
    "six-mapped": "https://[::ffff:127.7.7.7]/a/b",
    "six-mapped-hex": "https://[::ffff:7f07:707]/a/b",
    "six-nat64": "https://[64:ff9b::7f07:707]/a/b",
    "six-6to4": "https://[2002:7f07:707::]/a/b",
    "six-teredo": "https://[2001:0:53aa:64c::1]/a/b",
    "six-link-local": "https://[fe80::1%25eth0]/a/b",
    "six-unique-local": "https://[fd00::1]/a/b",
    "idn-homograph": "https://g\u0456thub.com/a/b",
    "idn-dots": "https://127\u30027\u30027\u30027/a/b",
    "idn-circled": "https://\u2460\u2461\u2466.\u2466.\u2466.\u2466/a/b",
    "single-label": "https://intranet/a/b",
    "underscore-host": "https://a_b.example.org/a/b",
    "trailing-dot": "https://github.com./a/b",
    "bidi-override": "https://github.com/\u202eb/a",
    "ext": "ext::{command}",
    "ext-with-slashes": "ext::{command}://github.com/a/b",
    "ext-with-option": "ext::sh -c {command}% >&2",
    "fd": "fd::0",
    "transport-of-transport": "https::ext::{command}",
    "remote-helper-name": "foo::https://github.com/a/b",
    "file": "file://{outside}",
    "file-with-host": "file://localhost{outside}",
    "git-protocol": "git://{host}/a/b",
    "ftp": "ftp://{host}/a/b",
    "ftps": "ftps://{host}/a/b",
    "gopher": "gopher://{host}/_GET",
    "dict": "dict://{host}/a",
    "javascript": "javascript://%0aalert(1)//a/b",
    "ssh": "ssh://git@{host}/a/b",
    "ssh-proxy-command": "ssh://-oProxyCommand={command}/a/b",
    "ssh-proxy-command-as-user": "ssh://-oProxyCommand={command}@github.com/a/b",
    "git-and-ssh": "git+ssh://{host}/a/b",
    "scp": "git@{internal}:a/b.git",
    "scp-option": "-oProxyCommand={command}:a/b",
    "scp-option-as-user": "-oProxyCommand={command}@github.com:a/b",
    "scp-option-as-path": "git@github.com:-oProxyCommand={command}",
    "scp-six": "git@[::1]:a/b",
    "option-upload-pack": "--upload-pack={command}",
    "option-config": "-ccore.sshCommand={command}",
    "only-an-option": "-",
    "blank": "   ",
    "empty": "",
    "nul": "https://github.com/a/b\0",
    "half-a-character": "https://github.com/a/\udcff",
    "a-device": "/dev/zero",
    "a-pipe-of-the-kernel": "/proc/self/mem",
    "home-of-nobody": "~nobodyhasthisname/x",
    "unc": "\\\\{internal}\\share\\x",
    "windows-path": "C:\\Users\\x",
    "bundle": "{outside}/x.bundle",
}

_REFS = {
    "upload-pack": "--upload-pack={command}",
    "option": "-q",
    "end-of-options": "--end-of-options",
    "reflog": "main@{1}",
    "range": "main..dev",
    "parent": "../../../outside",
    "parent-within": "a/../../b",
    "refspec": "main:refs/heads/x",
    "forced": "+main",
    "peeled": "main^{commit}",
    "path-of-a-commit": "HEAD:secret",
    "tilde": "main~1",
    "search": ":/fix",
    "glob": "refs/*",
    "backslash": "a\\b",
    "space": "a b",
    "line-end": "main\n--upload-pack={command}",
    "escape-sequence": "main\x1b[2J",
    "nul": "main\0x",
    "bidi-override": "ma\u202ein",
    "lock": "refs/heads/main.lock",
    "lock-within": "a.lock/b",
    "trailing-slash": "main/",
    "two-slashes": "a//b",
    "hidden": ".git/config",
    "dot-within": "a/.b",
    "too-long": "a" * 5000,
    "full-width": "\uff4dain",
    "half-a-character": "main\udcff",
    "empty": "",
}

_SUBDIRS = {
    "parent": "../..",
    "parent-within": "src/../../outside",
    "absolute": "/etc",
    "git": ".git/hooks",
    "git-in-capitals": ".GIT",
    "backslash": "..\\..",
    "line-end": "src\nx",
    "nul": "src\0",
    "half-a-character": "src\udcff",
    "too-long": "a/" * 5000,
}

# What a name may resolve to: refused where one address of them is not public
_ANSWERS = {
    "loopback": [["127.7.7.7"]],
    "public-and-loopback": [[PUBLIC, "127.7.7.7"]],
    "metadata": [["169.254.169.254"]],
    "carrier-grade": [["100.64.0.1"]],
    "mapped": [["::ffff:127.7.7.7"]],
    "nat64": [["64:ff9b::7f07:707"]],
    "nat64-local": [["64:ff9b:1::7f07:707"]],
    "6to4": [["2002:7f07:707::1"]],
    "teredo": [["2001:0:53aa:64c::1"]],
    "loopback-six": [["::1"]],
    "unspecified": [["0.0.0.0"]],
    "multicast": [["224.0.0.1"]],
    "broadcast": [["255.255.255.255"]],
    "outside-of-2000": [["4000::1"]],
    "compatible": [["::127.7.7.7"]],
    "site-local": [["fec0::1"]],
    "link-local-with-zone": [["fe80::1%lo"]],
}


def urls() -> Iterator[Case]:
    """Yield the URLs that are refused as they stand."""
    for name, text in _URLS.items():
        yield refused(f"url-{name}", _asking(text), *_REFUSED, "bad_archive")


def names() -> Iterator[Case]:
    """Yield the names of hosts that resolve to where nobody should go."""
    for name, answers in _ANSWERS.items():
        yield refused(f"resolves-to-{name}", _resolving("evil.example.org", answers), "private_address")
    for name, turns in {
        "after-the-check": [[PUBLIC], ["127.7.7.7"]],
        "at-once": [["127.7.7.7"], [PUBLIC]],
        "at-the-third": [[PUBLIC], [PUBLIC], ["127.7.7.7"]],
    }.items():
        codes = ("private_address", "source_unreachable", "fetch_timeout")
        yield refused(f"rebinds-{name}", _resolving("rebind.example.org", turns), *codes)
    for name, host, address in (
        ("below-localhost", "x.localhost", "127.7.7.7"),
        ("metadata-service", "metadata.google.internal", "169.254.169.254"),
    ):
        yield refused(f"name-{name}", _resolving(host, [[address]]), "private_address", "untrusted_source")
    for name, host in (("unknown", "nowhere.example.org"), ("homograph-in-punycode", "xn--gthub-n4a.com")):
        yield refused(f"name-{name}", _asking(f"https://{host}/a/b"), "source_unreachable")


def refs() -> Iterator[Case]:
    """Yield the refs that are none."""
    for name, text in _REFS.items():
        yield refused(f"ref-{name}", _asking("https://example.org/a/b", ref=text), "bad_ref")


def subdirs() -> Iterator[Case]:
    """Yield the subdirectories that lead elsewhere."""
    for name, text in _SUBDIRS.items():
        yield refused(f"subdir-{name}", _asking("https://example.org/a/b", subdir=text), "bad_subdir", "unknown_subdir")


def _resolving(host: str, answers: Sequence[Sequence[str]]) -> Callable[[Place], Ask]:
    """Return the maker of a source on a host whose name is resolved to *answers*, one after the other."""
    return lambda _: Ask(f"https://{host}/a/b", answers={host: answers}, limits={"seconds": 2})


def _asking(text: str, *, ref: str | None = None, subdir: str | None = None) -> Callable[[Place], Ask]:
    def make(place: Place) -> Ask:
        known = {
            "{host}": place.canaries.service,
            "{internal}": place.canaries.service.partition(":")[0],
            "{command}": str(place.canaries.command),
            "{outside}": str(place.canaries.outside),
        }

        def filled(text: str | None) -> str | None:
            for name, value in known.items():
                text = text and text.replace(name, value)
            return text

        return Ask(filled(text) or "", ref=filled(ref), subdir=filled(subdir))

    return make
