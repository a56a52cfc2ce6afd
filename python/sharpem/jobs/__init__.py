"""Many independent jobs, on one machine or a cluster: safe to kill, and to run again.

:func:`run` is given a function, jobs and an engine. Each job has a folder of its own; what is in it
says whether the job is done, and nothing else does. The function runs in a process that does one
job at a time, wherever the engine puts it: started anew, never forked (OpenMP hangs after a fork),
and killed where a job takes too long.
"""

from sharpem.jobs.attempt import Limits
from sharpem.jobs.dask import Dask
from sharpem.jobs.job import Job, Outcome, file_stamp, fingerprint
from sharpem.jobs.local import Local
from sharpem.jobs.perform import Serial
from sharpem.jobs.run import Engine, done_before, run
from sharpem.jobs.slurm import Slurm

__all__ = [
    "Dask",
    "Engine",
    "Job",
    "Limits",
    "Local",
    "Outcome",
    "Serial",
    "Slurm",
    "done_before",
    "file_stamp",
    "fingerprint",
    "run",
]
