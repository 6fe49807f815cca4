"""Git URLs: what is accepted, whole or not at all, and what each one is called (security spec, section Git)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from evaluator.errors import UnusableSource
from evaluator.settings import parse_forge
from evaluator.sources import refusals

Scheme = Literal["https", "http", "ssh", "file"]
DEFAULT_PORTS: dict[str, int] = {"https": 443, "http": 80, "ssh": 22}
_LONGEST = 2048  # characters of a URL

_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<authority>[^/]*)(?P<path>/.*)?", re.ASCII)
_SCP = re.compile(r"(?:(?P<user>[A-Za-z0-9_.-]+)@)?(?P<host>[A-Za-z0-9.-]{2,}):(?P<path>[^\\]*)", re.ASCII)
_AUTHORITY = re.compile(r"(?P<host>[A-Za-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?", re.ASCII)
_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()+*,;=:@%/-]+", re.ASCII)
_HOST = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.ASCII)
_ENCODED = re.compile(r"%(?:[01][0-9A-F]|7F|2F|5C|25)|%(?![0-9A-F]{2})", re.IGNORECASE)
_PAGE = re.compile(  # of GitLab, GitHub, Gitea and Bitbucket
    r"(?:(?P<lab>(?:/[^/]+){2,20})/-|(?P<hub>/[^/]+/[^/]+))"
    r"/(?:(?P<kind>tree|blob)|src/(?:branch|tag|commit)|(?P<source>src))/(?P<ref>[^/]+)(?P<rest>(?:/[^/]+)*/?)"
)
_SAYABLE = re.compile(r"[A-Za-z0-9_.:/ -]+")  # nothing that a shell reads otherwise
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}", re.ASCII)


@dataclass(frozen=True)
class GitUrl:
    """An accepted URL in its parts; *port* is always said, the path keeps its leading slash."""

    scheme: str
    host: str  # lower case; empty for file
    port: int  # 0 for file
    path: str
    user: str | None = None  # of ssh, never a password
    trusted: bool = False  # a forge that the operator named: private addresses allowed

    @property
    def address(self) -> str:
        """The URL that git is given, without credentials."""
        if self.scheme == "file":
            return f"file://{self.path}"
        user = f"{self.user}@" if self.user else ""
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{user}{self.host}{port}{self.path}"

    @property
    def canonical(self) -> str:
        """`host[:port]/path` (design section 3): equal for https, ssh and scp forms of one repository."""
        port = "" if self.port in {0, DEFAULT_PORTS.get(self.scheme)} else f":{self.port}"
        return f"{self.host}{port}{unquote(self.path.rstrip('/')).removesuffix('.git').rstrip('/')}"


def looks_like_git(text: str) -> bool:
    """Return whether *text* is meant as a URL or as `user@host:path`, not as a folder."""
    if "://" in text:
        return True
    scp = _SCP.fullmatch(text)
    return scp is not None and (scp["user"] is not None or _HOST.fullmatch(scp["host"].lower()) is not None)


def parse_url(text: str, *, trusted_forges: Iterable[str] = ()) -> GitUrl:
    """Return the parts of a git URL; raise UnusableSource where anything about it is not as it should be.

    Codes: `bad_url`, `credentials_in_url`, `untrusted_source`. The text itself is never repeated in the message.
    """
    forges = tuple(trusted_forges)
    if not text.isascii() or len(text) > _LONGEST or any(c <= " " or c in '\\?#"<>^`{|}\x7f' for c in text):
        raise bad_url("it must be ASCII, at most 2,048 characters, without spaces, backslashes, ? and #")
    if "://" not in text:
        return _scp(text, forges)
    parts = _URL.fullmatch(text)
    if parts is None:
        raise bad_url("it does not read as https://host/path")
    scheme, authority, path = parts["scheme"], parts["authority"], parts["path"] or ""
    if scheme not in {"https", "http", "ssh", "file"}:
        raise _unknown_scheme(scheme)
    user = None
    if "@" in authority:
        user, authority = _user(scheme, authority)
    if scheme in {"https", "http"}:
        _refuse_page(scheme, authority, path)
    _check_path(path)
    if scheme == "file":
        return _file(authority, path, forges)
    return _remote(scheme, authority, path, user=user, forges=forges)


def bad_url(why: str) -> UnusableSource:
    """Return the refusal of a URL that breaks the grammar."""
    return UnusableSource(
        f"That git URL cannot be used: {why}. Give it as https://host/owner/project, as the forge shows it.",
        code="bad_url",
    )


def _unknown_scheme(scheme: str) -> UnusableSource:
    return UnusableSource(
        f"That source cannot be read: {scheme}:// is none of https, http, ssh and file. Use the https:// URL of the"
        " repository, or give a folder or an archive.",
        code="untrusted_source",
    )


def untrusted(why: str) -> UnusableSource:
    """Return the refusal of a scheme or host that nobody trusted."""
    return UnusableSource(
        f"That source is not trusted: {why}. Use a public https:// URL, or have the operator add the forge to"
        " MODU_TRUSTED_FORGES (scheme://host[:port or :*]).",
        code="untrusted_source",
    )


def with_credentials() -> UnusableSource:
    """Return the refusal of a URL with a secret in it."""
    return UnusableSource(
        "The URL carries a user name, password or token. Take it out, and revoke it if it was a secret: credentials"
        " never belong in a source.",
        code="credentials_in_url",
    )


def _user(scheme: str, authority: str) -> tuple[str, str]:
    user, _, rest = authority.rpartition("@")
    if scheme != "ssh" or _USER.fullmatch(user) is None:
        raise with_credentials()
    return user, rest


def _scp(text: str, forges: tuple[str, ...]) -> GitUrl:
    parts = _SCP.fullmatch(text)
    if parts is None:
        raise bad_url("it does not read as https://host/path")
    if parts["user"] and _USER.fullmatch(parts["user"]) is None:
        raise bad_url("its user name is not one")
    path = "/" + parts["path"].removeprefix("/")
    _check_path(path)
    return _remote("ssh", parts["host"], path, user=parts["user"] or "git", forges=forges)


def _check_path(path: str) -> None:
    names = path.split("/")[1:]
    if _PATH.fullmatch(path) is None or not any(names):
        raise bad_url("it names no repository")
    if _ENCODED.search(path):
        raise bad_url("its path hides a control character, slash, backslash or percent sign")
    if any(unquote(name) in {".", ".."} or unquote(name).startswith("-") for name in names):
        raise bad_url("no part of its path may be '..' or begin with '-'")
    if any(not name for name in names[:-1]):
        raise bad_url("its path has an empty part")


def _remote(scheme: str, authority: str, path: str, *, user: str | None, forges: tuple[str, ...]) -> GitUrl:
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        raise bad_url("its host is not a host name")
    host, port = parts["host"].lower(), int(parts["port"] or DEFAULT_PORTS[scheme])
    if not 0 < port < 65536:
        raise bad_url("its port is not a port")
    url = GitUrl(scheme=scheme, host=host, port=port, path=path, user=user)
    if any(_matches(forge, url) for forge in forges):
        return GitUrl(scheme=scheme, host=host, port=port, path=path, user=user, trusted=True)
    if scheme != "https":
        raise untrusted(f"{scheme} is only used with a trusted forge")
    check_public(host, port)
    return url


def _refuse_page(scheme: str, authority: str, path: str) -> None:
    """Raise UnusableSource (`bad_url`) where a URL is that of a page on which a forge shows a folder or a file."""
    page = _PAGE.fullmatch(path)
    if page is None or path.endswith(".git") or (page["source"] and authority.lower() != "bitbucket.org"):
        return
    folder = page["rest"].strip("/")
    if page["kind"] == "blob" or (page["kind"] is None and "." in folder.rpartition("/")[2]):  # a file
        folder = folder.rpartition("/")[0]
    meant = f"{scheme}://{authority}{page['lab'] or page['hub']} --ref {page['ref']}"
    if folder:
        meant += f" --subdir {folder}"
    if _SAYABLE.fullmatch(meant) is None or refusals.may_be_secret(meant):
        meant = "https://host/owner/project --ref REF --subdir FOLDER"
    raise UnusableSource(
        f"That URL is not a repository's but that of a page that shows a part of it. Give {meant}", code="bad_url"
    )


def is_forge(host: str, port: int, *, forges: Iterable[str]) -> bool:
    """Return whether a host is one of the trusted forges, over https or http, as far as the port tells which."""
    schemes = [scheme for scheme in ("https", "http") if port == DEFAULT_PORTS[scheme]] or ["https", "http"]
    asked = [GitUrl(scheme=scheme, host=host, port=port, path="/") for scheme in schemes]
    return any(_matches(forge, url) for forge in forges for url in asked)


def check_public(host: str, port: int) -> None:
    """Raise UnusableSource (`untrusted_source`) where a public forge cannot have this name and port."""
    if port != DEFAULT_PORTS["https"]:
        raise untrusted("only port 443 is used with a public host")
    if _HOST.fullmatch(host) is None:
        raise untrusted("its host is not the name of a public host")


def _matches(forge: str, url: GitUrl) -> bool:
    parts = parse_forge(forge)
    if parts["scheme"] != url.scheme or (parts["host"] or "").lower() != url.host:
        return False
    return parts["port"] == "*" or int(parts["port"] or DEFAULT_PORTS[url.scheme]) == url.port


def _file(authority: str, path: str, forges: tuple[str, ...]) -> GitUrl:
    folders = [folder.rstrip("/") for forge in forges if (folder := parse_forge(forge)["folder"]) is not None]
    if authority or "%" in path or not any(path.startswith(f"{folder}/") for folder in folders):
        raise untrusted("file:// is only read under a folder that MODU_TRUSTED_FORGES lists")
    return GitUrl(scheme="file", host="", port=0, path=path, trusted=True)
