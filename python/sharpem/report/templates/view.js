// Two views of k3d with one camera; a slider sets the contours of both.
"use strict";
(function () {
  const slider = document.getElementById("fraction");
  const words = document.querySelector("output");
  const controls = document.querySelector(".controls");
  const model = document.getElementById("model");
  const views = [];
  let wanted = Number(slider.value);
  let busy = false;

  function hasWebGL() {
    try {
      return Boolean(document.createElement("canvas").getContext("webgl2"));
    } catch (error) {
      return false;
    }
  }

  function inflated(text) {
    const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).arrayBuffer().then((buffer) => new Uint8Array(buffer));
  }

  // k3d forgets the shear of an oblique cell: put the whole matrix in place.
  function place(view) {
    const mesh = view.plot.getObjectById(SCENE.surface);
    const rows = SCENE.placement;
    mesh.matrixAutoUpdate = false;
    mesh.matrix.set(...rows).multiply(mesh.matrix.clone().makeTranslation(-0.5, -0.5, -0.5));
    mesh.updateMatrixWorld(true);
    view.box.dataset.triangles = Math.round(
      (mesh.geometry.index || mesh.geometry.attributes.position).count / 3
    );
  }

  function contour(view, number) {
    const surface = view.plot.getWorld().ObjectsListJson[SCENE.surface];
    surface.level = view.levels[number];
    return view.plot.reload(surface, { level: surface.level }).then(() => {
      place(view);
      view.plot.render();
    });
  }

  function say(number) {
    words.textContent = SCENE.words[number];
    views.forEach((view) => {
      document.getElementById("level-" + view.name).textContent = view.shown[number];
    });
  }

  // Surfaces take a moment: of all that the slider passes, only the last is drawn.
  function redraw() {
    if (busy) return;
    busy = true;
    const number = wanted;
    Promise.all(views.map((view) => contour(view, number))).then(() => {
      busy = false;
      if (wanted !== number) redraw();
    });
  }

  function link(view) {
    view.plot.on(view.plot.events.CAMERA_CHANGE, (camera) => {
      if (view.follows) return;
      views.filter((other) => other !== view).forEach((other) => {
        other.follows = true;
        other.plot.setCamera(camera);
        other.plot.render();
        other.follows = false;
      });
    });
  }

  async function start(scene) {
    const box = document.getElementById(scene.name);
    const snapshot = k3d.msgpackDecode(await inflated(scene.data));
    box.textContent = "";
    const plot = new k3d.K3D(k3d.ThreeJsProvider, box, snapshot.plot);
    await plot.setSnapshot(snapshot);
    const view = { ...scene, box, plot, follows: false };
    views.push(view);
    place(view);
    plot.setCamera(SCENE.camera);
    plot.render();
  }

  function paint() {
    const colour = getComputedStyle(document.documentElement).getPropertyValue("--card").trim();
    const long = colour.length === 4 ? colour.replace(/[0-9a-f]/gi, "$&$&") : colour;
    views.forEach((view) => view.plot.setClearColor(parseInt(long.slice(1), 16)));
  }

  function run() {
    views.forEach(link);
    paint();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
    slider.addEventListener("input", () => {
      wanted = Number(slider.value);
      say(wanted);
      redraw();
    });
    document.querySelector("button").addEventListener("click", () => {
      views.forEach((view) => view.plot.setCamera(SCENE.camera));
    });
    if (model) {
      model.addEventListener("change", () => {
        views.forEach((view) => {
          view.plot.getObjectById(SCENE.trace).visible = model.checked;
          view.plot.render();
        });
      });
    }
    say(wanted);
    controls.hidden = false;
    document.documentElement.dataset.ready = "true";
  }

  function sayInstead(text) {
    document.querySelectorAll(".without").forEach((place) => {
      place.textContent = text;
    });
  }

  if (hasWebGL()) {
    sayInstead("Computing the surface ...");
    SCENE.views
      .reduce((before, scene) => before.then(() => start(scene)), Promise.resolve())
      .then(run)
      .catch((error) => sayInstead("The surfaces could not be drawn: " + error));
  }
})();
