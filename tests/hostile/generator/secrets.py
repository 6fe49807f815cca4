"""Secrets made at run time, of every kind we know, in every place where people leave them."""

import base64
import json
import random
import string
from collections.abc import Callable, Iterator

from tests.hostile.generator.case import BAD_URL, BROKEN, Ask, Case, Place, digested, random_text, refused
from tests.hostile.generator.objects import project
from tests.hostile.generator.servers import forge, serving
from tests.hostile.generator.tars import Member as TarMember
from tests.hostile.generator.tars import tar
from tests.hostile.generator.zips import Member as ZipMember
from tests.hostile.generator.zips import Zip, honest

_ALNUM = string.ascii_letters + string.digits
_HEX = "0123456789abcdef"
_WEB = _ALNUM + "-_"


def _made(prefix: str, length: int, alphabet: str = _ALNUM, suffix: str = "") -> Callable[[], str]:
    return lambda: prefix + random_text(alphabet, length) + suffix


# Kind -> a new secret of it; formats as the vendors document them
KINDS: dict[str, Callable[[], str]] = {
    "aws": _made("AKIA", 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "github": _made("ghp_", 36),
    "github-app": _made("ghs_", 36),
    "github-oauth": _made("gho_", 36),
    "github-fine": lambda: f"github_pat_{random_text(_ALNUM, 22)}_{random_text(_ALNUM, 59)}",
    "gitlab": _made("glpat-", 20, _WEB),
    "slack": lambda: (
        f"xoxb-{random_text(string.digits, 12)}-{random_text(string.digits, 12)}-{random_text(_ALNUM, 24)}"
    ),
    "slack-hook": lambda: (
        f"https://hooks.slack.com/services/T{random_text(_ALNUM.upper(), 8)}/B{random_text(_ALNUM.upper(), 8)}/"
        + random_text(_ALNUM, 24)
    ),
    "stripe": _made("sk_live_", 24),
    "google": _made("AIza", 35, _WEB),
    "openai": lambda: f"sk-proj-{random_text(_WEB, 58)}T3BlbkFJ{random_text(_WEB, 58)}",
    "anthropic": _made("sk-ant-api03-", 93, _WEB, "AA"),
    "sendgrid": lambda: f"SG.{random_text(_WEB, 22)}.{random_text(_WEB, 43)}",
    "npm": _made("npm_", 36),
    "pypi": _made("pypi-AgEIcHlwaS5vcmc", 90, _WEB),
    "hugging-face": _made("hf_", 34, string.ascii_letters),
    "digital-ocean": _made("dop_v1_", 64, _HEX),
    "shopify": _made("shpat_", 32, _HEX),
    "databricks": _made("dapi", 32, _HEX),
    "linear": _made("lin_api_", 40),
    "vault": _made("hvs.", 96, _WEB),
    "doppler": _made("dp.pt.", 43),
    "grafana": lambda: f"glsa_{random_text(_ALNUM, 32)}_{random_text(_HEX, 8)}",
    "postman": lambda: f"PMAK-{random_text(_HEX, 24)}-{random_text(_HEX, 34)}",
    "telegram": lambda: f"{random_text('123456789', 10)}:AA{random_text(_WEB, 33)}",
    "mailgun": _made("key-", 32, _HEX),
    "groq": _made("gsk_", 52),
    "xai": _made("xai-", 80),
    "new-relic": _made("NRAK-", 27, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
    "jwt": lambda: ".".join(
        base64.urlsafe_b64encode(part.encode()).decode().rstrip("=")
        for part in ('{"alg":"HS256","typ":"JWT"}', f'{{"sub":"{random_text(_ALNUM, 20)}"}}', random_text(_ALNUM, 32))
    ),
}


def kinds() -> Iterator[Case]:
    """Yield projects that hold one kind of secret in all the ways in which code holds it."""
    for kind, make in KINDS.items():
        yield digested(f"secret-{kind}", _everywhere(make))
    yield digested("secret-private-keys", _private_keys)
    yield digested("secret-passwords", _passwords)


def _everywhere(make: Callable[[], str]) -> Callable[[Place], Ask]:
    def made(place: Place) -> Ask:
        new = [place.plant(make()) for _ in range(9)]
        cell = {"cell_type": "code", "source": [f"key = '{new[0]}'\n"], "outputs": [{"text": [f"{new[0]}\n"]}]}
        files = {
            "README.md": f"# Bells\n\nSet `KEY={new[1]}` first.\n",
            "settings.py": f'API_KEY = "{new[2]}"\n',
            "config.json": json.dumps({"auth": {"token": new[3]}}),
            "config.yaml": f"auth:\n  token: {new[4]}\n",
            "run.sh": f"export TOKEN={new[5]}\ncurl -H 'Authorization: Bearer {new[5]}' https://example.org\n",
            ".env.example": f"TOKEN={new[6]}\n",
            "work.ipynb": json.dumps({"cells": [cell], "nbformat": 4}),
            "Dockerfile": f"FROM x\nENV TOKEN={new[7]}\n",
            "src/app.js": f"const client = connect('{new[8]}');\n",
        }
        return Ask(str(place.project(files)), checks=True)

    return made


def _private_keys(place: Place) -> Ask:
    """Keys whole, cut off, on one line, in JSON, in code, with Windows line ends."""
    bodies = ["\n".join(place.plant(random_text(_ALNUM + "+/", 64)) for _ in range(12)) for _ in range(7)]
    kinds = ("RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY")
    pems = [
        f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n" for kind, body in zip(kinds, bodies, strict=False)
    ]
    pgp = f"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{bodies[6]}\n-----END PGP PRIVATE KEY BLOCK-----"
    code = "\n".join(f"    {line}" for line in pems[1].splitlines())
    return Ask(
        str(
            place.project(
                {
                    "server.pem": pems[0],
                    "id_rsa": pems[0],
                    "settings.py": f'KEY = """\n{code}\n"""\n',
                    "config.json": json.dumps({"private_key": pems[2]}),
                    "config.yaml": "key: |\n" + "".join(f"  {line}\n" for line in pems[3].splitlines()),
                    "README.md": f"# Bells\n\n```\n{pems[4]}```\n",
                    "notes.txt": f"-----BEGIN RSA PRIVATE KEY-----\n{bodies[5]}\n",
                    "windows.py": pems[1].replace("\n", "\r\n"),
                    "app.js": "const key = " + json.dumps(pems[3]) + ";\n",
                    "build.sh": f"echo '{pgp}'\n",
                }
            )
        ),
        checks=True,
    )


def _passwords(place: Place) -> Ask:
    """Secrets without a form of their own, told by what stands beside them."""
    new = [place.plant(random_text(_ALNUM, 8) + "7!" + random_text(_ALNUM, 14) + "4Zq") for _ in range(10)]
    user = place.plant(base64.b64encode(f"admin:{random_text(_ALNUM, 20)}".encode()).decode())
    azure = place.plant(base64.b64encode(random.SystemRandom().randbytes(64)).decode())
    return Ask(
        str(
            place.project(
                {
                    "settings.py": f'DB_PASSWORD = "{new[0]}"\nconnect(password="{new[1]}")\n',
                    "application.properties": f"spring.datasource.password={new[2]}\n",
                    "config.json": json.dumps({"client_secret": new[3], "auths": {"x.io": {"auth": user}}}),
                    "config.yaml": f"password: {new[4]}\n",
                    "db.js": f"const url = 'postgres://bell:{new[5].replace('!', '')}@db.example.org/x';\n",
                    "Main.java": f'String apiSecret = "{new[6]}";\n',
                    "main.go": f'apiKey := "{new[7]}"\n',
                    "run.sh": f"curl -u admin:{new[8]} https://example.org\nmysql --password={new[9]}\n",
                    "storage.cs": f'var s = "DefaultEndpointsProtocol=https;AccountName=x;AccountKey={azure};";\n',
                    "http.py": f'HEADERS = {{"Authorization": "Basic {user}"}}\n',
                }
            )
        ),
        checks=True,
    )


def places() -> Iterator[Case]:
    """Yield a token in the places where one is not looked for."""
    for name, wrap in {
        "cp949-file": lambda token: {"src/종.py": f'# 한국어 주석\nkey = "{token}"\n'.encode("cp949")},
        "utf-16-file": lambda token: {"src/x.py": f'key = "{token}"\n'.encode("utf-16")},
        "utf-16-readme": lambda token: {"README.md": f"# Bells\n{token}\n".encode("utf-16")},
        "env-file": lambda token: {".env": f"TOKEN={token}\n".encode(), "src/.env.local": f"TOKEN={token}\n".encode()},
        "pem-file": lambda token: {"x.pem": token.encode(), "x.key": token.encode(), "id_ed25519": token.encode()},
        "file-name": lambda token: {f"src/{token}.py": b"x = 1\n"},
        "folder-name": lambda token: {f"{token}/x.py": b"x = 1\n", f"{token}/y.bin": bytes(100)},
        "long-line": lambda token: {"x.py": b"x" * 1950 + f" '{token}' ".encode() + b"y" * 3000},
        "escaped": lambda token: {"x.json": json.dumps({"a": token}).replace("_", "\\u005f").encode()},
        "split-by-hidden": lambda token: {"x.py": f"key = '{token[:12]}\u200b{token[12:]}'\n".encode()},
        "html-comment": lambda token: {"README.md": f"# Bells\n<!-- {token} -->\n".encode()},
        "url": lambda token: {"README.md": f"# Bells\nhttps://x:{token}@example.org/a?token={token}\n".encode()},
        "minified": lambda token: {"app.js": (f'a="{token}";' + "b();" * 5000).encode()},
        "test": lambda token: {"tests/test_x.py": f"def test_x():\n    assert '{token}'\n".encode()},
        "agent-file": lambda token: {"AGENTS.md": f"Use {token}\n".encode()},
        "submodules": lambda token: {
            ".gitmodules": f'[submodule "x"]\n\turl = https://{token}@example.org/x\n'.encode()
        },
    }.items():
        yield digested(f"secret-in-{name}", _placed(wrap))
    yield digested("secret-in-base64", _in_base64)
    yield digested("secret-in-zip-name", _in_zip_name)
    yield digested("secret-in-tar-name", _in_tar_name)
    yield refused("secret-in-zip-name-refused", _in_refused_zip, "unsafe_archive", "bad_archive")
    yield refused("secret-in-branch", _in_branch, "unknown_ref", *BROKEN)
    yield refused("secret-in-subdir", _in_subdir, "unknown_subdir")
    for name, url in {
        "user": "https://{token}@github.com/a/b",
        "password": "https://x:{token}@github.com/a/b",
        "query": "https://github.com/a/b?token={token}",
        "fragment": "https://github.com/a/b#{token}",
        "http": "http://x:{token}@github.com/a/b",
        "scp": "x:{token}@github.com:a/b",
        "ssh": "ssh://x:{token}@github.com/a/b",
        "odd-scheme": "git+https://{token}@github.com/a/b",
    }.items():
        yield refused(f"secret-in-url-{name}", _in_url(url), *BAD_URL, "no_such_path")


def _token(place: Place) -> str:
    return place.plant(KINDS["github"]())


def _placed(wrap: Callable[[str], dict[str, bytes]]) -> Callable[[Place], Ask]:
    return lambda place: Ask(str(place.project(dict(wrap(_token(place))))), checks=True)


def _in_base64(place: Place) -> Ask:
    encoded = [place.plant(base64.b64encode(KINDS["github"]().encode()).decode()) for _ in range(3)]
    secret = f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\ndata:\n  password: {encoded[0]}\n"
    files = {"k8s.yaml": secret, "x.py": f'KEY = b64decode("{encoded[1]}")\n', "x.js": f"atob('{encoded[2]}')\n"}
    return Ask(str(place.project(files)))


def _in_zip_name(place: Place) -> Ask:
    path = place.folder / "project.zip"
    path.write_bytes(Zip([*honest(), ZipMember(f"src/{_token(place)}.py".encode())]).write())
    return Ask(str(path))


def _in_tar_name(place: Place) -> Ask:
    path = place.folder / "project.tar"
    path.write_bytes(tar(TarMember(f"src/{_token(place)}.py".encode())))
    return Ask(str(path))


def _in_refused_zip(place: Place) -> Ask:
    path = place.folder / "project.zip"
    path.write_bytes(Zip([*honest(), ZipMember(f"../{_token(place)}.py".encode())]).write())
    return Ask(str(path))


def _in_branch(place: Place) -> Ask:
    url = place.stack.enter_context(serving(forge(project())))
    return Ask(f"{url}/owner/project", ref=_token(place))


def _in_subdir(place: Place) -> Ask:
    return Ask(str(place.project()), subdir=f"src/{_token(place)}")


def _in_url(url: str) -> Callable[[Place], Ask]:
    return lambda place: Ask(url.format(token=_token(place)))
