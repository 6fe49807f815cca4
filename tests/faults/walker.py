"""Workers that walk one request and may be killed anywhere: children of a process that has everything imported.

Run as `python -m tests.faults.walker`; each line that it reads is an errand in JSON, each line that it writes the
process id of the child that does it. The child ends with status 0 when it has walked all requests of its errand.
"""

import json
import os
import signal
import sys
import traceback
from datetime import timedelta
from uuid import UUID, uuid4

from evaluator import app, settings
from evaluator.grading.judge import warm
from evaluator.services import evaluation
from evaluator.services.bench import Bench


def main() -> None:
    """Serve until there are no more errands."""
    warm().join()  # litellm is imported once, here
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended children are gone at once
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            os._exit(_walk(line))
        print(pid, flush=True)  # noqa: T201 - the answer


def _walk(errand: str) -> int:
    """Return the exit status of a child."""
    asked = json.loads(errand)
    try:
        with app.opened_as_it_is(settings.load(asked["settings"])) as parts:
            bench = _bench(parts)
            for id in asked["requests"]:
                evaluation.run(UUID(id), bench=bench)
    except BaseException:  # noqa: BLE001 - the child must not go on as its parent
        traceback.print_exc()
        return 1
    return 0


def _bench(parts: app.App) -> Bench:
    """Return what a worker works with, without the threads of one: they would count as steps."""
    chosen = parts.settings
    return Bench(
        database=parts.database,
        owner=uuid4(),
        rubric=parts.rubric,
        judge=parts.judge,
        prompts=parts.prompts,
        limits=parts.limits,
        digest_tokens=chosen.digest_tokens,
        answer_tokens=chosen.answer_tokens,
        counts_offline=chosen.counts_offline,
        max_tries=chosen.max_attempts,
        lease=timedelta(seconds=chosen.lease_seconds),
        keep=timedelta(days=chosen.failed_source_days),
        traffic=parts.traffic,
        patience=parts.patience,
        tariff=parts.tariff,
        parameters=f"{chosen.api_base or ''} {chosen.answer_tokens}",
    )


if __name__ == "__main__":
    main()
