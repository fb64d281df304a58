"""The files in deploy/ and docs/operating.md match the metrics, settings and log of the shop."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.metrics.collect import Metrics
from app.runtime.config import Config, read_config, variable
from app.runtime.shop_file import DEMO_FILE
from app.server.connection_limits import ConnectionLimits
from app.services.mail.sender import MailStats
from app.services.passwords import Passwords, make_hasher
from app.services.payments.guarded import CallCounts
from app.services.security_log import SecurityLog
from app.ws.event_streams import StreamStats
from app.ws.registry import ConnectionRegistry
from tests.live.harness import HubHarness
from tests.metrics.reader import ParsedMetrics, read

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
OPERATING = (ROOT / "docs/operating.md").read_text()
FILES = sorted(path for path in DEPLOY.iterdir() if path.is_file())
SETTINGS = {variable(each.name) for each in fields(Config)}
BUILT_IN = {"up"}
"""Metrics that Prometheus itself provides."""
PATIENCE_S = 20


class IdleWriter:
    """A writer with no waiting carts."""

    waiting = 0


class IdlePeers:
    """A connection to other servers without any messages."""

    is_up, waiting, leases = True, 0, 0
    relayed: Mapping[str, int] = {"edge": 0, "owner": 0}
    events: Mapping[str, int] = {}


@pytest.fixture(scope="module")
def exported() -> ParsedMetrics:
    """Return the metrics of a server that has just started."""
    passwords = Passwords(make_hasher())
    metrics = Metrics(
        "w1",
        HubHarness().hub,
        ConnectionRegistry(1, 1, 1),
        StreamStats(),
        IdleWriter(),
        passwords,
        IdlePeers(),
        0.0,
        ConnectionLimits(1, 1).ended,
        SecurityLog(),
        MailStats(),
        CallCounts(),
    )
    text = metrics.text()
    passwords.close()
    return read(text)


def queries() -> Iterator[tuple[str, str]]:
    """Yield each query of the dashboard and of the alerts, and where it is."""
    board = json.loads((DEPLOY / "grafana.json").read_text())
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield f"board: {panel['title']}", target["expr"]
    for rule in alerts():
        yield f"alert: {rule['alert']}", rule["expr"]


def alerts() -> list[dict[str, Any]]:
    """Return the alerting rules."""
    (group,) = yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"]
    rules: list[dict[str, Any]] = group["rules"]
    return rules


def metrics_in(query: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each metric in a query, with the labels that it must have.

    The value of a label is given if it is compared for equality, and is "" otherwise.
    """
    for name, _, labels in re.findall(r"\b((?:shop|process)_\w+|up)\b({([^}]*)})?", query):
        found = re.findall(r'(\w+)(!?=~?)"([^"]*)"', labels)
        yield name, {label: value if sign == "=" else "" for label, sign, value in found}


@pytest.mark.parametrize(("where", "query"), list(queries()))
def test_every_query_uses_metrics_that_the_shop_exports(
    exported: ParsedMetrics, where: str, query: str
) -> None:
    metrics = list(metrics_in(query))

    assert metrics, where
    for name, labels in metrics:
        assert name in exported.names | BUILT_IN, where
        own = {label: value for label, value in labels.items() if label not in {"job", "instance"}}
        assert name in BUILT_IN or any(
            key.name == name
            and all(value in {"", dict(key.labels).get(label)} for label, value in own.items())
            and own.keys() <= dict(key.labels).keys()
            for key in exported.numbers
        ), (where, name, own)


def test_labels_that_queries_group_by_are_exported(exported: ParsedMetrics) -> None:
    labels = {label for key in exported.numbers for label, _ in key.labels} | {"instance"}
    by = {
        label.strip()
        for _, query in queries()
        for group in re.findall(r"\bby \(([^)]*)\)", query)
        for label in group.split(",")
    }

    assert by <= labels


def test_exactly_the_exported_metrics_are_documented(exported: ParsedMetrics) -> None:
    explained = set(re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+) \|", OPERATING, re.MULTILINE))
    names = {name for row in explained for name in re.findall("`([a-z_]+)`", row)}

    assert {name for name in names if name.startswith(("shop_", "process_"))} == set(exported.kinds)


def test_every_metric_is_on_the_dashboard(exported: ParsedMetrics) -> None:
    board = [query for where, query in queries() if where.startswith("board: ")]
    shown = {name for query in board for name, _ in metrics_in(query)}
    stems = {re.sub("_(bucket|sum|count)$", "", name) for name in shown}

    assert stems == set(exported.kinds)


def test_exactly_the_configured_alerts_are_documented() -> None:
    explained = re.findall(r"^### (Shop\w+)$", OPERATING, re.MULTILINE)

    assert explained == [rule["alert"] for rule in alerts()]


def test_every_documented_log_event_exists() -> None:
    section = OPERATING.partition("## Logs")[2].partition("\n## ")[0]
    sources = "".join(path.read_text() for path in (ROOT / "app").rglob("*.py"))
    events = {
        event
        for row in re.findall(r"^\| (`.*?) \| \w+ \|", section, re.MULTILINE)
        for event in re.findall("`([^`]+)`", row)
    }

    assert len(events) > 10
    assert {event for event in events if event.removeprefix("op ") not in sources} == set()


@pytest.mark.parametrize("path", [*FILES, ROOT / "docs/operating.md"], ids=lambda path: path.name)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    assert set(re.findall(r"\bSHOP_[A-Z_]+", path.read_text())) <= SETTINGS


CLIENTS = {
    "203.0.113.5": "203.0.113.5",
    "::ffff:203.0.113.5": "203.0.113.5",
    "2001:db8:1:2:3:4:5:6": "2001:db8:1:2:",
    "2001:db8:1:2::5": "2001:db8:1:2:",
    "2001:db8:1:3::5": "2001:db8:1:3:",
    "2001:db8::5": "2001:db8::",
    "2001:db8::5:6:7": "2001:db8::",
}


@pytest.mark.parametrize(("address", "client"), CLIENTS.items())
def test_nginx_limits_an_ipv6_network_as_one_client(address: str, client: str) -> None:
    text = (DEPLOY / "nginx.conf").read_text()
    rows = re.findall(r'^    "~(\S+)" +\$1;$', text, re.MULTILINE)
    found = (match[1] for row in rows if (match := re.search(row, address)))

    assert next(found, address) == client
    assert len(re.findall(r"^limit_(?:conn|req)_zone \$shop_client ", text, re.MULTILINE)) == 2


def test_every_deployment_file_is_documented() -> None:
    unnamed = {path.name for path in FILES if f"deploy/{path.name}" not in OPERATING}

    assert unnamed == {"compose.yaml", "Dockerfile"}
    assert "The Dockerfile and the compose file were written where no container" in OPERATING


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml"])
def test_untested_container_files_say_so(name: str) -> None:
    head = " ".join(re.findall(r"^# ?(.*)$", (DEPLOY / name).read_text(), re.MULTILINE))

    assert "No container engine was at hand to try this file" in head


def test_every_file_that_the_image_copies_exists() -> None:
    copied = re.findall(r"^COPY (\S+)", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)

    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """Return the services of the compose file, with a password in place."""
    text = (DEPLOY / "compose.yaml").read_text()
    found: dict[str, Any] = yaml.safe_load(re.sub(r"\$\{\w+:\?\}", "hush", text))["services"]
    return found


@pytest.mark.parametrize("service", ["a", "b"])
def test_the_compose_settings_are_valid(services: dict[str, Any], service: str) -> None:
    settings = services[service]["environment"]
    others = {"SHOP_SECRET": "x" * 32, "SHOP_ORIGINS": "https://shop.example"}

    config = read_config({**settings, **others})

    assert config.metrics_host == services[service]["networks"]["shop"]["ipv4_address"]
    assert f"server {service} {config.metrics_host}:8000" in (DEPLOY / "haproxy.cfg").read_text()
    assert f"{config.metrics_host}:9100" in (DEPLOY / "prometheus.yml").read_text()


def test_every_host_that_a_container_connects_to_is_a_service(services: dict[str, Any]) -> None:
    settings = [services[name]["environment"] for name in ("a", "b")]
    databases = re.findall(r"@([^/]+)/", " ".join(each["SHOP_DATABASE"] for each in settings))
    hosts = {host for named in databases for host in named.split(",")}
    hosts |= {host for each in settings for host in re.findall("//([a-z]+):", each["SHOP_REDIS"])}
    hosts.add(services["postgres-b"]["environment"]["PRIMARY_HOST"])
    source = yaml.safe_load((DEPLOY / "grafana-datasource.yml").read_text())["datasources"][0]
    hosts |= set(re.findall("//([a-z]+):", source["url"]))

    assert hosts == {"postgres-a", "postgres-b", "redis", "prometheus"}
    assert hosts <= services.keys()


def test_every_file_that_a_container_mounts_exists(services: dict[str, Any]) -> None:
    mounts = [each.split(":") for one in services.values() for each in one.get("volumes", ())]
    files = {source.removeprefix("./"): target for source, target, *_ in mounts if source[0] == "."}
    (board,) = yaml.safe_load((DEPLOY / "grafana-dashboards.yml").read_text())["providers"]

    assert {name for name in files if not (DEPLOY / name).exists()} == {"shop.pem"}
    assert Path(files["grafana.json"]).parent == Path(board["options"]["path"])


@pytest.mark.parametrize("path", sorted(DEPLOY.glob("*.sh")), ids=lambda path: path.name)
def test_the_shell_understands_its_scripts(path: Path) -> None:
    assert _run("sh", "-n", str(path)).returncode == 0


def test_the_documented_settings_are_read_alike_by_the_unit_and_by_the_command(
    tmp_path: Path,
) -> None:
    documented = OPERATING.partition("`/etc/shop/shop.env`")[2].split("```")[1]
    lines = [line.strip() for line in documented.replace("=…", f"={'x' * 32}").splitlines()]
    unit = dict(line.split("=", 1) for line in lines if line and line[0] not in "#;")
    (tmp_path / "shop.env").write_text("\n".join([*lines, "SHOP_REDIS=redis://a:$b&c d@e"]))
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$*"\nenv')
    python.chmod(0o700)
    text = (DEPLOY / "shop.sh").read_text().replace("runuser --user shop --", "")
    text = text.replace("/etc/shop", str(tmp_path)).replace("/opt/shop", str(tmp_path))
    service = (DEPLOY / "shop.service").read_text()
    database = re.findall(r"^Environment=(SHOP_DATABASE=.*)", service, re.MULTILINE)

    said = _run("sh", "-c", text, "shop", "account", "add").stdout.splitlines()

    assert unit["SHOP_SETTINGS"] == "/etc/shop/shop.toml"
    own = read_config({**unit, "SHOP_SETTINGS": str(DEMO_FILE)}).settings
    assert own.timezone == "Europe/London"
    assert said[0] == "-m app.cli account add"
    assert len(database) == 1
    settings = {f"{name}={value}" for name, value in unit.items()}
    assert {*settings, *database, "SHOP_REDIS=redis://a:$b&c d@e"} <= set(said)


@pytest.mark.parametrize("path", sorted(DEPLOY.glob("shop*.*er")), ids=lambda path: path.name)
def test_systemd_understands_its_units(path: Path, tmp_path: Path) -> None:
    program = _program("systemd-analyze")
    for unit in DEPLOY.glob("shop*.*er*"):
        text = unit.read_text().replace("/opt/shop/.venv/bin/python", sys.executable)
        (tmp_path / unit.name).write_text(text)

    done = _run(program, "verify", "--man=no", str(tmp_path / path.name))

    assert (done.returncode, _lines_about(done.stderr, tmp_path)) == (0, [])


def test_haproxy_understands_its_configuration(tmp_path: Path) -> None:
    program, openssl = _program("haproxy"), _program("openssl")
    pem = tmp_path / "shop.pem"
    words = f"req -x509 -newkey rsa:2048 -nodes -subj /CN=shop.example -keyout {pem} -out {pem}.crt"
    assert _run(openssl, *words.split()).returncode == 0
    pem.write_text(pem.read_text() + Path(f"{pem}.crt").read_text())
    configured = tmp_path / "haproxy.cfg"
    text = (DEPLOY / "haproxy.cfg").read_text()
    configured.write_text(text.replace("/etc/haproxy/shop.pem", str(pem)))

    done = _run(program, "-c", "-f", str(configured))

    assert done.returncode == 0, done.stderr
    assert "[WARNING]" not in done.stderr


def _program(name: str) -> str:
    if (program := shutil.which(name)) is None:
        pytest.skip(f"there is no {name} here to check this with")
    return program


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, check=False, text=True, timeout=PATIENCE_S)


def _lines_about(said: str, folder: Path) -> list[str]:
    return [line for line in said.splitlines() if str(folder) in line]
