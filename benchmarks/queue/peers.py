"""The same server asked by Inspect AI and promptfoo: as many items, one call of the judge each."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.queue.provider import Provider, Run

_HERE = Path(__file__).parent
_RUBRIC = "The project does what its README says: every promise is shown in its code."


def inspect(folder: Path, projects: Path, *, count: int, concurrency: int, provider: Provider, scratch: Path) -> Run:
    """Return what Inspect AI took."""
    command = [str(folder / "venv/bin/python"), str(_HERE / "inspect_task.py"), str(count), str(concurrency)]
    environ = {"OPENAI_BASE_URL": f"http://127.0.0.1:{provider.port}/v1", "OPENAI_API_KEY": "none"}
    command += [str(projects), str(scratch / "inspect")]
    return _run("Inspect AI", command, environ, count=count, concurrency=concurrency, provider=provider)


def promptfoo(folder: Path, projects: Path, *, count: int, concurrency: int, provider: Provider, scratch: Path) -> Run:
    """Return what promptfoo took."""
    judge = {
        "id": "openai:chat:gpt-4o-mini",
        "config": {"apiBaseUrl": f"http://127.0.0.1:{provider.port}/v1", "apiKey": "none"},
    }
    tests = [
        {
            "vars": {"text": "\n".join(file.read_text(encoding="utf-8") for file in sorted(project.iterdir()))},
            "assert": [{"type": "llm-rubric", "value": _RUBRIC, "provider": judge}],
        }
        for project in sorted(projects.iterdir())[:count]
    ]
    config = scratch / "promptfoo.json"
    config.write_text(json.dumps({"prompts": ["{{text}}"], "providers": ["echo"], "tests": tests}), encoding="utf-8")
    command = [str(folder / "npm/node_modules/.bin/promptfoo"), "eval", "-c", str(config), "--no-cache", "--no-write"]
    command += ["--no-progress-bar", "--no-table", "--max-concurrency", str(concurrency)]
    environ = {
        "PROMPTFOO_CONFIG_DIR": str(scratch / "promptfoo"),
        "PROMPTFOO_DISABLE_TELEMETRY": "1",
        "PROMPTFOO_DISABLE_UPDATE": "1",
        "PROMPTFOO_DISABLE_REMOTE_GENERATION": "true",
    }
    return _run("promptfoo", command, environ, count=count, concurrency=concurrency, provider=provider)


def _run(
    name: str, command: Sequence[str], environ: Mapping[str, str], *, count: int, concurrency: int, provider: Provider
) -> Run:
    """Run a program to its end and return what the provider saw of it, and what the kernel says that it used."""
    provider.ask("reset")
    passed = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with subprocess.Popen(
        command, env={**passed, **environ}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    stats = provider.ask("stats")
    if stats["answered"] < count:  # promptfoo may fall over its own log after the last answer
        print(f"{name} did not grade all: {stats}\n{said[-2000:]}", file=sys.stderr)
    return _of(name, stats, used, count=count, concurrency=concurrency)


def _of(name: str, stats: Mapping[str, float], used: resource.struct_rusage, *, count: int, concurrency: int) -> Run:
    return Run(
        name=name,
        items=count,
        concurrency=concurrency,
        stats=stats,
        cpu=used.ru_utime + used.ru_stime,
        memory=used.ru_maxrss * 1024,
    )
