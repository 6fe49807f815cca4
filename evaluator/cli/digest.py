"""`modu digest`: show exactly what of a project would be sent to the judge."""

import importlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from evaluator.cli.common import json_option, load_settings, print_json, privacy_option, until_of, until_option
from evaluator.digest.findings import MEANINGS
from evaluator.domain import Digest, DigestFile
from evaluator.errors import RequestError
from evaluator.services.preview import Preview, preview
from evaluator.settings import OFFLINE

_MOST_NAMED = 60  # files that are named one by one in the talk; all of them are in --json
_STANDARD_OUTPUT = Path("-")
_FEW = 5  # files that are named with a finding

EXAMPLES = """\b
Examples:
  modu digest .
  modu digest https://github.com/pallets/click --ref main --out click.md
  modu digest https://github.com/pallets/click --until 2026-11-30
  modu digest . --budget 20000 --json
"""


class CannotWrite(RequestError):
    """The file that was named with --out cannot be written."""

    code = "cannot_write"


@click.command("digest", epilog=EXAMPLES)
@click.argument("source")
@click.option("--ref", help="Branch, tag or full commit id of a git URL.")
@click.option("--subdir", help="Folder inside the project that is read alone.")
@until_option
@click.option(
    "--budget",
    type=click.IntRange(2000, 1_000_000),
    help="Most tokens. Default: MODU_DIGEST_TOKENS, or what the model can read.",
)
@privacy_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Write the text into this file, over what is in it; - is standard output.",
)
@json_option
@click.pass_context
def digest_command(
    ctx: click.Context,
    *,
    source: str,
    ref: str | None,
    subdir: str | None,
    until: str | None,
    budget: int | None,
    privacy: Any,
    out: Path | None,
    as_json: bool,
) -> int:
    """Show what a judge would be sent about the project at SOURCE: a folder, a git URL, an archive or a README.

    Nothing is graded, and no server, database or key is needed. With --json the manifest is printed: what became of
    every file, what was found and what was masked.
    """
    settings = load_settings(ctx, digest_tokens=budget)
    most = settings.digest_tokens
    if budget is None and settings.judge_model != OFFLINE:
        most = _grading("budget").of(settings)
    seen = preview(
        source,
        ref=ref,
        subdir=subdir,
        until=until_of(until, settings=settings),
        limits=settings.limits,
        budget=most,
        privacy=privacy,
    )
    if out is not None or not as_json:
        _put(_grading("message").message(seen.digest, prompts=settings.prompts_dir), out)
    if as_json:
        print_json(_manifest(seen))
    else:
        click.echo("\n".join(_talk(seen, out)), err=True)
    return 0


def _grading(service: str) -> Any:
    """Return a service that imports what grades, which takes longer than the digest does: only where it is needed."""
    return importlib.import_module(f"evaluator.services.{service}")


def _put(text: str, out: Path | None) -> None:
    if out is None or out == _STANDARD_OUTPUT:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CannotWrite(f"The file {str(out)!r} cannot be written ({error.strerror}). Name another.") from error


def _manifest(seen: Preview) -> dict[str, Any]:
    digest = seen.digest
    return {
        "commit": digest.commit,
        "tree": digest.tree,
        "files": [file.model_dump(mode="json", exclude={"blob"}) for file in digest.files],
        "findings": [finding.model_dump() for finding in digest.findings],
        "redactions": dict(digest.redactions),
        "tokens_estimated": digest.tokens,
        "coverage": round(digest.coverage, 4),
        "digest_sha256": digest.sha256,
        "seconds": {"fetch": round(seen.fetch_seconds, 4), "build": round(seen.build_seconds, 4)},
    }


def _talk(seen: Preview, out: Path | None) -> Iterator[str]:
    """Yield the lines that say in short what is in the text and what is not."""
    digest = seen.digest
    yield f"{digest.name}: {len(digest.files)} files, about {digest.tokens:,} tokens"
    if digest.coverage < 1 or any(block.file_class == "code" for block in digest.blocks):
        yield f"Of the source that the program reaches, {digest.coverage:.0%} is shown."
    shown = [file for file in digest.files if file.shown in {"whole", "part"}]
    yield from (_file(file) for file in shown[:_MOST_NAMED])
    if len(shown) > _MOST_NAMED:
        yield f"  and {len(shown) - _MOST_NAMED} more files that are shown"
    yield from _left_out(digest)
    yield from _found(digest)
    yield from (f"Masked: {count} x {rule}" for rule, count in digest.redactions.items())
    yield f"Fetched in {seen.fetch_seconds:.2f} s, built in {seen.build_seconds:.2f} s; every file: --json"
    if out not in {None, _STANDARD_OUTPUT}:
        yield f"The text is in {out}"


def _file(file: DigestFile) -> str:
    lines = ", ".join(f"{first}-{last}" for first, last in file.lines)
    return f"  {file.path}" + (f", lines {lines}" if file.shown == "part" else "")


def _left_out(digest: Digest) -> Iterator[str]:
    reasons = Counter(file.reason or "" for file in digest.files if file.shown in {"listed", "skipped"})
    if reasons:
        ranked = sorted(reasons.items(), key=lambda row: (-row[1], row[0]))
        yield f"Not shown: {', '.join(f'{count} {reason}' for reason, count in ranked)}"


def _found(digest: Digest) -> Iterator[str]:
    places: dict[str, list[str]] = {}
    for finding in digest.findings:
        places.setdefault(finding.code, []).append(finding.file)
    for code, files in places.items():
        more = f" and {len(files) - _FEW} more files" if len(files) > _FEW else ""
        yield f"Found: {code} in {', '.join(files[:_FEW])}{more}. {MEANINGS[code]}"
