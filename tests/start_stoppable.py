"""`start.py`, for systems on which one process cannot send another a signal but through a console that both have.

python -I start_stoppable.py SCRIPTS COMMAND ...

The variable STOP_FILE names a file; whenever it is there, the signal whose name it holds is raised here, in a thread of
its own, as Windows raises Ctrl-C, and the file is removed.
"""

import os
import runpy
import signal
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve()


def watch(path: Path) -> None:
    while True:
        if path.exists() and (name := path.read_text("utf-8")):
            path.unlink()
            signal.raise_signal(signal.Signals[name])
        time.sleep(0.01)


threading.Thread(target=watch, args=[Path(os.environ.pop("STOP_FILE"))], daemon=True).start()
sys.argv[0] = str(HERE.with_name("start.py"))
runpy.run_path(sys.argv[0], run_name="__main__")
