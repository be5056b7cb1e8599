"""Validates files of `meterchurn test` against the schema of JUnit's XML: python tests/junit_xml.py FILE…"""

import pathlib
import sys

import xmlschema

schema = xmlschema.XMLSchema(str(pathlib.Path(__file__).parent / "schemas" / "junit-10.xsd"))
for path in sys.argv[1:]:
    schema.validate(path)
    suites = schema.to_dict(path)["testsuite"]
    cases = [case for suite in suites for case in suite.get("testcase", [])]
    assert cases, f"{path} has no cases"
    for suite in suites:
        flaws = [name for case in suite["testcase"] for name in ("failure", "error", "skipped") if name in case]
        counts = [suite["@tests"], suite["@failures"], suite["@errors"], suite["@skipped"]]
        of_kind = [str(flaws.count(name)) for name in ("failure", "error", "skipped")]
        assert counts == [str(len(suite["testcase"])), *of_kind]
    print(f"{path}: {len(cases)} cases")
# The schema is no formality: it refuses a case without a name.
assert not schema.is_valid('<testsuites><testsuite name="a" tests="1"><testcase/></testsuite></testsuites>')
