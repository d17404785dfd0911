"""JUnit XML of an exploration, as CI systems read it: a test case a plan, a failure for what is owed."""

import re
from xml.etree import ElementTree

from sagalab.rehearsal.any_saga.faults import words_of
from sagalab.rehearsal.any_saga.result import AnyExploration

# What XML 1.0 cannot hold at all, escaped or not (https://www.w3.org/TR/xml/#charsets).
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(found: AnyExploration, name: str) -> bytes:
    """Return the JUnit XML (UTF-8) of an exploration of the machine `name`."""
    failed = len(found.findings)
    count = {"tests": str(len(found.cases)), "failures": str(failed), "errors": "0", "skipped": "0"}
    seconds = f"{found.seconds:.3f}"
    suites = ElementTree.Element("testsuites", {**count, "time": seconds})
    suite = ElementTree.SubElement(suites, "testsuite", {"name": _text(name), **count, "time": seconds})
    for case in found.cases:
        about = {
            "classname": _text(f"{name}.{case.plan[0].state}"),
            "name": _text(words_of(case.plan)),
            "time": "0",
        }
        node = ElementTree.SubElement(suite, "testcase", about)
        if case.finding:
            failure = {"type": case.finding, "message": _text(case.sentence)}
            body = ElementTree.SubElement(node, "failure", failure)
            body.text = _text(f"{case.status}: {' → '.join(case.path)}")
    return ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True)


def _text(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
