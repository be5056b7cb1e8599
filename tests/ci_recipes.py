"""Parses the recipes in docs/ci and .github and the workflow of `init --for ci`, and runs their commands on scenarios that pass, fail and are invalid.

    python tests/ci_recipes.py [DIRECTORY WITH THE PROGRAM]

Needs PyYAML. A step that installs the program is left out, and so are actions of others. Without a directory, or if the
program has no command or option that a recipe uses, that command is only read by the shell.
"""

import itertools
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
RECIPES = ROOT / "docs" / "ci"
OF_INIT = ROOT / "src" / "cli" / "templates" / "ci" / "scenarios.yml"
SCENARIO = "dp072-fifty-days.toml"  # one meter
SCENARIOS = 16  # so that each of four parts has some
TIMEOUT = 600  # seconds for one command
# What one of the scenarios has in place of what, and the exit codes that a job may then end with.
CASES = {
    "all pass": (("", ""), {0}),
    "one fails": (("== 100", "== 101"), {99}),
    "one is invalid": (("horizon", "horizn"), {3}),
}


def jobs_of_github(recipe):
    """The commands of each job, once for each value of its matrix, with their variables."""
    for name, job in recipe["jobs"].items():
        matrix = job.get("strategy", {}).get("matrix", {})
        for values in itertools.product(*matrix.values()):
            values = {f"matrix.{key}": str(value) for key, value in zip(matrix, values)}
            fill = lambda text: re.sub(r"\$\{\{ *([\w.-]+) *\}\}", lambda found: values[found[1]], str(text))
            variables = {**recipe.get("env", {}), **job.get("env", {})}
            variables = {key: fill(value) for key, value in variables.items()}
            steps = [step["run"] for step in job["steps"] if "run" in step and step.get("name") != "Install"]
            assert not any("${{" in step for step in steps), f"{name}: a value in a command is code: use a variable"
            yield name, variables, steps


def jobs_of_gitlab(recipe):
    """The same for GitLab, once for each of its parallel jobs."""
    for name, job in recipe.items():
        if "script" not in job:
            continue
        total = job.get("parallel", 1)
        for index in range(1, total + 1):
            yield name, {"CI_NODE_INDEX": str(index), "CI_NODE_TOTAL": str(total)}, job["script"]


def jobs_of_pre_commit(hooks):
    """Each hook with the files that it would be given."""
    for hook in hooks:
        assert re.search(hook["files"], f"scenarios/{SCENARIO}"), hook["id"]
        assert not re.search(hook["files"], "docs/a.toml"), hook["id"]
        yield hook["id"], {}, [f"{hook['entry']} scenarios/*.toml"]


def known_options(program, command):
    """The options of a command, or None if the program does not have it."""
    shown = subprocess.run([program, command, "--help"], capture_output=True, text=True)
    return None if shown.returncode else set(re.findall(r"--[a-z-]+", shown.stdout))


def missing(program, step):
    """What a command asks of the program that it does not have."""
    for command, rest in re.findall(r"meterchurn (\w+)([^\n|>&]*)", step):
        options = known_options(program, command)
        if options is None:
            return f"`meterchurn {command}`"
        unknown = set(re.findall(r"--[a-z-]+", rest)) - options
        if unknown:
            return f"`meterchurn {command} {' '.join(sorted(unknown))}`"
    return None


def run(step, folder, variables):
    """Runs a command in a folder as the services do, and returns how it ended."""
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step]
    return subprocess.run(shell, cwd=folder, env={**os.environ, **variables}, capture_output=True, timeout=TIMEOUT)


def run_jobs(jobs, program, case):
    """Runs all jobs in one copy of a repository, and returns the reports that they leave."""
    (old, new), expected = CASES[case]
    with tempfile.TemporaryDirectory() as folder:
        scenarios = Path(folder, "scenarios")
        scenarios.mkdir()
        text = (ROOT / "scenarios" / SCENARIO).read_text()
        for number in range(SCENARIOS):
            (scenarios / f"scenario-{number}.toml").write_text(text if number else text.replace(old, new))
        summary = {"GITHUB_STEP_SUMMARY": str(Path(folder, "summary.md")), "CI": "true"}
        path = {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}
        if any("meterchurn fmt --check" in step for _, _, steps in jobs for step in steps):
            assert run("meterchurn fmt scenarios", folder, path).returncode == 0
        codes = set()
        for name, variables, steps in jobs:
            for step in steps:
                ended = run(step, folder, {**variables, **summary, **path})
                assert ended.returncode in expected | {0}, (
                    f"{name}, {case}: `{step}` ended with {ended.returncode}\n{ended.stderr.decode()}"
                )
                codes.add(ended.returncode)
        assert codes & expected, f"{case}: no command ended with {expected}"
        return sorted(report.name for report in Path(folder).glob("reports/*"))


def main():
    program = Path(sys.argv[1]).resolve() / "meterchurn" if len(sys.argv) > 1 else None
    read = lambda path: yaml.safe_load(path.read_text())
    own = read(ROOT / ".github" / "workflows" / "ci.yml")
    assert own["permissions"] == {"contents": "read"}
    for workflow in (own, read(RECIPES / "github.yml"), read(OF_INIT)):
        uses = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]
        assert uses and all(re.search(r"@v\d+\.\d+\.\d+$", use) for use in uses), f"unpinned: {uses}"
    local = [hook for repo in read(RECIPES / "pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    recipes = {
        "github.yml": list(jobs_of_github(read(RECIPES / "github.yml"))),
        "scenarios.yml of init": list(jobs_of_github(read(OF_INIT))),
        "gitlab.yml": list(jobs_of_gitlab(read(RECIPES / "gitlab.yml"))),
        "pre-commit-config.yaml": list(jobs_of_pre_commit(local)),
        ".pre-commit-hooks.yaml": list(jobs_of_pre_commit(read(ROOT / ".pre-commit-hooks.yaml"))),
    }
    for name, jobs in recipes.items():
        steps = [step for _, _, steps in jobs for step in steps]
        assert steps, f"{name} runs nothing"
        for step in steps:
            subprocess.run(["bash", "-n", "-c", step], check=True)
        lacking = sorted({found for step in steps if program and (found := missing(program, step))})
        if program is None or lacking:
            print(f"{name}: read, not run: {'no program' if program is None else 'it lacks ' + ', '.join(lacking)}")
            continue
        tests = any("meterchurn test" in step for step in steps)
        # A check finds nothing wrong with an expectation that fails.
        for case in [case for case in CASES if tests or case != "one fails"]:
            reports = run_jobs(jobs, program, case)
            parts = sum("meterchurn test" in step and "--output" in step for step in steps)
            junit = [report for report in reports if report.startswith("junit") and report.endswith(".xml")]
            assert len(junit) == parts, f"{name}, {case}: {parts} parts left {reports}"
        print(f"{name}: {len(steps)} commands run")


if __name__ == "__main__":
    main()
