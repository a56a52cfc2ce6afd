"""Tables of maps: how they are read, what is refused, what comes of the rows."""

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest

import sharpem
from sharpem import InputError, read_model, simulate_map, write_map
from sharpem.io.checksum import checksum_of
from sharpem.io.table import TableError, column_name
from sharpem.jobs import Serial
from sharpem.many.rows import columns, lines_of, rows_of
from sharpem.many.run import read_rows, run_rows


@pytest.fixture
def table(tmp_path):
    """Write a table, and empty files of the names that are in it; gives the path."""

    def write(text, *files, name="table.csv", encoding="utf-8"):
        for file in files:
            (tmp_path / file).parent.mkdir(exist_ok=True)
            (tmp_path / file).touch()
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write


def faults(path):
    with pytest.raises(TableError) as caught:
        read_rows(path)
    return list(caught.value.faults)


@pytest.mark.parametrize(
    "text",
    [
        "map,resolution\na.mrc,3.2\n",
        "map,resolution\r\na.mrc,3.2\r\n\r\n",
        "\ufeffMap , Resolution\n# a comment, with commas\na.mrc , 3.2\n,\n",
        "map\tresolution\na.mrc\t3.2",
        '"map";"resolution"\n"a.mrc";3.2\n',
        "--map,resolution,no-anisotropy\na.mrc,3.2,no\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_tables_as_people_write_them(table, tmp_path, text, encoding):
    text = text.removeprefix("\ufeff") if encoding == "utf-16" else text  # it has one anyway
    (row,) = read_rows(table(text, encoding=encoding))
    assert (row.name, row.request.words()) == ("a", [str(tmp_path / "a.mrc"), "--resolution=3.2"])


def test_quoted_and_foreign_names(table, tmp_path):
    text = 'map,name,resolution\n"maps, new/ä ""1"".mrc",Größe 1,3\n'
    (row,) = read_rows(table(text, 'maps, new/ä "1".mrc'))
    assert row.name == "Größe 1"
    assert row.source == str(tmp_path / 'maps, new/ä "1".mrc')
    assert row.missing == ()


def test_every_option_of_sharpen_is_a_column(table, tmp_path):
    assert {"map", "half1", "half2", "model", "resolution", "method", "mask"} <= set(columns())
    assert not {"output", "overwrite", "threads", "quiet", "help", "r"} & set(columns())
    text = 'map,resolution,b-min,no_anisotropy,mtz labels,mask\na.mrc,3,-1e2,yes,"F,PHI",m.mrc\n'
    (row,) = read_rows(table(text, "a.mrc", "m.mrc"))
    assert row.request.words()[1:] == [
        "--resolution=3",
        "--mtz-labels=F,PHI",
        "--no-anisotropy",
        "--b-min=-100",
        f"--mask={tmp_path / 'm.mrc'}",
    ]


def test_a_row_may_leave_the_half_maps_of_an_entry_out(table):
    text = "map,no_half_maps\nEMD-3488,yes\nEMD-8410,no\n"
    without, with_them = read_rows(table(text))
    assert not without.request.half_maps
    assert with_them.request.half_maps
    assert "--no-half-maps" in without.request.words()


def test_names_that_are_no_files_stay(table):
    (row,) = read_rows(table("map,resolution\nEMD-3488,3.2\n"))
    assert (row.source, row.name, row.files) == ("EMD-3488", "EMD-3488", ())


def test_all_faults_are_told_at_once(table):
    text = "map,resolution,method\na.mrc,fine,\nb.mrc,3,magic\nc.mrc,3\nd/c.mrc,3,\nc.mrc,3,\n,3,\n"
    told = faults(table(text))
    assert [fault.partition(":")[0] for fault in told] == [
        "line 4", "line 2", "line 3", "line 6", "line 7",
    ]  # fmt: skip
    for fault, word in zip(told, ("cells", "fine", "magic", "line 5", "no map"), strict=True):
        assert word in fault


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no rows"),
        ("map,resolution\n", "no rows"),
        ("map,colour\na.mrc,red\n", "column colour: no option"),
        ("map,output\na.mrc,b\n", "column output: the same for all rows"),
        ("map,resolution,\na.mrc,3.2,\n", "column 3 has no name"),
        ("map,map\na.mrc,b.mrc\n", "two columns are named map"),
        ('map,resolution\n"a.mrc,3\n', "line 2"),
        ("map,no_anisotropy\na.mrc,perhaps\n", "expected yes or no"),
        ("map,name\na.mrc,b/c\n", "without slash"),
        ("map,name\na.mrc,summary.csv\n", "expected the name of a folder"),
    ],
)
def test_tables_at_fault(table, text, said):
    (fault,) = faults(table(text))
    assert said in fault


@pytest.mark.parametrize("data", [b"map\n\xff\xe4.mrc\n", bytes(range(256))])
def test_no_text(table, data):
    with pytest.raises(InputError, match="UTF-8"):
        read_rows(table(data))


def test_no_table(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError, match="expected a table"):
            read_rows(path)


def test_a_row_changes_with_its_values_and_files(table, tmp_path):
    def fingerprint(text):
        (row,) = read_rows(table(text))
        return row.job.fingerprint

    (tmp_path / "a.mrc").write_text("one")
    first = fingerprint("map,resolution\na.mrc,3\n")
    assert fingerprint("# moved\nresolution,map\n3,a.mrc\n") == first
    assert fingerprint("map,resolution\na.mrc,3.1\n") != first
    os.utime(tmp_path / "a.mrc", ns=(0, 0))
    assert fingerprint("map,resolution\na.mrc,3\n") != first


def test_spelling_of_columns():
    assert column_name("--B-Sharpen ") == "b_sharpen"


def test_rows_from_python(tmp_path):
    rows = [
        {"map": tmp_path / "a.mrc", "resolution": 3.2, "no_anisotropy": True, "mask": None},
        {"map": "b.mrc", "mtz_labels": ("F", "PHI"), "no-anisotropy": False},
    ]
    one, two = rows_of(lines_of(rows), tmp_path, table="rows")
    assert one.request.words() == [str(tmp_path / "a.mrc"), "--resolution=3.2", "--no-anisotropy"]
    assert two.request.words() == [str(tmp_path / "b.mrc"), "--mtz-labels=F,PHI"]


@pytest.fixture(scope="module")
def maps(tmp_path_factory):
    """Three small maps, ever more blurred."""
    folder = tmp_path_factory.mktemp("maps")
    model = read_model(Path(sharpem.__file__).parent / "data" / "demo.pdb.gz")
    for n, b_iso in enumerate((60.0, 90.0, 120.0)):
        simulated = simulate_map(
            model, resolution=4.0, b_iso=b_iso, voxel_size=2.0, seed=n, box="tight"
        )
        write_map(simulated.map, folder / f"m{n}.mrc", "simulated")
    return folder


def test_a_batch(maps, tmp_path):
    rows = [{"map": maps / f"m{n}.mrc", "resolution": 4} for n in range(3)]
    rows.append({"map": maps / "none.mrc", "resolution": 4})
    told = []
    result = sharpem.batch(rows, tmp_path / "out", workers=2, on_done=told.append)
    assert [row["status"] for row in result.rows] == ["done"] * 3 + ["failed"]
    assert list(result.failed) == ["none"]
    assert "none.mrc: no such file" in result.failed["none"]
    assert len(told) == 4
    _check_files(tmp_path / "out" / "m0", maps)
    _check_summaries(result)
    rows[1]["resolution"] = 4.2
    again = sharpem.batch(rows, tmp_path / "out")
    assert [one.fresh for one in again.outcomes] == [False, True, False, True]
    assert again.rows[1]["resolution"] == 4.2


def _check_files(folder, maps):
    endings = {path.name for path in folder.iterdir()}
    assert endings == {"m0.mrc", "m0.json", "m0.html", "m0.cxc", "record.json"}
    values = json.loads((folder / "m0.json").read_text())
    assert values["output"].pop("map_sha256") == checksum_of(folder / "m0.mrc")
    assert values["output"] == {"map": "m0.mrc", "report": "m0.html"}
    assert '"m0.mrc"' in (folder / "m0.cxc").read_text()
    alone = sharpem.sharpen(sharpem.read_map(maps / "m0.mrc"), resolution=4)
    np.testing.assert_array_equal(sharpem.read_map(folder / "m0.mrc").data, alone.map.data)


def _check_summaries(result):
    with result.written["csv"].open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["name"] for row in table] == ["m0", "m1", "m2", "none"]
    assert float(table[0]["b_sharpen"]) < float(table[2]["b_sharpen"])
    values = json.loads(result.written["json"].read_text())
    assert [row["status"] for row in values["rows"]] == ["done"] * 3 + ["failed"]
    page = result.written["html"].read_text()
    assert '<a href="m0/m0.html">m0</a>' in page
    assert "3 of 4 maps done, 1 failed" in page
    assert page.count('class="plot"') == 4
    for row in table[:3]:
        assert (result.folder / row["output"]).is_file()
        assert (result.folder / row["report"]).is_file()


def test_a_row_that_ends_without_a_map_is_done(maps, tmp_path, monkeypatch):
    monkeypatch.setattr("sharpem.methods.scan.LEAST_SIGNAL_TO_NOISE", 1e6)
    rows = read_rows([{"map": maps / "m0.mrc", "resolution": 4, "if_not_applicable": "stop"}])
    result = run_rows(rows, tmp_path / "out", engine=Serial())
    (row,) = result.rows
    assert (row["status"], row["applicable"], row["output"]) == ("done", False, None)
    assert (tmp_path / "out" / row["report"]).is_file()
    assert "does not apply to 1" in result.written["html"].read_text()
