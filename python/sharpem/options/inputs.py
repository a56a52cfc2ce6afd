"""What Python hands over for a map, half maps and a model, brought into one form."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TypeAlias

from sharpem.analysis.symmetry import symmetry_of
from sharpem.errors import InputError
from sharpem.io.accept import MapLike, ModelLike, to_density, to_model
from sharpem.io.half_maps import read_half_maps
from sharpem.io.sequence import read_sequences
from sharpem.local.boxes import BOX_SIZE
from sharpem.local.localised import LocalSettings
from sharpem.maps.composition import (
    UNKNOWN,
    Composition,
    as_composition,
    composition_of_model,
    composition_of_sequences,
)
from sharpem.maps.density import DensityMap
from sharpem.maps.half_maps import HalfMaps, pair_half_maps
from sharpem.maps.model import Model
from sharpem.methods.scan import ScanSettings
from sharpem.options.rules import check_range
from sharpem.options.sharpen import SharpenOptions
from sharpem.progress import Progress

__all__ = ["HalfMapLike", "SharpenInput", "as_half_maps", "as_map", "as_model"]

_PATHS = (str, os.PathLike)
HalfMapLike: TypeAlias = MapLike


@dataclass(frozen=True, kw_only=True, eq=False)
class SharpenInput(SharpenOptions):
    """What :func:`sharpem.sharpen` takes: the data, and the options; its docstring tells them."""

    density: MapLike | None = field(default=None, kw_only=False)
    voxel_size: float | tuple[float, float, float] | None = None
    half1: HalfMapLike | None = None
    half2: HalfMapLike | None = None
    model: ModelLike | None = None
    mask: MapLike | None = None
    progress: Progress | None = None

    def scan_settings(self, density: DensityMap, resolution: float) -> ScanSettings:
        """What is scanned, and how; a crystal's map goes on beyond its box.

        Raises
        ------
        InputError
            The range has no place for a scan, at this resolution (A).
        """
        if self.paper:
            return ScanSettings(published=True, wrap=density.periodic)
        settings = ScanSettings.scaled(
            resolution,
            b_min=self.b_min,
            b_max=self.b_max,
            b_step=self.b_step,
            fraction=self.fraction,
            d_cut=self.d_cut,
            k=self.k,
            b_blur=self.b_blur,
            wrap=density.periodic,
        )
        check_range(settings)
        return settings

    def made_of(self, model: Model | None) -> Composition:
        """Composition as given, or by the model, or by the sequences; unknown without any of them.

        Raises
        ------
        InputError
            The sequences cannot be read.
        """
        if self.composition is not None:
            return as_composition(self.composition)
        if model is not None:
            return composition_of_model(model)
        if self.sequence is None:
            return UNKNOWN
        return composition_of_sequences(
            (one.letters, one.copies) for one in read_sequences(self.sequence)
        )

    def local_settings(self, density: DensityMap) -> LocalSettings | None:
        """What is wanted of local sharpening; None where it is not wanted.

        Raises
        ------
        InputError
            The map is a crystal's, or has not the symmetry.
        """
        if not self.local:
            return None
        if density.periodic:
            raise InputError("local sharpening of a crystal's map, expected a cryo-EM map")
        if self.paper:
            return LocalSettings(BOX_SIZE, "boxes", published=True)
        symmetry = None if self.symmetry is None else symmetry_of(self.symmetry, density)
        return LocalSettings(self.local_box, self.local_blend, symmetry)


def as_map(
    density: MapLike | None,
    voxel_size: float | tuple[float, float, float] | None,
    halves: HalfMaps | None,
) -> DensityMap:
    """Map from whatever holds one (:func:`sharpem.io.accept.to_density`), or the half maps' mean.

    Raises
    ------
    InputError
        Neither a map nor half maps, or an array without its voxel size.
    """
    if density is None:
        if halves is None:
            raise InputError("no map, expected one, or two half maps")
        return halves.mean()
    return to_density(density, voxel_size)


def as_half_maps(
    half1: HalfMapLike | None, half2: HalfMapLike | None, full: DensityMap | None
) -> HalfMaps | None:
    """Pair of half maps, read where files were given; None where none was.

    Raises
    ------
    InputError
        One only, or two that do not go together.
    """
    if half1 is None:
        if half2 is not None:
            raise InputError("half2 without half1, expected both half maps")
        return None
    if isinstance(half1, _PATHS) and (half2 is None or isinstance(half2, _PATHS)):
        return read_half_maps(half1, half2, full=full)
    if half2 is None or isinstance(half1, _PATHS) or isinstance(half2, _PATHS):
        raise InputError("half1 and half2 of two kinds, expected two maps or two files")
    return pair_half_maps(to_density(half1), to_density(half2), full=full)


def as_model(model: ModelLike | None) -> Model | None:
    """Model from whatever holds one: :func:`sharpem.io.accept.to_model`."""
    return None if model is None else to_model(model)
