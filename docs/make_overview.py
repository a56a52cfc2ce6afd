"""Draw docs/figures/overview.png: a real map before and after, at equal enclosed volume.

python docs/make_overview.py 8410_zone4A.mrc.gz pdb5tj6.ent   (needs pyvista; no display)

The map is EMD-8410, 3.4 A, as deposited and cut out around one subunit; the helix is that of
residues 225-247. Both views have one camera, and both surfaces enclose as many voxels.
"""

import sys
from itertools import combinations
from pathlib import Path

import gemmi
import numpy as np
import pyvista as pv
from matplotlib.font_manager import findfont
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import zoom

from sharpem import read_map, sharpen

FIGURE = Path(__file__).parent / "figures/overview.png"
RESOLUTION = 3.4
FIRST, LAST = 225, 247
MARGIN = 7.0  # A about the helix
FRACTION = 0.35  # of the molecular volume is enclosed
FINER = 3  # the surface is drawn on a grid so many times finer
BOND = 1.95  # A, the longest
SIZE = (1000, 460)
OPACITY = 0.65
BEFORE, AFTER, STICKS = "#9aa7b5", "#3b82c4", "#d9822b"


def helix_of(model):
    """Atoms of the helix that is looked at, as (residue, atom)."""
    chain = gemmi.read_structure(model)[0][0]
    return [(r, a) for r in chain if FIRST <= r.seqid.num <= LAST for a in r if not a.is_hydrogen()]


def region(density, atoms):
    """Voxels about the helix, (z, y, x): first and last."""
    xyz = np.array([a.pos.tolist() for _, a in atoms])
    origin, voxel = np.array(density.origin), np.array(density.voxel_size)
    low = np.floor((xyz.min(0) - MARGIN - origin) / voxel).astype(int)
    high = np.ceil((xyz.max(0) + MARGIN - origin) / voxel).astype(int) + 1
    low, high = np.maximum(low, 0), np.minimum(high, density.data.shape[::-1])
    return low, high


def surface(density, level, atoms):
    """The contour about the helix, in A."""
    low, high = region(density, atoms)
    part = density.data[tuple(slice(a, b) for a, b in zip(low[::-1], high[::-1], strict=True))]
    fine = zoom(part.astype(float), FINER, order=3, grid_mode=False)
    voxel, origin = np.array(density.voxel_size), np.array(density.origin)
    step = (np.array(part.shape[::-1]) - 1) * voxel / (np.array(fine.shape[::-1]) - 1)
    grid = pv.ImageData(dimensions=fine.shape[::-1], spacing=step, origin=origin + low * voxel)
    grid["density"] = fine.ravel()
    contour = grid.contour([level], scalars="density")
    xyz = np.array([a.pos.tolist() for _, a in atoms])
    distance = np.min(np.linalg.norm(contour.points[:, None] - xyz[None], axis=2), axis=1)
    contour["distance"] = distance
    return contour.clip_scalar(scalars="distance", value=2.3)


def sticks(atoms):
    """The model of the helix as sticks."""
    points = np.array([a.pos.tolist() for _, a in atoms])
    pairs = combinations(range(len(points)), 2)
    bonds = [(2, i, j) for i, j in pairs if np.linalg.norm(points[i] - points[j]) < BOND]
    return pv.PolyData(points, lines=np.array(bonds).ravel()).tube(radius=0.16, n_sides=16)


def camera(atoms):
    """Looks at the helix from its side, the helix lying in the picture."""
    trace = np.array([a.pos.tolist() for _, a in atoms if a.name == "CA"])
    middle = trace.mean(0)
    axes = np.linalg.svd(trace - middle)[2]
    return [tuple(middle + 100 * axes[2]), tuple(middle), tuple(axes[1])], np.ptp(trace @ axes[0])


def view(density, voxels, atoms, colour):
    """The model seen through the contour that encloses so many voxels."""
    level = float(np.partition(density.data, -voxels, axis=None)[-voxels])
    model = sticks(atoms), {"color": STICKS}
    contour = surface(density, level, atoms), {"color": colour, "specular": 0.2}
    return Image.blend(drawn(atoms, model), drawn(atoms, model, contour), OPACITY)


def drawn(atoms, *meshes):
    plot = pv.Plotter(off_screen=True, window_size=SIZE)
    plot.set_background("white")
    plot.enable_anti_aliasing("ssaa")
    for mesh, look in meshes:
        plot.add_mesh(mesh, smooth_shading=True, **look)
    plot.camera_position, length = camera(atoms)
    plot.enable_parallel_projection()
    plot.camera.parallel_scale = 0.275 * length
    return Image.fromarray(plot.screenshot(return_img=True))


def main(map_file, model_file):
    before = read_map(map_file)
    result = sharpen(before, resolution=RESOLUTION)
    voxels = round(FRACTION * result.prepared.volume.fraction * before.data.size)
    atoms = helix_of(model_file)
    views = view(before, voxels, atoms, BEFORE), view(result.map, voxels, atoms, AFTER)
    b = result.filter.radial.b_sharpen
    titles = (
        "before: EMD-8410 as deposited, 3.4 Å",
        f"after: sharpem sharpen, b_sharpen {b:+.0f} Å²",
    )
    sheet = Image.new("RGB", (2 * SIZE[0], SIZE[1] + 60), "white")
    font = ImageFont.truetype(findfont("DejaVu Sans"), 32)
    draw = ImageDraw.Draw(sheet)
    for i, (picture, title) in enumerate(zip(views, titles, strict=True)):
        sheet.paste(picture, (i * SIZE[0], 60))
        draw.text((i * SIZE[0] + 30, 14), title, "black", font)
    sheet.resize((1400, round(1400 * sheet.height / sheet.width))).save(FIGURE, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
