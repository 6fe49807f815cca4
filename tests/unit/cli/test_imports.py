import subprocess
import sys

HEAVY = ("git", "jinja2", "rich", "litellm", "psycopg", "redis", "dramatiq", "dotenv")


def test_the_digest_of_a_folder_is_made_without_what_it_does_not_need() -> None:
    code = f"import sys, evaluator.cli.digest, evaluator.sources.path; print([n for n in {HEAVY} if n in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
