"""The documentation says what the code does: hooks, commands, problem codes, entity types, settings."""

import inspect
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from piiscan import config, hookspecs
from piiscan.sources.files import FilesOptions

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def test_generated_documents_are_current() -> None:
    """docs/problems.md, entity-types.md and commands.md are what the script writes now."""
    ran = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "build_docs.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


def test_every_hook_has_a_heading() -> None:
    """docs/hooks.md describes exactly the hooks there are."""
    declared = {
        name for name, value in vars(hookspecs).items() if name.startswith("piiscan_") and inspect.isfunction(value)
    }
    described = set(re.findall(r"^### (piiscan_\w+)\(", (DOCS / "hooks.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert described == declared


def test_the_configuration_shown_is_all_there_is() -> None:
    """The example in docs/configuration.md names every setting and loads without an error."""
    text = (DOCS / "configuration.md").read_text(encoding="utf-8")
    example = tomllib.loads(re.search(r"```toml\n(.*?)```", text, re.DOTALL)[1])
    settings = config.Settings.model_validate(example)
    assert set(example) - {"target"} == set(config.Settings.model_fields) - {"target"}
    assert set(example["limits"]) == set(config.LimitSettings.model_fields)
    assert set(example["rules"]) == set(config.RuleSettings.model_fields)
    assert set(example["target"][0]["options"]) == set(FilesOptions.model_fields)
    assert settings.target[0].name == "店舗共有"


def test_the_configuration_shown_is_the_default() -> None:
    """Limits in the example are the defaults, so that nobody copies a change by accident."""
    text = (DOCS / "configuration.md").read_text(encoding="utf-8")
    example = tomllib.loads(re.search(r"```toml\n(.*?)```", text, re.DOTALL)[1])
    assert config.LimitSettings.model_validate(example["limits"]) == config.LimitSettings()
    assert FilesOptions.model_validate(example["target"][0]["options"] | {"exclude": ()}) == FilesOptions()


def test_every_suite_clause_is_explained() -> None:
    """docs/plugins.md lists each clause of the conformance kit."""
    kit = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "src" / "piiscan" / "testing").glob("*.py"))
    clauses = set(re.findall(r'"""([A-Z]{3}-\d\d):', kit))
    assert clauses
    assert clauses <= set(re.findall(r"[A-Z]{3}-\d\d", (DOCS / "plugins.md").read_text(encoding="utf-8")))


def test_links_lead_somewhere() -> None:
    """Relative links of the documents point to files that exist."""
    folders = ((ROOT, "*.md"), (DOCS, "**/*.md"), (ROOT / "rulesets", "*.md"), (ROOT / "benchmarks", "**/*.md"))
    broken = [
        f"{path.name}: {link}"
        for folder, pattern in folders
        for path in folder.glob(pattern)
        for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8"))
        if not (path.parent / link).exists()
    ]
    assert broken == []


def test_readme_library_example_runs(tmp_path: Path) -> None:
    """The Python of the README works as printed."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "a.txt").write_text("TEL 090-1234-5678", encoding="utf-8")
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "PERSON 3 8" in ran.stdout
    assert "PHONE_NUMBER" in ran.stdout
    assert "scanned=1" in ran.stdout


def test_changelog_fragments_have_a_kind() -> None:
    """Fragments are named so that a release can sort them."""
    names = [path.name for path in (ROOT / "changelog.d").glob("*.md") if path.name != "README.md"]
    assert names
    assert [n for n in names if not re.fullmatch(r"[\w-]+\.(breaking|feature|fix|rules|security)\.md", n)] == []


def test_decisions_are_numbered_once() -> None:
    """Each ADR has a number of its own and a heading that repeats it."""
    numbers = {}
    for path in (DOCS / "adr").glob("*.md"):
        number = path.name[:4]
        assert number not in numbers, f"{path.name} and {numbers[number]}"
        numbers[number] = path.name
        assert number in path.read_text(encoding="utf-8").splitlines()[0], path.name
