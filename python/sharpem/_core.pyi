"""
sharpem's C++ core. Private: use the functions of the sharpem package.
"""
from __future__ import annotations
import collections.abc
import numpy
import numpy.typing
import typing
__all__: list[str] = ['Applicability', 'BitMask', 'BoxSet', 'CrossSums', 'Detail', 'DirectionSums', 'Field', 'Gaps', 'Peak', 'RadialCurve', 'Scatter', 'SearchGrid', 'ShellSums', 'Spectrum', 'Statistics', 'VarianceLevels', 'WilsonFit', 'add_bands', 'adjusted_surface_area', 'analyse', 'applicability', 'apply', 'apply_anisotropy', 'apply_directional', 'blend_boxes', 'block_sums', 'box_scan', 'box_sums', 'clear_gaps', 'coarse_grid', 'coarsest_of_fit', 'contour', 'copy_gaps', 'count_regions', 'cross_sums', 'detail', 'direction_sums', 'expand', 'field', 'filter_map', 'find_peak', 'fit_wilson', 'harmonics', 'inside', 'instruction_set', 'instruction_sets', 'label_regions', 'local_mean_square', 'local_product', 'local_variance', 'multiply_by_mask', 'parabola_top', 'randomise_phases', 'resampled', 'sampled_on', 'scan', 'scan_bytes', 'scan_contours', 'set_instruction_set', 'set_threads', 'shell_sums', 'spectrum_bytes', 'statistics', 'surface_voxels', 'synthesis_bytes', 'synthesise', 'threads', 'typical_protein', 'variance_levels', 'weight_by_ends', 'weight_in_window']
class RadialCurve:
    """
    Radial amplitude factor, tabulated evenly in s^2.
    
    s = 1/d in 1/A. Made by one of the static methods; calling it gives the factor at s, a number or
    an array. Constant beyond its ends.
    """
    @staticmethod
    def sharpen_blur(b_sharpen: typing.SupportsFloat | typing.SupportsIndex, b_blur: typing.SupportsFloat | typing.SupportsIndex, d_cut: typing.SupportsFloat | typing.SupportsIndex, k: typing.SupportsFloat | typing.SupportsIndex, s_max: typing.SupportsFloat | typing.SupportsIndex, onset: typing.SupportsFloat | typing.SupportsIndex = 0.0) -> RadialCurve:
        """
        The paper's filter (Terwilliger et al. 2018, Eq. 1-4).
        
        Parameters
        ----------
        b_sharpen : float
            A^2; positive sharpens.
        b_blur : float
            A^2; where d < d_cut.
        d_cut : float
            A; where sharpening gives way to blurring.
        k : float
            1/A; steepness of the transition.
        s_max : float
            1/A; end of the table.
        onset : float
            A^2; the blur beyond d_cut grows from b_sharpen = -onset to 0. 0: it begins at once (the paper).
        """
    @staticmethod
    def sharpen_blurs(b_sharpen: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], b_blur: typing.SupportsFloat | typing.SupportsIndex, d_cut: typing.SupportsFloat | typing.SupportsIndex, k: typing.SupportsFloat | typing.SupportsIndex, s_max: typing.SupportsFloat | typing.SupportsIndex, onset: typing.SupportsFloat | typing.SupportsIndex = 0.0) -> list[RadialCurve]:
        """
        As `sharpen_blur` for a list of b_sharpen, with what they share computed once.
        """
    @staticmethod
    def sphere(radius: typing.SupportsFloat | typing.SupportsIndex, s_max: typing.SupportsFloat | typing.SupportsIndex) -> RadialCurve:
        """
        Transform of a sphere, 1 at s = 0: turns a map into its local mean.
        
        Parameters
        ----------
        radius : float
            A.
        s_max : float
            1/A; end of the table.
        """
    @staticmethod
    def table(s: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], factor: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], s_max: typing.SupportsFloat | typing.SupportsIndex) -> RadialCurve:
        """
        Piecewise linear in s between points, constant beyond them.
        
        Parameters
        ----------
        s : array of float, shape (n,)
            1/A, ascending.
        factor : array of float, shape (n,)
            Factor for amplitudes.
        s_max : float
            1/A; end of the table.
        """
    def __call__(self, s: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> typing.Any:
        """
        Factor for amplitudes at s (1/A), float or array.
        """
class Spectrum:
    """
    Fourier terms of a real map, kept up to a resolution limit.
    
    Made by `analyse`. F(hkl) = 1/N sum rho exp(-2 pi i h.x), so that F(000) is the map's mean.
    """
    def assign(self, other: Spectrum) -> None:
        """
        Become a copy of another spectrum; in the same memory, where the grids are the same.
        """
    def copy(self) -> Spectrum:
        """
        An independent copy.
        """
    @property
    def cell(self) -> tuple:
        """
        a, b, c in A; alpha, beta, gamma in degrees.
        """
    @property
    def d_min(self) -> float:
        """
        Resolution limit in A; 0: none.
        """
    @property
    def grid(self) -> tuple:
        """
        Number of voxels (nz, ny, nx).
        """
    @property
    def mean(self) -> float:
        """
        Mean density of the map.
        """
class Gaps:
    """
    Which Fourier coefficients of a map are absent.
    """
    @property
    def absent(self) -> float:
        """
        Those of them that are absent.
        """
    @property
    def all(self) -> typing.Annotated[list[float], "FixedSize(6)"]:
        """
        Mean of u u^T over the directions u of all: xx, yy, zz, xy, xz, yz.
        """
    @property
    def empty(self) -> typing.Annotated[list[float], "FixedSize(6)"]:
        """
        The same over those absent.
        """
    @property
    def terms(self) -> float:
        """
        Coefficients in shells that are not empty.
        """
class ShellSums:
    """
    Sums over shells of one spectrum.
    """
    @property
    def amplitude(self) -> numpy.typing.NDArray[numpy.float64]:
        """
        Sum of |F|, shape (n,).
        """
    @property
    def power(self) -> numpy.typing.NDArray[numpy.float64]:
        """
        Sum of |F|^2, shape (n,).
        """
    @property
    def s(self) -> numpy.typing.NDArray[numpy.float64]:
        """
        Mean s of the shell in 1/A, shape (n,).
        """
    @property
    def terms(self) -> numpy.typing.NDArray[numpy.float64]:
        """
        Number of terms in the full sphere, shape (n,).
        """
class CrossSums:
    """
    Sums over shells of two spectra.
    """
    @property
    def cross(self) -> numpy.typing.NDArray[numpy.float64]:
        """
        Sum of Re F1 conj(F2), shape (n,).
        """
    @property
    def power_1(self) -> numpy.typing.NDArray[numpy.float64]:
        """
        Sum of |F1|^2, shape (n,).
        """
    @property
    def power_2(self) -> numpy.typing.NDArray[numpy.float64]:
        """
        Sum of |F2|^2, shape (n,).
        """
    @property
    def s(self) -> numpy.typing.NDArray[numpy.float64]:
        """
        Mean s of the shell in 1/A, shape (n,).
        """
    @property
    def terms(self) -> numpy.typing.NDArray[numpy.float64]:
        """
        Number of terms in the full sphere, shape (n,).
        """
class DirectionSums:
    """
    Sums over shells and directions of two spectra.
    """
    @property
    def cross(self) -> numpy.typing.NDArray[numpy.float64]:
        """
        Sum of Re F1 conj(F2), shape (n, 48).
        """
    @property
    def directions(self) -> numpy.typing.NDArray[numpy.float64]:
        """
        Mean unit vector of each cell, shape (48, 3).
        """
    @property
    def power_1(self) -> numpy.typing.NDArray[numpy.float64]:
        """
        Sum of |F1|^2, shape (n, 48).
        """
    @property
    def power_2(self) -> numpy.typing.NDArray[numpy.float64]:
        """
        Sum of |F2|^2, shape (n, 48).
        """
    @property
    def terms(self) -> numpy.typing.NDArray[numpy.float64]:
        """
        Number of terms in the full sphere, shape (n, 48).
        """
class WilsonFit:
    """
    What `fit_wilson` found.
    """
    @property
    def b(self) -> tuple:
        """
        B11, B22, B33, B12, B13, B23 in A^2, Cartesian frame.
        """
    @property
    def b_iso(self) -> float:
        """
        Mean of the diagonal of B, A^2.
        """
    @property
    def b_iso_error(self) -> float:
        """
        Standard deviation of b_iso in A^2, from the curvature of the likelihood.
        """
    @property
    def converged(self) -> bool:
        """
        Whether the last step was small.
        """
    @property
    def iterations(self) -> int:
        """
        Steps of Fisher scoring.
        """
    @property
    def ln_scale(self) -> float:
        """
        Logarithm of the scale of intensities.
        """
    @property
    def terms(self) -> float:
        """
        Number of stored terms used.
        """
class VarianceLevels:
    """
    The two classes of a local variance.
    """
    @property
    def fraction(self) -> float:
        """
        Share of the map that is molecule.
        """
    @property
    def molecule(self) -> float:
        """
        Deep inside the molecule.
        """
    @property
    def solvent(self) -> float:
        """
        Its typical value in the solvent.
        """
class Scatter:
    """
    How values scatter; zeros where all are the same.
    """
    @property
    def rms(self) -> float:
        """
        Standard deviation.
        """
    @property
    def skewness(self) -> float:
        """
        Third standardised moment.
        """
class Statistics:
    """
    What the voxels of a map are like; means nothing where `nonfinite` > 0.
    """
    @property
    def all(self) -> Scatter:
        """
        How all voxels scatter.
        """
    @property
    def at_maximum(self) -> int:
        """
        Voxels of exactly the largest value.
        """
    @property
    def at_minimum(self) -> int:
        """
        Voxels of exactly the smallest value.
        """
    @property
    def filled(self) -> Scatter:
        """
        How the other voxels scatter.
        """
    @property
    def flat(self) -> int:
        """
        Voxels of exactly that value.
        """
    @property
    def flat_value(self) -> float:
        """
        Commonest of 0, the first voxel and the minimum.
        """
    @property
    def maximum(self) -> float:
        """
        Largest value.
        """
    @property
    def mean(self) -> float:
        """
        Mean.
        """
    @property
    def minimum(self) -> float:
        """
        Smallest value.
        """
    @property
    def nonfinite(self) -> int:
        """
        Values that are NaN or infinite.
        """
    @property
    def rms(self) -> float:
        """
        Deviation from the mean.
        """
class Detail:
    """
    Detail and connectivity of a map at one contour.
    
    Attributes
    ----------
    threshold : float
        Value of the contour, on the map's scale; voxels with value >= threshold are inside.
    voxels_inside : int
        Number of voxels inside; more than were asked for only with ties at the threshold.
    surface_area : int
        Outside voxels that touch an inside voxel, each counted once.
    regions : int
        Connected regions of the inside.
    kurtosis : float
        Of all voxels of the map: 3 for a Gaussian, 0 for a constant map.
    """
    @property
    def kurtosis(self) -> float:
        ...
    @property
    def regions(self) -> int:
        ...
    @property
    def surface_area(self) -> int:
        ...
    @property
    def threshold(self) -> float:
        ...
    @property
    def voxels_inside(self) -> int:
        ...
class SearchGrid:
    """
    Overall B's to try.
    
    Parameters
    ----------
    b_min, b_max, b_step : float
        A^2; the last may lie up to one step short of `b_max`.
    """
    def __init__(self, b_min: typing.SupportsFloat | typing.SupportsIndex, b_max: typing.SupportsFloat | typing.SupportsIndex, b_step: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    def finer_values(self, best: typing.SupportsFloat | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float64]:
        """
        Finer steps about the best of the grid's values, A^2.
        
        Parameters
        ----------
        best : float
            A^2.
        
        Returns
        -------
        array of float, shape (n,)
            A quarter of the step, at most 5 A^2, apart; the grid's own values are left out.
        """
    def values(self) -> numpy.typing.NDArray[numpy.float64]:
        """
        Ascending, A^2, shape (n,).
        """
class Peak:
    """
    The maximum of a score over overall B.
    """
    @property
    def at_end(self) -> bool:
        """
        Whether the best trial is the first or the last.
        """
    @property
    def b_iso(self) -> float:
        """
        Where it is, A^2.
        """
    @property
    def interval(self) -> tuple[float, float]:
        """
        Where the score lies within the noise of the maximum, A^2.
        """
    @property
    def noise(self) -> float:
        """
        Local scatter of the score, in its units.
        """
    @property
    def signal_to_noise(self) -> float:
        """
        Of the maximum over the ends (section 2.5); 0 where it cannot be told.
        """
class Applicability:
    """
    Whether the maximum of a score can be trusted.
    """
    @property
    def above_ends(self) -> bool:
        """
        The middle does not score below either end.
        """
    @property
    def clear(self) -> bool:
        """
        Signal to noise is high enough.
        """
    @property
    def intermediate(self) -> bool:
        """
        The maximum is not at an end.
        """
class BoxSet:
    """
    Boxes of one shape inside a map.
    """
    def __init__(self, first: typing.Annotated[numpy.typing.ArrayLike, numpy.int64], shape: typing.Annotated[collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(3)"], edge: typing.SupportsInt | typing.SupportsIndex) -> None:
        """
        Boxes of one shape inside a map.
        
        Parameters
        ----------
        first : array of int, shape (n, 3)
            First voxel of each box, (z, y, x).
        shape : tuple of 3 int
            Voxels along z, y and x.
        edge : int
            Voxels over which the window of a box rises from 0 to 1 at each face.
        """
class Field:
    """
    A value on a lattice over a map, linear in between.
    
    Parameters
    ----------
    values : array of float32, shape (nz, ny, nx), C order
        Point i of an axis stands at voxel i * step.
    step : int
        Voxels.
    """
    def __init__(self, values: numpy.typing.NDArray[numpy.float32], step: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def step(self) -> int:
        """
        Voxels between the points of the lattice.
        """
    @property
    def values(self) -> numpy.typing.NDArray[numpy.float32]:
        """
        Values, shape (nz, ny, nx); a copy.
        """
class BitMask:
    """
    Voxels inside a contour, one bit each.
    """
def add_bands(spectrum: Spectrum, bands: collections.abc.Sequence[RadialCurve], fields: collections.abc.Sequence[Field], out: numpy.typing.NDArray[numpy.float32]) -> None:
    """
    Add bands of a map, each times its field, to a map.
    
    Parameters
    ----------
    spectrum : Spectrum
    bands : list of RadialCurve
        Factors for amplitudes.
    fields : list of Field
        One per band.
    out : array of float32, shape (z, y, x), C order
        The map to which they are added.
    """
def adjusted_surface_area(surface_area: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], regions: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], weight: typing.SupportsFloat | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float64]:
    """
    Surface area - C x regions (Eq. 6); without regions if C is NaN.
    
    Parameters
    ----------
    surface_area, regions : array of int, shape (n,)
    weight : float
        C.
    
    Returns
    -------
    array of float, shape (n,)
    """
def analyse(map: numpy.typing.NDArray[numpy.float32], cell: typing.Annotated[collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(6)"], d_min: typing.SupportsFloat | typing.SupportsIndex) -> Spectrum:
    """
    Fourier terms of a map.
    
    Parameters
    ----------
    map : array of float32, shape (z, y, x), C order
        Density.
    cell : tuple of 6 floats
        Unit cell of the whole box: a, b, c in A along x, y, z; alpha, beta, gamma in degrees.
    d_min : float
        Resolution limit in A; finer terms are dropped. 0 keeps every term.
    
    Returns
    -------
    Spectrum
    """
def applicability(b: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], score: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], peak: Peak, mid_b: typing.SupportsFloat | typing.SupportsIndex, least_signal_to_noise: typing.SupportsFloat | typing.SupportsIndex = 3.0) -> Applicability:
    """
    Whether the maximum of a score can be trusted.
    
    Parameters
    ----------
    b, score : array of float, shape (n,)
    peak : Peak
    mid_b : float
        A^2; where the score must not be below that of either end.
    least_signal_to_noise : float
    
    Returns
    -------
    Applicability
    """
def apply(spectrum: Spectrum, curve: RadialCurve) -> None:
    """
    Multiply every term by a radial factor, in place.
    
    Parameters
    ----------
    spectrum : Spectrum
    curve : RadialCurve
    """
def apply_anisotropy(spectrum: Spectrum, b: typing.Annotated[collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(6)"], sign: typing.SupportsFloat | typing.SupportsIndex) -> None:
    """
    Multiply every term by exp(sign (q - b_iso s^2) / 4), in place.
    
    q = s^T B s and b_iso is the mean of the diagonal of B: the mean B of the map stays.
    
    Parameters
    ----------
    spectrum : Spectrum
    b : tuple of 6 floats
        B11, B22, B33, B12, B13, B23 in A^2, Cartesian frame (a along x, b in the xy plane).
    sign : float
        +1 removes the anisotropy, -1 puts it back.
    """
def apply_directional(spectrum: Spectrum, s: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], coefficients: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None:
    """
    Multiply every term by exp(sum c(s) Y(u)), in place: u is the direction of s.
    
    Parameters
    ----------
    spectrum : Spectrum
    s : array of float, shape (n,)
        1/A, ascending; the coefficients are linear in between.
    coefficients : array of float, shape (n, 15)
        Of `harmonics`.
    """
def blend_boxes(map: numpy.typing.NDArray[numpy.float32], overall: numpy.typing.NDArray[numpy.float32], cell: typing.Annotated[collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(6)"], boxes: BoxSet, padding: typing.SupportsInt | typing.SupportsIndex, curves: collections.abc.Sequence[RadialCurve], d0: typing.SupportsFloat | typing.SupportsIndex, overall_weight: typing.SupportsFloat | typing.SupportsIndex) -> None:
    """
    Boxes filtered one by one and blended (section 2.7).
    
    Parameters
    ----------
    map : array of float32, shape (z, y, x), C order
        To be filtered.
    overall : array of float32, shape (z, y, x), C order
        The map under the overall filter; it is overwritten with the answer.
    cell : tuple of 6 floats
        Of the whole map: a, b, c in A; alpha, beta, gamma in degrees.
    boxes : BoxSet
    padding : int
        Voxels that are cut beyond each face and thrown away after filtering.
    curves : list of RadialCurve
        One per box.
    d0 : float
        Voxels; weights fall off as exp(-(distance / d0)^2) about a box's centre.
    overall_weight : float
        Weight of the overall map, everywhere.
    """
def block_sums(map: numpy.typing.NDArray[numpy.float32], side: typing.Annotated[collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(3)"], empty: typing.SupportsFloat | typing.SupportsIndex, scale: typing.SupportsFloat | typing.SupportsIndex) -> tuple[numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.float64]]:
    """
    Sums over blocks of voxels of density and its powers.
    
    Parameters
    ----------
    map : array of float32, shape (z, y, x), C order
    side : tuple of 3 ints
        Voxels of a block along z, y, x; what is left over at the far edges is left out.
    empty : float
        Density that voxels have which are left out.
    scale : float
        What (density - empty) is multiplied by.
    
    Returns
    -------
    count, first, second, third : arrays of float64, shape (blocks along z, y, x)
        Voxels that are not empty, and sums of the first, second and third powers.
    """
def box_scan(map: numpy.typing.NDArray[numpy.float32], cell: typing.Annotated[collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(6)"], boxes: BoxSet, d_min: typing.SupportsFloat | typing.SupportsIndex, curves: collections.abc.Sequence[RadialCurve], voxels: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]) -> list[list[Detail]]:
    """
    Detail of every windowed box under each of several filters.
    
    Parameters
    ----------
    map : array of float32, shape (z, y, x), C order
    cell : tuple of 6 floats
        Of the whole map: a, b, c in A; alpha, beta, gamma in degrees.
    boxes : BoxSet
    d_min : float
        A; terms beyond are left out.
    curves : list of RadialCurve
        Filters.
    voxels : array of int, shape (boxes,)
        Number of voxels to enclose in each box.
    
    Returns
    -------
    list of list of Detail
        One list per box, one Detail per curve.
    """
def box_sums(one: numpy.typing.NDArray[numpy.float32], two: numpy.typing.NDArray[numpy.float32], cell: typing.Annotated[collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(6)"], boxes: BoxSet, d_min: typing.SupportsFloat | typing.SupportsIndex, edges: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> tuple:
    """
    Sums over resolution shells of the windowed boxes of two maps.
    
    Parameters
    ----------
    one, two : array of float32, shape (z, y, x), C order
        May be the same.
    cell : tuple of 6 floats
        Of the whole map: a, b, c in A; alpha, beta, gamma in degrees.
    boxes : BoxSet
    d_min : float
        A; terms beyond are left out.
    edges : array of float, shape (shells + 1,)
        Ascending s in 1/A.
    
    Returns
    -------
    terms, s : array of float, shape (shells,)
        Terms in the full sphere of one box, and their mean s in 1/A.
    cross, power_1, power_2 : array of float, shape (boxes, shells)
        Sums of Re F1 conj(F2), |F1|^2 and |F2|^2.
    """
def clear_gaps(spectrum: Spectrum, edges: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], least: typing.SupportsFloat | typing.SupportsIndex) -> Gaps:
    """
    Set absent Fourier coefficients to zero, where they are many, in place.
    
    Absent is a coefficient whose power is below 1e-6 of the mean of its shell. Sums over shells and fits
    leave out coefficients that are exactly zero.
    
    Parameters
    ----------
    spectrum : Spectrum
    edges : array of float, shape (n + 1,)
        Ascending s in 1/A, of the shells.
    least : float
        Fraction of absent coefficients up to which none is touched.
    
    Returns
    -------
    Gaps
    """
def coarse_grid(grid: typing.Annotated[collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(3)"], cell: typing.Annotated[collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(6)"], resolution: typing.SupportsFloat | typing.SupportsIndex) -> typing.Annotated[list[int], "FixedSize(3)"]:
    """
    Smallest quick grid that carries a map cut at a resolution.
    
    Parameters
    ----------
    grid : tuple of 3 ints
        Voxels (nz, ny, nx); the answer is not finer.
    cell : tuple of 6 floats
        Unit cell of the whole box: a, b, c in A; alpha, beta, gamma in degrees.
    resolution : float
        A.
    
    Returns
    -------
    tuple of 3 ints
    """
def coarsest_of_fit(resolution: typing.SupportsFloat | typing.SupportsIndex) -> float:
    """
    Lowest resolution (A) of fits that end at a resolution (A).
    """
def contour(map: numpy.typing.NDArray[numpy.float32], voxels: typing.SupportsInt | typing.SupportsIndex) -> tuple[float, int]:
    """
    Threshold that encloses a given number of voxels, exactly.
    
    Parameters
    ----------
    map : array of float32, shape (z, y, x), C order
        Density, finite.
    voxels : int
        Number of voxels to enclose, 1 to the number of voxels.
    
    Returns
    -------
    threshold : float
        The `voxels`-th largest value.
    voxels_inside : int
        Number of voxels >= threshold.
    """
def copy_gaps(source: Spectrum, target: Spectrum) -> None:
    """
    Set those coefficients to zero that are zero in another spectrum, in place.
    
    Parameters
    ----------
    source : Spectrum
    target : Spectrum
        Over the same cell.
    """
@typing.overload
def count_regions(map: numpy.typing.NDArray[numpy.float32], threshold: typing.SupportsFloat | typing.SupportsIndex, adjacency: typing.SupportsInt | typing.SupportsIndex = 6, wrap: bool = False) -> int:
    """
    Number of connected regions of a contour.
    
    Parameters
    ----------
    map : array of float32, shape (z, y, x), C order
        Density.
    threshold : float
        Voxels with value >= threshold are inside.
    adjacency : {6, 18, 26}
        Voxels are connected that share a face; also an edge; also a corner.
    wrap : bool
        Whether opposite faces of the box touch (crystals).
    
    Returns
    -------
    int
    """
@typing.overload
def count_regions(inside: BitMask, adjacency: typing.SupportsInt | typing.SupportsIndex = 6, wrap: bool = False) -> int:
    """
    The same of a contour that is packed already.
    
    Parameters
    ----------
    inside : BitMask
        From `inside`.
    adjacency : {6, 18, 26}
        Voxels touch that share a face; also an edge; also a corner.
    wrap : bool
        Whether opposite faces of the box touch (crystals).
    
    Returns
    -------
    int
    """
def cross_sums(one: Spectrum, two: Spectrum, edges: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> CrossSums:
    """
    Sums over resolution shells of two spectra, for their correlation.
    
    Parameters
    ----------
    one, two : Spectrum
        On the same grid, with the same cell and limit.
    edges : array of float, shape (n + 1,)
        Ascending s in 1/A; shell i holds edges[i] <= s < edges[i + 1].
    
    Returns
    -------
    CrossSums
    """
def detail(map: numpy.typing.NDArray[numpy.float32], voxels: typing.SupportsInt | typing.SupportsIndex, surface_adjacency: typing.SupportsInt | typing.SupportsIndex = 6, region_adjacency: typing.SupportsInt | typing.SupportsIndex = 6, wrap: bool = False) -> Detail:
    """
    Detail of one map at the contour that encloses so many voxels.
    
    Parameters
    ----------
    map : array of float32, shape (z, y, x), C order
        Density, finite.
    voxels : int
        Number of voxels to enclose.
    surface_adjacency, region_adjacency : {6, 18, 26}
        Voxels touch that share a face; also an edge; also a corner.
    wrap : bool
        Whether opposite faces of the box touch (crystals).
    
    Returns
    -------
    Detail
    """
def direction_sums(one: Spectrum, two: Spectrum, edges: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> DirectionSums:
    """
    Sums over resolution shells and 48 cells of direction of two spectra.
    
    Parameters
    ----------
    one, two : Spectrum
        On the same grid, with the same cell and limit.
    edges : array of float, shape (n + 1,)
        Ascending s in 1/A; shell i holds edges[i] <= s < edges[i + 1].
    
    Returns
    -------
    DirectionSums
    """
def expand(field: Field, shape: typing.Annotated[collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(3)"]) -> numpy.typing.NDArray[numpy.float32]:
    """
    A field at every voxel of a map.
    
    Parameters
    ----------
    field : Field
    shape : tuple of 3 int
        That it was made for.
    
    Returns
    -------
    array of float32, shape (z, y, x)
    """
def field(sites: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], values: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], shape: typing.Annotated[collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(3)"], d0: typing.SupportsFloat | typing.SupportsIndex, overall_weight: typing.SupportsFloat | typing.SupportsIndex, step: typing.SupportsInt | typing.SupportsIndex) -> Field:
    """
    A value that changes smoothly between sites (Eq. 9), as a Field.
    
    Parameters
    ----------
    sites : array of float, shape (n, 3)
        Voxels (z, y, x); may lie outside the map.
    values : array of float, shape (n,)
    shape : tuple of 3 int
        Of the map.
    d0 : float
        Voxels; weights fall off as exp(-(distance / d0)^2).
    overall_weight : float
        Weight of the value 0, everywhere.
    step : int
        Voxels between the points at which it is computed.
    """
def filter_map(map: numpy.typing.NDArray[numpy.float32], cell: typing.Annotated[collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(6)"], d_min: typing.SupportsFloat | typing.SupportsIndex, factor: RadialCurve) -> numpy.typing.NDArray[numpy.float32]:
    """
    Cut a map and apply a radial factor, in its place.
    
    As `analyse` and `synthesise` one after the other, in half the memory.
    
    Parameters
    ----------
    map : array of float32, shape (z, y, x), C order
        Density; the answer is written over it.
    cell : tuple of 6 floats
        a, b, c in A; alpha, beta, gamma in degrees.
    d_min : float
        Resolution limit, A.
    factor : RadialCurve
        Factor for amplitudes.
    
    Returns
    -------
    array of float32, shape (z, y, x)
        The map given.
    """
def find_peak(b: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], score: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], grid: SearchGrid, published: bool = False) -> Peak:
    """
    Where the maximum of a score over overall B is.
    
    Parameters
    ----------
    b, score : array of float, shape (n,)
        Overall B's (A^2, ascending), and what is to be high.
    grid : SearchGrid
        Trials between its values do not count as noise.
    published : bool
        Take the best trial as it is, and all trials for noise; otherwise fit a parabola to the trials
        about it, and leave out of the noise where the score falls below the higher end for good.
    
    Returns
    -------
    Peak
    """
def fit_wilson(spectrum: Spectrum, s: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], ln_reference: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], noise_s: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None = None, noise: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None = None, d_max: typing.SupportsFloat | typing.SupportsIndex = 11.0, d_min: typing.SupportsFloat | typing.SupportsIndex = 0.0, anisotropic: bool = False) -> WilsonFit:
    """
    Overall B of a map by maximum likelihood.
    
    Intensities |F|^2 are exponentially distributed about
    exp(ln_scale + ln_reference(s) - q/2) + noise(s), q = s^T B s.
    
    Parameters
    ----------
    spectrum : Spectrum
    s : array of float, shape (n,)
        1/A, ascending.
    ln_reference : array of float, shape (n,)
        Logarithm of the mean intensity of a typical molecule at B = 0.
    noise_s, noise : arrays of float, shape (m,), optional
        Mean intensity of the noise at noise_s (1/A).
    d_max, d_min : float
        Terms with d_max >= d >= d_min (A) take part; d_min = 0: to the end of the spectrum.
    anisotropic : bool
        Six components of B instead of one.
    
    Returns
    -------
    WilsonFit
    """
def harmonics(directions: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> numpy.typing.NDArray[numpy.float64]:
    """
    Real spherical harmonics of l = 0, 2 and 4, of mean square 1 over all directions.
    
    Parameters
    ----------
    directions : array of float, shape (n, 3)
        Unit vectors.
    
    Returns
    -------
    array of float, shape (n, 15)
    """
def inside(map: numpy.typing.NDArray[numpy.float32], threshold: typing.SupportsFloat | typing.SupportsIndex) -> BitMask:
    """
    Voxels of a contour, packed.
    
    Parameters
    ----------
    map : array of float32, shape (z, y, x), C order
        Density.
    threshold : float
        Voxels with value >= threshold are inside.
    
    Returns
    -------
    BitMask
    """
def instruction_set() -> str:
    """
    The instruction set in use.
    
    Returns
    -------
    str
    
    Raises
    ------
    ValueError
        The environment variable SHARPEM_CPU names none of them.
    """
def instruction_sets() -> list[str]:
    """
    What was built and this processor supports.
    
    Returns
    -------
    list of str
        "baseline" and, on x86-64, "v3" (AVX2) and "v4" (AVX-512); the best last.
    """
def label_regions(map: numpy.typing.NDArray[numpy.float32], threshold: typing.SupportsFloat | typing.SupportsIndex, adjacency: typing.SupportsInt | typing.SupportsIndex = 6, wrap: bool = False) -> tuple[numpy.typing.NDArray[numpy.uint32], numpy.typing.NDArray[numpy.uint64]]:
    """
    Connected regions of a contour, labelled.
    
    Parameters
    ----------
    map : array of float32, shape (z, y, x), C order
        Density.
    threshold : float
        Voxels with value >= threshold are inside.
    adjacency : {6, 18, 26}
        Voxels are connected that share a face; also an edge; also a corner.
    wrap : bool
        Whether opposite faces of the box touch (crystals).
    
    Returns
    -------
    labels : array of uint32, shape (z, y, x)
        Number of each voxel's region, 1, 2, ... in the order of the first voxels; 0 outside.
    sizes : array of uint64, shape (regions,)
        Voxels of region i + 1.
    """
def local_mean_square(map: numpy.typing.NDArray[numpy.float32], cell: typing.Annotated[collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(6)"], radius: typing.SupportsFloat | typing.SupportsIndex, centre: typing.SupportsFloat | typing.SupportsIndex, *, overwrite: bool = False) -> numpy.typing.NDArray[numpy.float32]:
    """
    Mean of (map - centre)^2 in a sphere about each voxel, periodic.
    
    Parameters
    ----------
    map : array of float32, shape (z, y, x), C order
        Density.
    cell : tuple of 6 floats
        Unit cell of the whole box: a, b, c in A; alpha, beta, gamma in degrees.
    radius : float
        A.
    centre : float
        Density that counts as zero.
    overwrite : bool
        Write the answer over the map, which saves memory.
    
    Returns
    -------
    array of float32, shape (z, y, x)
        >= 0.
    """
def local_product(one: Spectrum, two: Spectrum, band: RadialCurve, step: typing.SupportsInt | typing.SupportsIndex, sigma: typing.Annotated[collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(3)"]) -> Field:
    """
    Local mean of the product of two maps in one band of resolution.
    
    Parameters
    ----------
    one, two : Spectrum
        May be the same, which gives the local power.
    band : RadialCurve
        Factor for amplitudes.
    step : int
        Voxels between the points of the lattice.
    sigma : tuple of 3 floats
        Standard deviation of the Gaussian window along z, y, x, voxels.
    
    Returns
    -------
    Field
    """
def local_variance(spectrum: Spectrum, resolution: typing.SupportsFloat | typing.SupportsIndex, radius: typing.SupportsFloat | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float32]:
    """
    Local variance of a map on a grid as coarse as the resolution allows.
    
    Parameters
    ----------
    spectrum : Spectrum
    resolution : float
        A; where the map is cut.
    radius : float
        A; of the sphere.
    
    Returns
    -------
    array of float32, shape (z, y, x)
        Mean of (map - its mean)^2 in a sphere about each voxel, >= 0.
    """
def multiply_by_mask(spectrum: Spectrum, factor: RadialCurve, mask: numpy.typing.NDArray[numpy.float32]) -> None:
    """
    Make a spectrum that of its map, times a radial factor and without the mean, inside a mask.
    
    In place, plane by plane of the map: it is never held as a whole.
    
    Parameters
    ----------
    spectrum : Spectrum
    factor : RadialCurve
    mask : array of float32, shape (z, y, x), C order
        On the spectrum's grid.
    """
def parabola_top(b: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], score: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], best: typing.SupportsInt | typing.SupportsIndex, reach: typing.SupportsFloat | typing.SupportsIndex) -> float:
    """
    Top of the parabola through the trials about one of them.
    
    Parameters
    ----------
    b, score : array of float, shape (n,)
    best : int
        Number of the trial.
    reach : float
        A^2; trials so close take part.
    
    Returns
    -------
    float
        A^2; that of the trial itself where there is no maximum, or fewer than four take part.
    """
def randomise_phases(spectrum: Spectrum, d_from: typing.SupportsFloat | typing.SupportsIndex, seed: typing.SupportsInt | typing.SupportsIndex) -> None:
    """
    Give terms beyond a resolution random phases, in place.
    
    The phase of a term follows from the seed and its indices alone.
    
    Parameters
    ----------
    spectrum : Spectrum
    d_from : float
        A; finer terms are changed.
    seed : int
    """
def resampled(spectrum: Spectrum, grid: typing.Annotated[collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(3)"], d_min: typing.SupportsFloat | typing.SupportsIndex) -> Spectrum:
    """
    The same Fourier terms on another grid, to d_min.
    
    Parameters
    ----------
    spectrum : Spectrum
    grid : tuple of 3 ints
        Voxels (nz, ny, nx) over the same cell.
    d_min : float
        Resolution limit, A; not finer than the input's.
    
    Raises
    ------
    ValueError
        d_min is finer than the limit of the input.
    """
def sampled_on(spectrum: Spectrum, factor: RadialCurve, grid: typing.Annotated[collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(3)"]) -> Spectrum:
    """
    Fourier terms of what a map, times a radial factor, is at the points of another grid.
    
    Terms that a grid too coarse for them cannot tell apart are added up.
    
    Parameters
    ----------
    spectrum : Spectrum
    factor : RadialCurve
    grid : tuple of 3 ints
        Points (nz, ny, nx) over the same cell.
    """
def scan(spectrum: Spectrum, curves: collections.abc.Sequence[RadialCurve], voxels: typing.SupportsInt | typing.SupportsIndex, wrap: bool = False) -> list[Detail]:
    """
    Detail of a spectrum's map under each of several filters.
    
    Parameters
    ----------
    spectrum : Spectrum
        Its F(000) is left out: the maps have mean 0.
    curves : list of RadialCurve
        Filters, each applied to the spectrum as it is.
    voxels : int
        Number of voxels to enclose.
    wrap : bool
        Whether opposite faces of the box touch (crystals).
    
    Returns
    -------
    list of Detail
        One per curve.
    """
def scan_bytes(grid: typing.Annotated[collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(3)"], cell: typing.Annotated[collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(6)"], d_min: typing.SupportsFloat | typing.SupportsIndex, voxels: typing.SupportsInt | typing.SupportsIndex, threads: typing.SupportsInt | typing.SupportsIndex, contours: typing.SupportsInt | typing.SupportsIndex = 1) -> int:
    """
    Memory that `scan` needs beside the spectrum.
    
    Parameters
    ----------
    grid : tuple of 3 ints
        Voxels (nz, ny, nx).
    cell : tuple of 6 floats
        a, b, c in A; alpha, beta, gamma in degrees.
    d_min : float
        Resolution limit of the spectrum, A.
    voxels : int
        Voxels inside the contour.
    threads : int
        That work at a time.
    contours : int
        Of each map, all holding `voxels`.
    
    Returns
    -------
    int
        Bytes.
    """
def scan_contours(spectrum: Spectrum, curves: collections.abc.Sequence[RadialCurve], voxels: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], wrap: bool = False, kurtosis: bool = True) -> list[list[Detail]]:
    """
    The same at several contours, from one transform for each filter.
    
    Parameters
    ----------
    spectrum : Spectrum
        Its F(000) is left out: the maps have mean 0.
    curves : list of RadialCurve
        Filters, each applied to the spectrum as it is.
    voxels : list of int
        Numbers of voxels to enclose.
    wrap : bool
        Whether opposite faces of the box touch (crystals).
    kurtosis : bool
        Whether it is wanted; NaN otherwise.
    
    Returns
    -------
    list of list of Detail
        For each curve, one per number of voxels.
    """
def set_instruction_set(name: str) -> None:
    """
    Use another instruction set from now on.
    
    Parameters
    ----------
    name : str
        One of `instruction_sets()`; "" for the default. Results do not depend on it.
    """
def set_threads(limit: typing.SupportsInt | typing.SupportsIndex) -> int:
    """
    Limit the threads of this Python thread's calls.
    
    Parameters
    ----------
    limit : int
        0 is the default: OMP_NUM_THREADS, or all cores. Results do not depend on it.
    
    Returns
    -------
    int
        The limit from before.
    """
def shell_sums(spectrum: Spectrum, edges: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> ShellSums:
    """
    Sums over resolution shells, F(000) left out.
    
    Parameters
    ----------
    spectrum : Spectrum
    edges : array of float, shape (n + 1,)
        Ascending s in 1/A; shell i holds edges[i] <= s < edges[i + 1].
    
    Returns
    -------
    ShellSums
    """
def spectrum_bytes(grid: typing.Annotated[collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(3)"], cell: typing.Annotated[collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(6)"], d_min: typing.SupportsFloat | typing.SupportsIndex) -> int:
    """
    Memory that a spectrum holds.
    
    Parameters
    ----------
    grid : tuple of 3 ints
        Voxels (nz, ny, nx).
    cell : tuple of 6 floats
        a, b, c in A; alpha, beta, gamma in degrees.
    d_min : float
        Resolution limit, A; 0 keeps every term.
    
    Returns
    -------
    int
        Bytes.
    """
def statistics(map: numpy.typing.NDArray[numpy.float32]) -> Statistics:
    """
    Range and moments of a map, and how many voxels are equal.
    
    Parameters
    ----------
    map : array of float32, shape (z, y, x), C order
    
    Returns
    -------
    Statistics
    """
@typing.overload
def surface_voxels(map: numpy.typing.NDArray[numpy.float32], threshold: typing.SupportsFloat | typing.SupportsIndex, adjacency: typing.SupportsInt | typing.SupportsIndex = 6, wrap: bool = False) -> int:
    """
    Outside voxels that touch an inside voxel, each counted once.
    
    Parameters
    ----------
    map : array of float32, shape (z, y, x), C order
        Density.
    threshold : float
        Voxels with value >= threshold are inside.
    adjacency : {6, 18, 26}
        Voxels touch that share a face; also an edge; also a corner.
    wrap : bool
        Whether opposite faces of the box touch (crystals).
    
    Returns
    -------
    int
    """
@typing.overload
def surface_voxels(inside: BitMask, adjacency: typing.SupportsInt | typing.SupportsIndex = 6, wrap: bool = False) -> int:
    """
    The same of a contour that is packed already.
    
    Parameters
    ----------
    inside : BitMask
        From `inside`.
    adjacency : {6, 18, 26}
        Voxels touch that share a face; also an edge; also a corner.
    wrap : bool
        Whether opposite faces of the box touch (crystals).
    
    Returns
    -------
    int
    """
def synthesis_bytes(grid: typing.Annotated[collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(3)"], cell: typing.Annotated[collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(6)"], d_min: typing.SupportsFloat | typing.SupportsIndex, threads: typing.SupportsInt | typing.SupportsIndex) -> int:
    """
    Memory that `analyse` and `synthesise` need beside spectrum and map.
    
    Parameters
    ----------
    grid : tuple of 3 ints
        Voxels (nz, ny, nx).
    cell : tuple of 6 floats
        a, b, c in A; alpha, beta, gamma in degrees.
    d_min : float
        Resolution limit, A; 0 keeps every term.
    threads : int
        That work at a time.
    
    Returns
    -------
    int
        Bytes.
    """
def synthesise(spectrum: Spectrum, factor: RadialCurve = None) -> numpy.typing.NDArray[numpy.float32]:
    """
    Map of a spectrum, optionally times a radial factor.
    
    Parameters
    ----------
    spectrum : Spectrum
    factor : RadialCurve, optional
    
    Returns
    -------
    array of float32, shape (z, y, x)
    """
def threads() -> int:
    """
    Number of threads that the next call will use.
    
    Returns
    -------
    int
        1 in a child that was forked after threads were used.
    """
def typical_protein() -> tuple:
    """
    Logarithm of a typical protein's mean intensity at B = 0, electrons: s (1/A), and that.
    """
def variance_levels(variance: numpy.typing.NDArray[numpy.float32]) -> VarianceLevels:
    """
    Split a local variance into molecule and solvent.
    
    Parameters
    ----------
    variance : array of float32, shape (z, y, x), C order
    
    Returns
    -------
    VarianceLevels
    """
def weight_by_ends(surface_area: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], regions: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> float:
    """
    C of Eq. 6 that gives the first and the last trial the same score.
    
    Parameters
    ----------
    surface_area, regions : array of int, shape (n,)
        Of the trials, by ascending overall B.
    
    Returns
    -------
    float
        Voxels of surface that one region outweighs; NaN if both have as many regions.
    """
def weight_in_window(b: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], surface_area: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], regions: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], voxels_inside: typing.SupportsInt | typing.SupportsIndex, mid_b: typing.SupportsFloat | typing.SupportsIndex) -> float:
    """
    The same, kept where the middle scores above both ends.
    
    As in the published program; `weight_by_ends` where there is no such window.
    
    Parameters
    ----------
    b : array of float, shape (n,)
        Overall B's of the trials, A^2, ascending.
    surface_area, regions : array of int, shape (n,)
    voxels_inside : int
        The contour.
    mid_b : float
        A^2.
    
    Returns
    -------
    float
    """
__version__: str = '0.1.0'
