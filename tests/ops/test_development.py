"""A development machine's own things: certificate, keys, environment."""

import ssl
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store

from clozette.development import certificates, environment, keys, translations, trust
from clozette.settings import ROOT


def test_the_certificate_is_good_for_localhost_and_its_keys_are_private(tmp_path: Path) -> None:
    files = certificates.ensure(tmp_path)
    authority, certificate = (
        x509.load_pem_x509_certificate(path.read_bytes()) for path in (files.authority, files.certificate)
    )
    verifier = PolicyBuilder().store(Store([authority])).build_server_verifier(x509.DNSName("localhost"))
    verifier.verify(certificate, [])
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(files.certificate, files.key)
    for key in ("ca.key", "localhost.key"):
        assert stat.S_IMODE((tmp_path / key).stat().st_mode) == 0o600


def test_the_authority_can_sign_for_this_machine_alone(tmp_path: Path) -> None:
    files = certificates.ensure(tmp_path)
    authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    assert [str(name.value) for name in limits.value.permitted_subtrees or ()] == [
        "localhost",
        "127.0.0.0/8",
        "::1/128",
    ]


def test_what_is_good_stays_and_what_runs_out_is_renewed(tmp_path: Path) -> None:
    files = certificates.ensure(tmp_path)
    before = files.authority.read_bytes(), files.certificate.read_bytes()
    certificates.ensure(tmp_path)
    assert (files.authority.read_bytes(), files.certificate.read_bytes()) == before
    certificates.ensure(tmp_path, datetime.now(UTC) + timedelta(days=380))
    assert files.authority.read_bytes() == before[0]
    assert files.certificate.read_bytes() != before[1]
    certificates.ensure(tmp_path, datetime.now(UTC) + timedelta(days=3640))
    assert files.authority.read_bytes() != before[0]


def test_secrets_stay_and_addresses_follow_the_port(tmp_path: Path) -> None:
    path = tmp_path / keys.FILE
    first = keys.settings_for(8443, tmp_path)
    keys.write(path, first)
    again = keys.settings_for(9000, tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(first["CLOZETTE_SECRET_KEYS"]) >= 32
    assert again["CLOZETTE_SECRET_KEYS"] == first["CLOZETTE_SECRET_KEYS"]
    assert (again["CLOZETTE_BASE_URL"], again["CLOZETTE_SMTP_URL"]) == (
        "https://localhost:9000",
        "smtp://127.0.0.1:9002",
    )


@pytest.mark.parametrize(
    ("kind", "filled"), [(None, True), ("development", True), ("production", False), ("test", False)]
)
def test_development_keys_never_reach_another_kind_of_site(tmp_path: Path, kind: str | None, filled: bool) -> None:
    keys.write(tmp_path / keys.FILE, keys.settings_for(8443, tmp_path))
    given = {"CLOZETTE_VAR": str(tmp_path), "CLOZETTE_BASE_URL": "https://mine.test"} | (
        {"CLOZETTE_ENV": kind} if kind else {}
    )
    keys.fill(given)
    assert ("CLOZETTE_SECRET_KEYS" in given) is filled
    assert given["CLOZETTE_BASE_URL"] == "https://mine.test"


def test_an_environment_is_made_once_for_each_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(environment, "_run", lambda command, hint="": commands.append([str(part) for part in command]))
    monkeypatch.setattr(environment, "_say", lambda text: None)
    monkeypatch.setattr(environment, "_compile", lambda venv: None)
    for name in ("run.lock", "dev.lock"):
        (tmp_path / "requirements").mkdir(exist_ok=True)
        (tmp_path / "requirements" / name).write_text(name)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / ".venv").mkdir()
    assert environment.ensure(tmp_path, "run")
    assert commands[0][:3] == [sys.executable, "-m", "venv"]
    assert "--require-hashes" in commands[1]
    assert "--no-build-isolation" in commands[2]
    assert not environment.ensure(tmp_path, "run")
    assert environment.ensure(tmp_path, "dev")
    (tmp_path / ".venv" / ".run.installed").unlink()
    assert not environment.ensure(tmp_path, "run")  # dev holds what run holds
    (tmp_path / "requirements" / "dev.lock").write_text("changed")
    assert environment.ensure(tmp_path, "run")


def test_what_run_needs_is_in_the_tests_environment_too() -> None:
    def pins(name: str) -> set[str]:
        lines = (ROOT / "requirements" / name).read_text().splitlines()
        return {line.split()[0] for line in lines if "==" in line and not line.startswith((" ", "#"))}

    assert pins("run.lock") <= pins("dev.lock")


def test_browsers_are_found(tmp_path: Path) -> None:
    profile = tmp_path / ".mozilla" / "firefox" / "x.default"
    profile.mkdir(parents=True)
    (profile / "cert9.db").touch()
    assert trust.stores(tmp_path) == [tmp_path / ".pki" / "nssdb", profile]


def test_a_catalogue_must_say_everything_and_invent_no_placeholder() -> None:
    template, catalogue = Catalog(), Catalog(locale="de")
    for text in ("Hello %(name)s", "Bye", ("%(num)d look", "%(num)d looks")):
        template.add(text)
    catalogue.add("Hello %(name)s", "Hallo %(nam)s")
    catalogue.add(("%(num)d look", "%(num)d looks"), ("%(num)d Look", "%(num)d Looks"))
    assert list(translations._faults(catalogue, template)) == [
        "an unknown placeholder: Hello %(name)s",
        "not translated: Bye",
    ]
