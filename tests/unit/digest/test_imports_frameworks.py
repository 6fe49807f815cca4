import pytest

from evaluator.digest.imports import reach
from tests.support.reaching import follow, unreached

PLACED = {
    "django": {
        "manage.py": "",
        "blog/apps.py": "",
        "blog/models.py": "from .fields import x\n",
        "blog/fields.py": "",
        "blog/management/commands/publish.py": "",
        "blog/migrations/0001_initial.py": "",
        "blog/dead.py": "",
    },
    "alembic": {"main.py": "", "alembic/env.py": "", "alembic/versions/1_first.py": "", "other/dead.py": ""},
    "next": {
        "next.config.js": "",
        "src/app/page.tsx": "import { Row } from '@/components/row'\n",
        "src/app/books/[id]/route.ts": "",
        "src/middleware.ts": "",
        "src/components/row.tsx": "",
        "src/components/dead.tsx": "",
    },
    "nuxt": {"nuxt.config.ts": "", "pages/index.vue": "", "composables/useRow.ts": "", "lost/dead.ts": ""},
    "sveltekit": {"svelte.config.js": "", "src/routes/+page.svelte": "import '$lib/row'\n", "src/lib/row.ts": "",
                  "src/lib/dead.ts": ""},
    "rails": {"config/application.rb": "", "app/models/book.rb": "", "db/schema.rb": "", "lib/tasks/a.rake": "",
              "lib/dead.rb": ""},
    "laravel": {
        "bootstrap/app.php": "",
        "routes/web.php": "<?php use App\\Services\\Loans;",
        "app/Http/Controllers/BookController.php": "",
        "app/Services/Loans.php": "",
        "app/Services/Dead.php": "",
    },
    "phoenix": {"mix.exs": "", "lib/shelf/row.ex": "", "config/config.exs": "", "old_lib/dead.ex": ""},
    "godot": {"main.py": "", "player.gd": "", "deep/enemy.gd": ""},
    "rust targets": {"src/main.rs": "", "src/bin/tool.rs": "", "build.rs": "", "src/dead.rs": ""},
}  # fmt: skip


@pytest.mark.parametrize("name", PLACED)
def test_what_a_framework_loads_by_its_place_is_reached(name: str) -> None:
    files = PLACED[name]

    missing = unreached(files)

    assert missing == {path for path in files if "dead" in path.lower()}


def test_the_places_are_those_of_the_project_that_has_the_mark() -> None:
    files = {"web/manage.py": "", "web/blog/models.py": "", "main.py": "", "tools/blog/models.py": ""}

    assert unreached(files, "main.py") == {"tools/blog/models.py"}


def test_components_are_found_below_the_package_of_the_spring_application() -> None:
    start = "package a.b;\n@SpringBootApplication\nclass ShelfApplication { }"
    files = {
        "app/src/main/java/a/b/ShelfApplication.java": start,
        "app/src/main/java/a/b/web/BookController.java": "@RestController class BookController { LoanMapper m; }",
        "app/src/main/java/a/b/web/LoanMapper.java": "class LoanMapper { }",
        "core/src/main/java/a/b/store/BookRepository.java": "interface BookRepository extends JpaRepository<Book> { }",
        "app/src/main/java/a/b/web/Dead.java": "class Dead { }",
        "app/src/main/java/x/Elsewhere.java": "@Service class Elsewhere { }",
    }

    assert unreached(files) == {"app/src/main/java/a/b/web/Dead.java", "app/src/main/java/x/Elsewhere.java"}


def test_a_component_that_was_not_read_is_told_by_its_name() -> None:
    start = "src/main/java/a/ShelfApplication.java"
    paths = [start, "src/main/java/a/web/BookController.java", "src/main/java/a/web/Dead.java"]

    found = reach({start: b"@SpringBootApplication class ShelfApplication { }"}, paths=paths, entry_points=[])

    assert found.reached == set(paths[:2])


def test_handlers_are_found_where_a_host_is_built() -> None:
    files = {
        "src/Program.cs": "var app = WebApplication.CreateBuilder(args);",
        "src/Books/AddBook.cs": "public class AddBookHandler : IRequestHandler<AddBook> { }",
        "src/Books/Dead.cs": "public class Dead { }",
    }

    assert unreached(files) == {"src/Books/Dead.cs"}


def test_configuration_of_tools_is_reached_but_starts_no_part() -> None:
    files = {"web/vite.config.ts": "", "web/src/main.ts": "", "web/src/dead.ts": "", "main.ts": ""}

    assert unreached(files, "main.ts") == {"web/src/dead.ts"}


def test_pages_styles_and_queries_are_reached_where_a_server_looks_for_them() -> None:
    files = {
        "main.py": "",
        "index.html": '<link href="style.css">',
        "style.css": "",
        "app/templates/book.html": "",
        "app/static/page.css": "",
        "db/schema.sql": "",
        "attic/dead.html": "",
    }

    assert unreached(files, "main.py") == {"attic/dead.html"}


WEB = {
    "relative": ("import Row from './row'", "src/row.tsx"),
    "relative over several lines": ("import {\n  a,\n  b,\n} from './row'", "src/row.ts"),
    "above": ("export * from '../shared/row'", "shared/row.ts"),
    "folder": ("import './rows'", "src/rows/index.ts"),
    "required": ("const row = require('./row')", "src/row.js"),
    "lazy": ("const Row = lazy(() => import('./row'))", "src/row.vue"),
    "written as compiled": ("import { a } from './row.js'", "src/row.ts"),
    "of a platform": ("import './row'", "src/row.native.js"),
    "globbed": ("const pages = import.meta.glob('./pages/*.vue')", "src/pages/row.vue"),
    "globbed deep": ("import.meta.glob(['./**/row.*.ts'])", "src/a/b/row.one.ts"),
    "a worker": ("new Worker(new URL('./row.worker.ts', import.meta.url))", "src/row.worker.ts"),
    "a style": ("import './row.scss'", "src/row.scss"),
    "a template": ("@Component({ templateUrl: './row.html' })", "src/row.html"),
    "with a query": ("import raw from './row.css?inline'", "src/row.css"),
    "usual alias": ("import { a } from '@/lib/row'", "src/lib/row.ts"),
    "alias of a folder": ("import { a } from '@components/row'", "src/components/row.tsx"),
    "tilde": ("import { a } from '~/row'", "app/row.ts"),
    "from the base folder": ("import { a } from 'src/row'", "src/row.ts"),
}


@pytest.mark.parametrize("name", WEB)
def test_a_script_leads_to_the_file_it_names(name: str) -> None:
    statement, path = WEB[name]

    found = follow({"src/main.ts": f"{statement};\n", path: "", "src/dead.ts": ""}, "src/main.ts")

    assert found.reached == {"src/main.ts", path}


@pytest.mark.parametrize(
    "statement",
    [
        "// import './dead'",
        " * import './dead'",
        "import 'dead'",
        "import '@scope/dead/x'",
        "import '../../dead'",
        "import 'https://a/dead'",
        "import.meta.glob('../../*.ts')",
        "import '//cdn/dead'",
    ],
)
def test_what_is_no_import_of_a_file_leads_nowhere(statement: str) -> None:
    assert unreached({"src/main.ts": f"{statement}\n", "src/dead.ts": ""}, "src/main.ts") == {"src/dead.ts"}


def test_aliases_are_those_of_the_nearest_manifest() -> None:
    files = {
        "one/tsconfig.json": '{ "compilerOptions": { "baseUrl": ".", "paths": { "#rows/*": ["./code/*"] } } }',
        "one/main.ts": "import { a } from '#rows/row'\nimport b from 'code/other'\n",
        "one/code/row.ts": "",
        "one/code/other.ts": "",
        "two/vite.config.ts": "export default { resolve: { alias: { '#rows': path.resolve(__dirname, './lib') } } }",
        "two/main.ts": "import { a } from '#rows/row'\n",
        "two/lib/row.ts": "",
        "two/lib/other.ts": "",
    }

    assert unreached(files, "one/main.ts", "two/main.ts") == {"two/lib/other.ts"}


def test_an_alias_that_leads_to_no_file_or_out_of_the_project_leads_nowhere() -> None:
    files = {
        "tsconfig.json": '{ "paths": { "#rows/*": ["./gone/*"], "#out/*": ["../../out/*"] } }',
        "main.ts": "import { a } from '#rows/row'\nimport { b } from '#out/row'\nimport './'\nimport '@shelf/core'\n",
        "core/package.json": '{ "name": "@shelf/core" }',
        "core/dead.ts": "",
    }

    assert unreached(files, "main.ts") == {"core/dead.ts"}


def test_a_package_beside_ours_is_entered_by_its_name() -> None:
    files = {
        "apps/web/main.ts": "import { a } from '@shelf/core'\nimport { b } from '@shelf/core/rows'\n",
        "packages/core-code/package.json": '{ "name": "@shelf/core" }',
        "packages/core-code/src/index.ts": "",
        "packages/core-code/src/rows.ts": "",
        "packages/core-code/src/dead.ts": "",
    }

    assert unreached(files, "apps/web/main.ts") == {"packages/core-code/src/dead.ts"}


def test_a_page_leads_to_its_scripts_and_styles_and_a_style_to_those_it_imports() -> None:
    files = {
        "index.html": '<link href="css/main.scss"><script src="/src/main.js"></script><a href="about.html">',
        "about.html": "{% extends 'base.html' %}<script>import './inline.js'</script><style>@import 'own.css';</style>",
        "base.html": "",
        "inline.js": "",
        "own.css": "",
        "css/main.scss": "@use 'parts/buttons';\n@import url('reset.css');\n",
        "css/parts/_buttons.scss": "",
        "css/reset.css": "",
        "src/main.js": "",
        "src/dead.js": "",
    }

    assert unreached(files, "index.html") == {"src/dead.js"}


def test_a_single_file_component_leads_to_what_its_parts_name() -> None:
    component = '<script setup src="./row.ts"></script>\n<style lang="scss">@import "./row.scss";</style>'
    files = {"src/main.ts": "import './Row.vue'", "src/Row.vue": component, "src/row.ts": "", "src/row.scss": ""}

    assert unreached(files, "src/main.ts") == set()
