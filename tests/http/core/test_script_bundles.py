"""Many small scripts as a few files: what is in a bundle, what it exports, and who imports it."""

import re

import pytest

from app.http.core.script_bundles import bundled, imports_of

MAIN = """import { tell } from "./tell.js"
import {
  one,
  two,
} from "./views/dom.js"
import "./tab.js"

export const hub = one + two
const late = () => import("./late.js")
"""
SOURCES = {
    "search.js": 'import { one } from "./views/dom.js"\none()\n',
    "views/dom.js": "export function one() {}\nexport const two = 2\nconst hidden = 3\n",
    "main.js": MAIN,
    "tell.js": 'import { tab } from "./tab.js"\nexport async function tell() { return tab }\n',
    "tab.js": "export class tab {}\nexport const unused = 1\n",
    "late.js": 'import { tab } from "./tab.js"\nimport { two } from "./views/dom.js"\ntab(two)\n',
    "views/page.js": 'import { hub } from "../main.js"\nimport { tell } from "../tell.js"\n',
}


def test_a_bundle_has_its_modules_in_the_order_in_which_they_run() -> None:
    main = bundled(SOURCES)["main.js"]

    places = [main.index(text) for text in ("class tab", "function tell", "const hub")]

    assert places == sorted(places)
    assert re.findall(r"^export .*", main, re.MULTILINE) == [
        "export const { tab, tell, hub } = (() => {"
    ]


def test_a_bundle_exports_what_its_entry_exports_and_what_others_import() -> None:
    served = bundled(SOURCES)

    assert served["main.js"].endswith("return { tab, tell, hub }\n})()\n")
    assert served["search.js"].endswith("return { one, two }\n})()\n")


def test_a_bundle_that_nobody_imports_from_exports_nothing() -> None:
    assert "export" not in bundled({"search.js": "const field = 1\n"})["search.js"]


def test_all_others_import_from_the_bundle() -> None:
    served = bundled(SOURCES)

    assert list(imports_of("main.js", served["main.js"])) == ["search.js"]
    assert 'import { one, two } from "./search.js"' in served["main.js"]
    assert list(imports_of("late.js", served["late.js"])) == ["main.js", "search.js"]
    assert list(imports_of("views/page.js", served["views/page.js"])) == ["main.js", "main.js"]


def test_what_is_loaded_later_is_found_from_the_place_of_the_bundle() -> None:
    later = {"views/a.js": 'import("./b.js")\n', "views/b.js": ""}

    served = bundled({"main.js": 'import "./views/a.js"\n', **later})

    assert 'import("./views/b.js")' in served["main.js"]


def test_pages_without_a_cart_do_not_bring_it_along() -> None:
    served = bundled({**SOURCES, "drafts.js": 'import { tab } from "./tab.js"\ntab()\n'})

    assert list(imports_of("drafts.js", served["drafts.js"])) == ["tab.js"]
    assert list(imports_of("main.js", served["main.js"])) == ["tab.js", "search.js"]


def test_two_modules_with_one_name_cannot_be_bundled() -> None:
    twice = 'import "./tab.js"\nconst tab = 1\nexport const tell = tab\n'

    with pytest.raises(ValueError, match=r"tab is declared in tell\.js and in tab\.js"):
        bundled({**SOURCES, "tell.js": twice})


@pytest.mark.parametrize(
    "line",
    [
        'import * as all from "./tab.js"',
        "export default 1",
        "export let count = 1",
        "await 1",
        "const one = await 1",
    ],
)
def test_what_a_bundle_cannot_express_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="cannot be bundled"):
        bundled({**SOURCES, "tell.js": f"{line}\nexport const tell = 1\n"})
