"""Local sharpening: how far each place should depart from the overall filter (section 2.7).

Every method chooses the overall filter first. Then every place is asked how its signal falls off
against that of a typical place (fields.py, fall_off.py), and departs from the overall filter as far
as the map bears that out: by gains of bands (gains.py), or box by box, as in the paper (blend.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.analysis.local_variance import LEAST_CONTRAST
from sharpem.analysis.prepare import Prepared
from sharpem.errors import InputError
from sharpem.local.asked import LARGEST_SHIFT, Asked, by_score_alone, shared, sites_of
from sharpem.local.blend import blended
from sharpem.local.boxes import (
    Boxes,
    Ground,
    check_size,
    covering_boxes,
    to_angstrom,
)
from sharpem.local.estimate import expected_rise, gains_of
from sharpem.local.fall_off import FallOff, fit_fall_off
from sharpem.local.fields import Fields, fields_of
from sharpem.local.gains import Gains
from sharpem.local.lattice import read_at, symmetrised
from sharpem.local.localised import LocalFields, Localised, LocalSettings, Place
from sharpem.local.maps import b_sharpen_of, excess_b, resolution_of
from sharpem.maps.density import DensityMap
from sharpem.maps.half_maps import HalfMaps
from sharpem.methods.choice import Choice
from sharpem.methods.scan import ScanSettings
from sharpem.methods.scanned import ScanMethod

__all__ = ["localise"]

Array = NDArray[np.float64]

_INFORMATIVE = 0.8  # of tau: an error below this says more than what is known of all places
_HARDLY = 0.0005  # of correlation
_OVERALL = "It says no more than all places do."


def localise(
    prepared: Prepared,
    choice: Choice,
    overall: DensityMap,
    settings: LocalSettings,
    *,
    scan: ScanSettings,
    method: ScanMethod | None = None,
    prior: bool = True,
    half_maps: HalfMaps | None = None,
) -> Localised:
    """Sharpen a map locally, about the overall choice.

    Parameters
    ----------
    prepared : Prepared
    choice : Choice
        The overall one.
    overall : DensityMap
        The map after it.
    settings : LocalSettings
    scan : ScanSettings
        For the methods that scan.
    method : ScanMethod, optional
        The score of such a method.
    prior : bool
        False, with boxes, is the paper's way: every box takes the maximum of its own score.
    half_maps : HalfMaps, optional
        Their difference shows the noise of every place.

    Raises
    ------
    InputError
        The map is a crystal's, or the boxes are too small.
    """
    if prepared.density.periodic:
        raise InputError("local sharpening of a crystal's map, expected a map without symmetry")
    boxes = covering_boxes(prepared, settings.size)
    if settings.blend == "boxes":
        check_size(prepared, boxes)
    about = _About(prepared, choice, overall, settings, boxes)
    if (why_not := _nothing_local(about)) is not None:
        return about.overall_only(why_not)
    if settings.blend == "boxes" and method is not None and not prior:
        return about.by_boxes(
            by_score_alone(
                prepared, boxes, about.b_sharpen, scan, method, published=settings.published
            )
        )
    fields = fields_of(prepared, half_maps)
    found = fit_fall_off(fields)
    if found is None:
        return about.overall_only("No place stands out of the noise.")
    if fields.known and found.kept == 0:
        return about.overall_only(
            "Places of the map differ by no more than their errors: nothing local to gain.",
            warning=False,
        )
    return about.by_bands(fields, found)


@dataclass(frozen=True, eq=False)
class _About:
    """The overall choice, about which places depart."""

    prepared: Prepared
    choice: Choice
    overall: DensityMap
    settings: LocalSettings
    boxes: Boxes

    @property
    def b_sharpen(self) -> float:
        """Of the overall filter, A^2."""
        return self.choice.b_iso.signal - self.choice.b_iso.target

    def overall_only(self, why: str, *, warning: bool = True) -> Localised:
        """Return the map as the overall filter has it."""
        done = "" if self.choice.leaves_alone else " The map is sharpened as a whole."
        sentence = (why + done,)
        return Localised(
            map=self.overall,
            overall=self.overall,
            boxes=(),
            settings=self.settings,
            fields=None,
            b_sharpen=self.b_sharpen,
            b_iso=self.choice.b_iso.signal,
            tau=0.0,
            reasons=() if warning else sentence,
            warnings=sentence if warning else (),
            rise=None if warning else 0.0,
        )

    def by_bands(self, fields: Fields, found: FallOff) -> Localised:
        """Let gains, or boxes with the b_sharpen closest to them, do it."""
        prepared, radial = self.prepared, self.choice.filter
        assert radial is not None
        gains = gains_of(prepared, radial, fields, found)
        if (symmetry := self.settings.symmetry) is not None:
            gains = gains.shared(prepared.density, symmetry)
        rise = expected_rise(prepared, radial, fields, found, gains) if fields.known else None
        if rise is not None and rise < -_HARDLY:
            return self.overall_only(
                "By signal and noise, gains that differ from place to place would not help.",
                warning=False,
            )
        step = gains.bands.step
        b_sharpen = np.clip(b_sharpen_of(gains), -LARGEST_SHIFT, LARGEST_SHIFT)
        b_iso = found.b - excess_b(found)
        if symmetry is not None:
            b_iso = symmetrised(b_iso, step, prepared.density, symmetry)
        limits = resolution_of(fields, found) if fields.known else np.full(b_iso.shape, np.nan)
        answer = self._at_places(step, b_sharpen, prepared.b_signal + b_iso, limits, found)
        if self.settings.blend == "boxes":
            return replace(self.by_boxes(answer), tau=found.tau)
        written = LocalFields(
            _field(self.b_sharpen + b_sharpen, step),
            _field(prepared.b_signal + b_iso, step),
            _field(limits, step) if fields.known else None,
        )
        return Localised(
            map=gains.sharpened(self.overall, prepared.spectrum, radial),
            overall=self.overall,
            boxes=self._table(answer),
            settings=self.settings,
            fields=written,
            b_sharpen=self.b_sharpen,
            b_iso=prepared.b_signal,
            tau=found.tau,
            reasons=(*_words(answer, self.b_sharpen, found.tau), *_of_gains(gains, rise)),
            warnings=(),
            gains=gains,
            rise=rise,
        )

    def _at_places(
        self, step: float, b_sharpen: Array, b_iso: Array, limits: Array, found: FallOff
    ) -> Asked:
        """What the fields say at the middle of every box; `step` is that of their lattice, A."""
        at = self.boxes.centres / step
        error = read_at(found.error, at)
        informative = error < _INFORMATIVE * found.tau
        return Asked(
            read_at(b_sharpen, at),
            read_at(b_iso, at),
            error,
            informative,
            tuple("Its own fall-off decides." if own else _OVERALL for own in informative),
            read_at(limits, at),
        )

    def by_boxes(self, found: Asked) -> Localised:
        """Filter box by box and blend (section 2.7)."""
        if len(self.boxes) < 2:
            count = "One box" if len(self.boxes) else "No box"
            return self.overall_only(
                f"{count} of {max(self.boxes.shape)} voxels holds the molecule: nothing to compare."
            )
        prepared, radial = self.prepared, self.choice.filter
        assert radial is not None
        sites = sites_of(self.boxes, self.settings.symmetry, prepared.density)
        if self.settings.symmetry is not None:
            found = shared(found, sites, len(self.boxes))
        ground = Ground(prepared, radial, self.overall.data, self.boxes)
        published = self.settings.published
        voxels = blended(ground, sites.d0, found.shift, published=published)
        copies, shape = len(sites.at) // len(self.boxes), prepared.density.shape

        def field(values: Array, far: float) -> _core.Field:
            near_boxes = sites.field(np.tile(values - far, copies), shape)
            return _core.Field(near_boxes.values + np.float32(far), near_boxes.step)

        return Localised(
            map=prepared.density.with_data(voxels),
            overall=self.overall,
            boxes=self._table(found),
            settings=self.settings,
            fields=LocalFields(
                field(self.b_sharpen + found.shift, self.b_sharpen),
                field(found.b_iso, prepared.b_signal),
                field(found.resolution, float(found.resolution.mean()))
                if np.isfinite(found.resolution).all()
                else None,
            ),
            b_sharpen=self.b_sharpen,
            b_iso=prepared.b_signal,
            tau=float(found.shift.std()),
            reasons=_words(found, self.b_sharpen, float(found.b_iso.std())),
            warnings=(),
        )

    def _table(self, found: Asked) -> tuple[Place, ...]:
        places = to_angstrom(self.prepared.density, self.boxes.centres)
        return tuple(
            Place(
                (float(places[i, 0]), float(places[i, 1]), float(places[i, 2])),
                self.b_sharpen + float(found.shift[i]),
                float(found.b_iso[i]),
                float(found.error[i]),
                float(self.boxes.molecule[i]),
                bool(found.applicable[i]),
                found.reasons[i],
                float(found.resolution[i]) if np.isfinite(found.resolution[i]) else None,
            )
            for i in range(len(self.boxes))
        )


def _field(values: Array, step: int) -> _core.Field:
    return _core.Field(np.ascontiguousarray(values, dtype=np.float32), step)


def _nothing_local(about: _About) -> str | None:
    """Why there is nothing to do, if so."""
    if about.choice.leaves_alone:
        return "The map was left alone."
    if not about.prepared.b_known:
        return "The overall B is not known: parts of the map cannot be compared by it."
    if about.prepared.contrast < LEAST_CONTRAST or not len(about.boxes):
        return "No region of density was found: nothing stands out of the noise."
    return None


def _words(found: Asked, b_sharpen: float, tau: float) -> tuple[str, ...]:
    count, own = found.shift.size, int(found.applicable.sum())
    low, high = b_sharpen + found.shift.min(), b_sharpen + found.shift.max()
    return (
        f"{own} of {count} places tell something of their own: the fall-off differs between them "
        f"by {tau:.0f} A^2.",
        f"Local b_sharpen runs from {low:.0f} to {high:.0f} A^2, overall {b_sharpen:.0f}.",
    )


def _of_gains(gains: Gains, rise: float | None) -> tuple[str, ...]:
    """What the gains do, in words."""
    solvent = "In the solvent the filter of the whole map stays."
    if rise is None:
        return (
            "The noise is known by the stated resolution alone: gains fade out beyond 3.5 A. "
            + solvent,
        )
    change = f"rise by {rise:.3f}" if rise > _HARDLY else "hardly change"
    return (
        f"Gains of {len(gains.bands)} bands of resolution weigh signal against noise at every "
        f"place: the correlation with the truth should {change}. {solvent}",
    )
