"""How the audit reads the output of pip-audit and `npm audit`, also when there is none."""

import json

import pytest

from bench.audit import of_node, of_python

pytestmark = pytest.mark.smoke


def test_a_package_with_a_known_vulnerability_is_reported() -> None:
    python = {
        "dependencies": [
            {"name": "quart", "version": "0.1", "vulns": [{"id": "CVE-1", "fix_versions": []}]},
            {"name": "h11", "version": "0.16", "vulns": []},
        ]
    }
    node = {
        "vulnerabilities": {"axe-core": {"range": "<2", "severity": "high"}},
        "metadata": {"dependencies": {"total": 300}},
    }

    assert of_python(json.dumps(python)) == (2, ["quart 0.1: CVE-1"])
    assert of_node(json.dumps(node)) == (300, ["axe-core <2: high"])


def test_a_package_that_could_not_be_looked_up_does_not_count_as_checked() -> None:
    python = {"dependencies": [{"name": "quart", "skip_reason": "not found"}]}

    assert of_python(json.dumps(python)) == (0, [])
    assert of_node(json.dumps({"message": "not allowed", "statusCode": 405})) == (0, [])


def test_without_output_of_the_tools_no_package_counts_as_checked() -> None:
    assert [of_python(""), of_node("")] == [(0, []), (0, [])]
