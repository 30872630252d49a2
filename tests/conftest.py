"""All tests may use what lies beside the integration tests: server.py, sample.py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "integration"))
sys.path.insert(0, str(Path(__file__).parent / "property"))
