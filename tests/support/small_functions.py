"""Lambda functions for tests, made from a few lines of source."""

import io
import json
import textwrap
import zipfile
from dataclasses import dataclass
from typing import Any


def zipped(**files: str) -> bytes:
    """Return a zip of modules: name → source."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, source in files.items():
            archive.writestr(f"{name}.py", textwrap.dedent(source))
    return buffer.getvalue()


@dataclass
class Function:
    """A function on the local cloud."""

    name: str
    client: Any

    def invoke(self, event: Any = None, **options: Any) -> dict:
        """Invoke it; the payload is read and parsed."""
        answer = self.client.invoke(FunctionName=self.name, Payload=json.dumps(event), **options)
        text = answer["Payload"].read()
        return answer | {"Payload": json.loads(text) if text else None}

    def update(self, source: str) -> None:
        """Give it another code."""
        self.client.update_function_code(FunctionName=self.name, ZipFile=zipped(code=source))
