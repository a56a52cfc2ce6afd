"""Jobs for the tests of sharpem.jobs: functions that a worker process imports."""

import os
import time
from pathlib import Path

import numpy as np
from killed_writes import Killer, files

from sharpem.errors import InputError
from sharpem.io.together import write_together


def chore(arguments, folder):
    """Write a file, note the attempt in a file that all share, and do what is asked."""
    (folder / "result.txt").write_text(arguments.get("text", "result"))
    if tally := arguments.get("tally"):
        with Path(tally).open("a") as file:
            file.write(folder.parent.parent.name + "\n")
    match arguments.get("do"):
        case "refuse":
            raise InputError("a.mrc: wrong,\n expected right")
        case "break":
            raise ZeroDivisionError("a fault of the program")
        case "print":
            os.system("echo from outside")
            print("from Python")
        case "die":
            os.kill(os.getpid(), 9)
        case "die once":
            if not Path(arguments["mark"]).exists():
                Path(arguments["mark"]).touch()
                os.kill(os.getpid(), 9)
        case "sleep":
            time.sleep(arguments["seconds"])
        case "write":
            write_together(files(folder, arguments["text"]), overwrite=False)
        case "write and be killed":
            if not Path(arguments["mark"]).exists():
                Path(arguments["mark"]).touch()
                Killer(arguments["step"], after=arguments["after"], below=folder.parent.parent)
            write_together(files(folder, arguments["text"]), overwrite=False)
        case "allocate":
            np.ones(arguments["bytes"] // 8)
    return {"threads": os.environ.get("OMP_NUM_THREADS"), "process": os.getpid()}
