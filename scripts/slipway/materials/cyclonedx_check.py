"""Says whether a bill of materials is valid against CycloneDX's own schema; runs in the environment of cyclonedx-py.

Takes the path of the document; ends with 1 and one line on stderr where it is not valid.
"""

import sys
from pathlib import Path


def main() -> None:
    """Validate the document that the command line names."""
    # Slipway's own environment does not have it.
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    document = Path(sys.argv[1]).read_text("utf-8")
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(document)
    if fault is not None:
        sys.exit(str(fault.data).partition("\n")[0][:500])


if __name__ == "__main__":
    main()
