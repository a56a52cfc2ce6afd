"""Sequences: FASTA and PIR."""

from __future__ import annotations

from target import Target

from sharpem.io.sequence import read_sequences

WORDS = (
    b">", b">P1;", b"Chains", b"[auth", b"*", b"(MSE)", b"(", b")", b"U", b"T", b"X", b"-", b"|",
    b"\r\n",
)  # fmt: skip


def seeds() -> list[bytes]:
    """As the RCSB and the PIR write them."""
    return [
        b">5NI1_1|Chains A, C[auth X]|subunit|Homo\nVLSPADKTNV(MSE)KAAW\n",
        b">P1;B\ntitle\nACGT*\n>dna\nACGTTTACG\n",
    ]


TARGET = Target("fasta", seeds, read_sequences, WORDS)
