"""Forges that send you elsewhere, never end, say too much, or are none."""

import functools
import zlib
from collections.abc import Callable, Iterator

from tests.hostile.generator.case import BROKEN, FORGES, Ask, Case, Place, digested, random_text, refused
from tests.hostile.generator.objects import Objects, project
from tests.hostile.generator.servers import Call, Script, capabilities, forge, packet, sent, serving

_AWAY = ("repository_moved", "private_address", "untrusted_source", "source_unreachable", "unreadable_repository")
_NO_FORGE = (*_AWAY, *BROKEN, "repository_not_found", "bad_url")
_ENDLESS = ("source_unreachable", "fetch_timeout", "too_large", "unreadable_repository", "bad_repository")
_PATIENCE = 1  # seconds that a fetch may take here
_REFS = "application/x-git-upload-pack-advertisement"
_RESULT = "application/x-git-upload-pack-result"


def asking(script: Script, **limits: object) -> Callable[[Place], Ask]:
    """Return the maker of a source on a server that answers as *script* does."""

    def make(place: Place) -> Ask:
        url = place.stack.enter_context(serving(script))
        return Ask(f"{url}/owner/project", limits=limits)

    return make


def redirects() -> Iterator[Case]:
    """Yield the redirects: to inside, to other protocols, in circles."""
    targets = {
        "inside": "http://{service}/owner/project/info/refs?service=git-upload-pack",
        "inside-with-user": "http://x:y@{service}/info/refs",
        "loopback-name": "http://localhost:{port}/info/refs",
        "loopback-number": "http://2131167495:{port}/info/refs",
        "loopback-mapped": "http://[::ffff:127.7.7.7]:{port}/info/refs",
        "metadata-service": "http://169.254.169.254/latest/info/refs",
        "without-scheme": "//{service}/info/refs",
        "file": "file://{outside}/info/refs",
        "git": "git://{service}/info/refs",
        "ssh": "ssh://-oProxyCommand={command}/info/refs",
        "ext": "ext::{command}/info/refs",
        "ftp": "ftp://{service}/info/refs",
        "gopher": "gopher://{service}/_x/info/refs",
        "dict": "dict://{service}/info/refs",
        "line-end": "http://{service}/\r\nSet-Cookie: x=y/info/refs",
        "huge": "http://{service}/" + "a" * 200_000 + "/info/refs",
        "none": "",
        "relative": "../../../info/refs",
    }
    for name, target in targets.items():
        yield refused(f"redirect-to-{name}", functools.partial(_redirecting, target, 302), *_NO_FORGE)
    for status in (300, 301, 303, 307, 308):
        yield refused(f"redirect-{status}", functools.partial(_redirecting, targets["inside"], status), *_NO_FORGE)
    yield refused("redirect-of-the-pack", _redirecting_pack, *_NO_FORGE)
    yield refused("redirect-loop", asking(_circle), *_NO_FORGE)
    yield refused("redirect-chain", asking(_chain), *_NO_FORGE)
    yield digested("redirect-carries-no-token", _token_elsewhere, codes=_NO_FORGE)


def _filled(text: str, place: Place) -> str:
    canaries = place.canaries
    return text.format(service=canaries.service, port=canaries.port, outside=canaries.outside, command=canaries.command)


def _redirecting(target: str, status: int, place: Place) -> Ask:
    location = _filled(target, place)
    return asking(lambda call: call.answer(status, Location=location))(place)


def _redirecting_pack(place: Place) -> Ask:
    honest, away = forge(project()), _filled("http://{service}/x", place)
    return asking(lambda call: honest(call) if call.method == "GET" else call.answer(307, Location=away))(place)


def _circle(call: Call) -> None:
    call.answer(302, Location=call.path)


def _chain(call: Call) -> None:
    path, _, query = call.path.partition("?")
    call.answer(302, Location=f"/x{path}?{query}")


def _token_elsewhere(place: Place) -> Ask:
    """A trusted forge with a token sends us to another port, which must not see the token."""
    token = place.plant("glpat-" + random_text("abcdefghijkmnopqrstuvwxyz23456789", 20))

    def elsewhere(call: Call) -> None:
        if "authorization" in call.headers:
            place.canaries.calls.append("a token, sent to where it does not belong")
        forge(project())(call)

    away = place.stack.enter_context(serving(elsewhere))
    url = place.stack.enter_context(serving(lambda call: call.answer(302, Location=away + call.path)))
    return Ask(f"{url}/owner/project", limits={"forge_tokens": {url.removeprefix("http://"): token}})


def endless() -> Iterator[Case]:
    """Yield the servers that are slow, or never come to an end."""
    scripts: dict[str, Script] = {
        "silent": _silent,
        "drips-headers": _drips_headers,
        "drips-refs": functools.partial(_repeats, b"003f" + b"a" * 40 + b" refs/heads/branch-abcdef\n", pause=0.05),
        "refs": functools.partial(_repeats, (b"003f" + b"a" * 40 + b" refs/heads/branch-abcdef\n") * 8192),
        "capabilities": functools.partial(_repeats, packet("x" * 60000 + "\n") * 8, head=b"000eversion 2\n"),
        "flushes": functools.partial(_repeats, b"0000" * 65536),
        "headers": _endless_headers,
        "continues": _continues,
        "body-of-a-page": functools.partial(_repeats, b"<html>" * 65536, type="text/html"),
        "body-of-an-error": functools.partial(_repeats, b"no" * 65536, status=500, type="text/plain"),
    }
    for name, script in scripts.items():
        codes = ("repository_not_found", *_ENDLESS)
        yield refused(f"endless-{name}", asking(script, seconds=_PATIENCE), *codes, seconds=_PATIENCE + 2.5)
    second: dict[str, Callable[[Call], None]] = {
        "list": functools.partial(_repeats, packet("a" * 40 + " refs/heads/branch\n") * 8192, first=b"", type=_RESULT),
        "progress": functools.partial(_sends, b"\2working on it\n" * 4000),
        "pack": functools.partial(_sends, b"\1" + zlib.compress(b"x") * 4000),
        "keepalive": functools.partial(_sends, b"\1"),
        "shallow": functools.partial(_repeats, packet("shallow " + "a" * 40) * 8192, first=b"", type=_RESULT),
        "acknowledgements": functools.partial(_repeats, packet("ACK " + "a" * 40) * 8192, first=b"", type=_RESULT),
        "stalls-amid-the-pack": _stalls,
    }
    for name, answer in second.items():
        script = functools.partial(_v2, of_list=answer) if name == "list" else functools.partial(_v2, of_fetch=answer)
        yield refused(f"endless-{name}", asking(script, seconds=_PATIENCE), *_ENDLESS, seconds=_PATIENCE + 2.5)


def _repeats(
    piece: bytes,
    call: Call,
    *,
    pause: float = 0,
    first: bytes = b"001e# service=git-upload-pack\n0000",
    head: bytes = b"",
    status: int = 200,
    type: str = _REFS,
) -> None:
    call.begin(status, Content_Type=type)
    call.out.write(first + head)
    while not call.over.wait(pause):
        call.out.write(piece)


def _v2(call: Call, *, of_list: Script | None = None, of_fetch: Script | None = None) -> None:
    honest = forge(project())
    wanted = of_list if b"command=ls-refs" in call.body else of_fetch if b"command=fetch" in call.body else None
    (wanted or honest)(call)


def _sends(band: bytes, call: Call) -> None:
    _repeats(packet(band) * 4, call, first=packet("packfile\n"), type=_RESULT)


def _stalls(call: Call) -> None:
    call.begin(200, Content_Type=_RESULT)
    call.out.write(sent(project().pack())[:120])
    call.out.flush()
    call.over.wait()


def _saying(status: int, body: bytes = b"", **headers: str) -> Script:
    return lambda call: call.answer(status, body, **headers)


def _writing(data: bytes) -> Script:
    """Return a server that writes this and hangs up."""

    def script(call: Call) -> None:
        call.out.write(data)

    return script


def _silent(call: Call) -> None:
    call.over.wait()


def _drips_headers(call: Call) -> None:
    call.out.write(b"HTTP/1.1 200 OK\r\n")
    while not call.over.wait(0.05):
        call.out.write(b"X-Drip: drop\r\n")


def _endless_headers(call: Call) -> None:
    call.out.write(b"HTTP/1.1 200 OK\r\n")
    while not call.over.wait(0):
        call.out.write(b"X-Flood: " + b"x" * 8000 + b"\r\n")


def _continues(call: Call) -> None:
    while not call.over.wait(0):
        call.out.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


def liars() -> Iterator[Case]:
    """Yield the servers whose answers are not what they say, or no answers."""
    for status in (400, 401, 403, 404, 407, 410, 418, 429, 451, 500, 503, 999):
        headers = {401: {"WWW_Authenticate": 'Basic realm="\x1b[2Jpassword"'}, 407: {"Proxy_Authenticate": "Basic"}}
        script = _saying(status, b"<html>no", **headers.get(status, {}))
        yield refused(f"status-{status}", asking(script), *_NO_FORGE)
    for method in ("Negotiate", "NTLM", "Bearer", "Digest"):
        script = _saying(401, WWW_Authenticate=f'{method} realm="x"')
        yield refused(f"asks-for-{method.lower()}", asking(script), *_NO_FORGE)
    bodies = {
        "page": (b"<html>Sign in</html>", "text/html"),
        "nothing": (b"", _REFS),
        "nulls": (b"\0" * 100_000, _REFS),
        "bad-length": (b"zzzz# service", _REFS),
        "length-of-one": (b"001e# service=git-upload-pack\n00000001", _REFS),
        "error-packet": (packet("ERR \x1b[31mpwned\x07\r\nfatal: " + "x" * 60000), _REFS),
        "version-9": (packet("# service=git-upload-pack\n") + b"0000" + packet("version 9\n") + b"0000", _REFS),
        "huge-ref": (packet(b"a" * 40 + b" refs/heads/" + b"x" * 65000 + b"\n") + b"0000", _REFS),
    }
    for name, (body, type) in bodies.items():
        yield refused(f"answers-{name}", asking(_saying(200, body, Content_Type=type)), *_NO_FORGE)
    for name, script in _oddities().items():
        yield refused(f"server-{name}", asking(script, seconds=4), *_NO_FORGE)
    yield refused("server-echoes-the-token", _echoing, *_NO_FORGE)
    yield refused("server-with-alternates-inside", _dumb, *_NO_FORGE)
    yield digested("server-with-bundles-inside", _bundles, codes=_NO_FORGE)
    yield digested("server-with-packs-inside", _pack_uris, codes=_NO_FORGE)
    yield refused("server-of-a-closed-port", lambda _: Ask("http://127.0.0.2:9/a/b"), "source_unreachable")
    yield refused("server-of-another-trust", _untrusted, "untrusted_source")


def _oddities() -> dict[str, Script]:
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = b"".join([*(bomb.compress(b"0000" * (1 << 18)) for _ in range(1000)), bomb.flush()])  # 1 GB as 1 MB
    evil = Objects(head="a" * 40, refs={"refs/heads/../../../evil": "a" * 40, "refs/heads/\x1b[2J": "b" * 40})
    return {
        "gzip-bomb": _saying(200, zeros, Content_Type=_REFS, Content_Encoding="gzip"),
        "gzip-that-is-none": _saying(200, b"no gzip", Content_Type=_REFS, Content_Encoding="gzip"),
        "hangs-up": _writing(b""),
        "hangs-up-amid-the-head": _writing(b"HTTP/1.1 20"),
        "hangs-up-amid-the-body": lambda call: call.begin(200, Content_Type=_REFS, Content_Length="99999999999"),
        "length-below-zero": lambda call: call.begin(200, Content_Type=_REFS, Content_Length="-1"),
        "no-http": _writing(b"SSH-2.0-OpenSSH_9.2\r\n"),
        "bad-chunks": _writing(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx"),
        "hangs-up-after-the-list": functools.partial(_v2, of_fetch=_writing(b"")),
        "hangs-up-amid-the-pack": functools.partial(_v2, of_fetch=_half_a_pack),
        "evil-refs": functools.partial(_v2, of_list=forge(evil), of_fetch=_saying(404)),
        "fatal-band": functools.partial(_v2, of_fetch=_fatal_band),
        "many-refs": functools.partial(_v2, of_list=_many_refs, of_fetch=_saying(404)),
    }


def _half_a_pack(call: Call) -> None:
    call.answer(200, sent(project().pack())[:150], Content_Type=_RESULT)


def _fatal_band(call: Call) -> None:
    said = b"\3\x1b]0;pwned\x07fatal: \xff\xfe\r\n" * 500
    call.answer(200, packet("packfile\n") + packet(said), Content_Type=_RESULT)


def _many_refs(call: Call) -> None:
    call.begin(200, Content_Type=_RESULT)
    for n in range(300):
        call.out.write(b"".join(packet(f"{'a' * 40} refs/heads/{n}/{m}\n") for m in range(1000)))
    call.out.write(b"0000")


def _echoing(place: Place) -> Ask:
    token = place.plant("glpat-" + random_text("abcdefghijkmnopqrstuvwxyz23456789", 20))

    def script(call: Call) -> None:
        said = call.headers.get("authorization", "") + " " + token
        call.answer(200, packet(f"ERR {said} fatal: not found\n"), Content_Type=_REFS)

    url = place.stack.enter_context(serving(script))
    return Ask(f"{url}/owner/project", limits={"forge_tokens": {url.removeprefix("http://"): token}})


def _dumb(place: Place) -> Ask:
    """The old protocol of plain files, whose list of alternates leads inside."""
    away = f"http://{place.canaries.service}/x/objects\n".encode()

    def script(call: Call) -> None:
        if call.wants_refs:
            call.answer(200, b"a" * 40 + b"\trefs/heads/main\n", Content_Type="text/plain")
        elif call.path.endswith("/HEAD"):
            call.answer(200, b"ref: refs/heads/main\n", Content_Type="text/plain")
        elif "alternates" in call.path:
            call.answer(200, away, Content_Type="text/plain")
        else:
            call.answer(404)

    return asking(script)(place)


def _bundles(place: Place) -> Ask:
    honest, away = forge(project()), place.canaries.service
    more = packet("bundle-uri\n") + b"0000"

    def script(call: Call) -> None:
        if call.wants_refs:
            call.answer(200, capabilities()[:-4] + more, Content_Type=_REFS)
        elif b"command=bundle-uri" in call.body:
            lines = ("bundle.version=1", "bundle.mode=all", f"bundle.x.uri=http://{away}/x.bundle")
            call.answer(200, b"".join(map(packet, lines)) + b"0000", Content_Type=_RESULT)
        else:
            honest(call)

    return asking(script)(place)


def _pack_uris(place: Place) -> Ask:
    away = place.canaries.service

    def of_fetch(call: Call) -> None:
        uris = packet("packfile-uris\n") + packet(f"{'a' * 40} http://{away}/x.pack\n") + b"0001"
        call.answer(200, uris + sent(project().pack()), Content_Type=_RESULT)

    return asking(functools.partial(_v2, of_fetch=of_fetch))(place)


def _untrusted(place: Place) -> Ask:
    """A server that nobody trusts, on the address of one that is trusted."""
    url = place.stack.enter_context(serving(forge(project())))
    return Ask(f"{url}/owner/project", forges=tuple(forge.replace("*", "1") for forge in FORGES))
