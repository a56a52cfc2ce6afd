"""Sequences: titles that list copies, PIR, names of residues in the sequence."""

from __future__ import annotations

import pytest

from sharpem.analysis.molecular_volume import sequence_volume
from sharpem.errors import InputError
from sharpem.io.sequence import Sequence, copies, read_sequences


@pytest.mark.parametrize(
    ("title", "count"),
    [
        ("5NI1_1|Chains A, C|Hemoglobin subunit alpha|Homo sapiens (9606)", 2),
        ("5NI1_1|Chain A|Hemoglobin subunit alpha|Homo sapiens (9606)", 1),
        ("7K00_1|Chains A[auth 5], B, C[auth X]|16S|Escherichia coli", 3),
        ("1ABC_1|Chains AA, AB, AC, AD[auth Zz]|x|y", 4),
        ("Chains A, B and C", 3),
        ("x|chains A-D|y", 4),
        ("1ABC_1|Chains A-2, A-3|x", 2),
        ("pdb|5ni1|A C", 2),
        ("pdb|5NI1|A Chain A, Hemoglobin subunit alpha", 1),
        ("5NI1_A Chain A, Hemoglobin, chains that cross", 1),
        ("sp|P69905|HBA_HUMAN Hemoglobin subunit alpha, chains A, C", 1),
        ("5NI1:A|PDBID|CHAIN|SEQUENCE", 1),
        ("", 1),
    ],
)
def test_copies_by_the_title(title, count):
    assert copies(title) == count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (">a\nMKV\nLA*\n", [("MKVLA", 1)]),
        (">a\r\nmk v\r\n  12 LA\r\n\r\n>b\nGG-G.\n", [("MKVLA", 1), ("GGG", 1)]),
        (">P1;A\nstructure:5NI1:1:A:141:A::::\nVLSP/AD*\nnotes\n", [("VLSPAD", 1)]),
        (">DL;X\na title with words\nACGT*\n>F1;Y\n\nMK*\n", [("ACGT", 1), ("MK", 1)]),
        (">a|Chains A, B|\n(MSE)KV(DA)(XYZ)\n", [("MKVAX", 2)]),
        (">a\n(DA)(DC)(DG)(DT)\n", [("ACGT", 1)]),
        ("; a remark\n>a\nMK\n;another\nV\n", [("MKV", 1)]),
        ("\ufeff>a\nMK\n", [("MK", 1)]),
    ],
)
def test_records(tmp_path, text, expected):
    path = tmp_path / "x.fasta"
    path.write_text(text, encoding="utf-8")
    assert list(read_sequences(path)) == [Sequence(*record) for record in expected]


@pytest.mark.parametrize("text", ["", "MKV\n", ">only a title\n", ">a\nM\0V\n", ">a\nMK#V\n"])
def test_what_is_no_sequence_is_refused(tmp_path, text):
    path = tmp_path / "x.fasta"
    path.write_text(text)
    with pytest.raises(InputError, match="expected FASTA") as caught:
        read_sequences(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_copies_count_in_the_mass(tmp_path):
    one, four = tmp_path / "one.fasta", tmp_path / "four.fasta"
    one.write_text(">1_1|Chains A, B, C, D|x\nMKVLAWLYPR\n")
    four.write_text(">x\nMKVLAWLYPR\n" * 4)
    assert sequence_volume(read_sequences(one)) == sequence_volume(read_sequences(four))
