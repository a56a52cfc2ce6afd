"""As an External job of RELION: what the pipeline reads, and how it learns the job's end."""

import gemmi
import numpy as np
import pytest

from sharpem import read_map
from sharpem.cli import relion
from sharpem.io.relion_job import DENSITY_MAP, Node, RelionJob, half_maps_of, nodes_star

FLAG = "RELION_JOB_EXIT_"


@pytest.fixture
def project(folder, molecule_array, write):
    """A project of RELION with the half maps of a refinement; its External job has a folder."""
    random = np.random.default_rng(3)
    refined = folder / "Refine3D/job005"
    refined.mkdir(parents=True)
    for number in (1, 2):
        noise = random.normal(scale=0.05 * molecule_array.std(), size=molecule_array.shape)
        half = (molecule_array + noise).astype(np.float32)
        write(refined / f"run_half{number}_class001_unfil.mrc", half)
    write(refined / "run_class001.mrc", molecule_array)
    (folder / "External/job006").mkdir(parents=True)
    return folder


def flags(project):
    return {p.name.removeprefix(FLAG) for p in (project / "External/job006").glob("*JOB_*")}


JOB = ["relion", "--o", "External/job006/"]
HALF = "Refine3D/job005/run_half1_class001_unfil.mrc"


@pytest.mark.parametrize(
    "given",
    [
        ["--in_3dref", HALF],
        ["--in_3dref", "Refine3D/job005/run_class001.mrc"],
        ["--in_halves", "Refine3D/job005"],
        ["--in_halves", HALF, HALF.replace("half1", "half2")],
    ],
    ids=["half", "map", "folder", "halves"],
)
def test_job(project, outcome, given):
    code, out, err = outcome(*JOB, *given, "--b-iso", "30", "--method", "given", "--j", "1")
    assert (code, err) == (0, "")
    assert "External/job006/sharpened.mrc" in out
    assert flags(project) == {"SUCCESS"}
    document = gemmi.cif.read(str(project / "External/job006/RELION_OUTPUT_NODES.star"))
    table = document.find_block("output_nodes").find(
        "_rlnPipeLine", ["NodeName", "NodeTypeLabel", "NodeType"]
    )
    assert [list(row) for row in table] == [
        ["External/job006/sharpened.mrc", "DensityMap.mrc", "6"]
    ]
    assert read_map("External/job006/sharpened.mrc").placement.nstart == (3, 0, 0)


def test_a_job_that_is_continued_replaces_what_it_made(project, outcome):
    arguments = [*JOB, "--in_3dref", HALF, "--b-iso", "30", "--method", "given", "-q"]
    (project / "External/job006" / f"{FLAG}FAILURE").touch()
    assert outcome(*arguments) == (0, "", "")
    assert outcome(*arguments) == (0, "", "")
    assert flags(project) == {"SUCCESS"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "no half maps, expected --in_3dref"),
        (["--in_3dref", "nothing.mrc"], "nothing.mrc: no such file"),
        (["--in_3dref", "alone/map.mrc"], "alone: no pair of half maps"),
        (["--in_halves", "a", "b", "c"], "found 3 names, expected one or two"),
        (["--in_parts", "particles.star"], "--in_parts"),
        (["--in_3dref", HALF, "--methd", "model"], "did you mean --method?"),
        (["--in_3dref", HALF, "--j", "0"], "--j: found 0, expected a whole number"),
        (["--in_3dref", HALF, "--method", "model"], "expected --model"),
    ],
)
def test_job_at_fault(project, refused, given, message):
    (project / "alone").mkdir()
    (project / "alone/map.mrc").touch()
    assert message in refused(*JOB, *given)
    assert flags(project) == {"FAILURE"}
    assert not (project / "External/job006/sharpened.mrc").exists()


def test_job_that_stops_has_failed(project, outcome, monkeypatch):
    def stopping(*words, **keywords):
        raise MemoryError

    monkeypatch.setattr(relion, "run_request", stopping)
    code, _, err = outcome(*JOB, "--in_3dref", HALF)
    assert (code, err.count("\n")) == (1, 1)
    assert flags(project) == {"FAILURE"}


def test_job_ends_when_relion_asks(project, outcome, monkeypatch):
    whole = relion.run_request

    def asked(*words, **keywords):
        (project / "External/job006/RELION_JOB_ABORT_NOW").touch()
        return whole(*words, **keywords)

    monkeypatch.setattr(relion, "run_request", asked)
    code, out, err = outcome(*JOB, "--in_3dref", HALF)
    assert (code, out) == (143, "")
    assert err == "sharpem: External/job006: aborted, as RELION asked\n"
    assert flags(project) == {"ABORTED"}  # the request is gone
    assert not (project / "External/job006/sharpened.mrc").exists()


def test_flags_stand_where_pipeline_control_says(project, outcome):
    (project / "elsewhere").mkdir()
    code, _, _ = outcome(*JOB, "--pipeline_control", "elsewhere/")
    assert code == 2
    assert flags(project) == set()
    assert (project / "elsewhere" / f"{FLAG}FAILURE").exists()


def test_folder_that_cannot_be_made(project, refused):
    (project / "file").touch()
    assert "file/job: not a directory" in refused("relion", "--o", "file/job/").lower()


def test_names_with_blanks_are_quoted():
    text = nodes_star([Node("my jobs/sharpened.mrc", *DENSITY_MAP)])
    [row] = gemmi.cif.read_string(text).sole_block().find(["_rlnPipeLineNodeName"])
    assert row.str(0) == "my jobs/sharpened.mrc"


def test_either_half_map_stands_for_both(project):
    both = half_maps_of(project / HALF)
    assert [path.name for path in both] == [
        f"run_half{number}_class001_unfil.mrc" for number in (1, 2)
    ]
    assert half_maps_of(both[1]) == both


def test_end_without_a_folder_is_silent(tmp_path):
    RelionJob(tmp_path / "none", tmp_path / "none").end("FAILURE")
    assert list(tmp_path.iterdir()) == []
