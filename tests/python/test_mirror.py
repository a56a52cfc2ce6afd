"""Tests mirror the package: `room/module.py` is tested by `tests/python/room/test_module.py`.

Below stand the exceptions: rooms tested as a whole, modules tested elsewhere, and tests of no
single module. Whoever adds a module adds its test, or a line here with a reason.
"""

from pathlib import Path

import sharpem

PACKAGE = Path(sharpem.__file__).parent
TESTS = Path(__file__).parent

WHOLE_ROOMS = {
    "archive": "archive/test_fetch.py",  # against a small archive on this machine
    "cli": "cli/test_cli_program.py",  # commands as users call them
    "jobs": "jobs/test_jobs.py",  # what is killed, comes again and is never done twice
    "many": "many/test_batch.py",  # from the table to the summary
    "options": "options/test_options.py",  # the one table, as all that read it see it
    "report": "report/test_report.py",  # pages are looked at whole
    "simulate": "simulate/test_simulate.py",  # what was put in is found in the map
    "study": "study/test_study.py",  # from pairs to tables
    "viewer": "viewer/test_viewer.py",  # the page as a browser shows it
}
"""A module of these needs no file of its own."""

ELSEWHERE = {
    "__main__": "cli/test_cli_program.py",  # one line
    "_start.loading": "test_machine.py",  # what it does to threads
    "_start.as_program": "cli/test_cli_signals.py",
    "errors": "cli/test_cli_failures.py",  # classes without code
    "outcome": "test_result.py",  # data of `Result`
    "output": "test_result.py",  # its files
    "run": "cli/test_cli_requests.py",  # a request, and what it lacks
    "analysis.claims": "analysis/test_history.py",  # of overall B and of the resolution
    "analysis.local_filter": "analysis/test_history.py",  # a part of the history
    "evaluation.best_sharpening": "evaluation/test_agreement.py",  # of a map and a model
    "evaluation.measures": "evaluation/test_agreement.py",  # data of what is measured there
    "evaluation.model_fsc": "evaluation/test_agreement.py",
    "io.checksum": "test_result.py",  # a map that is not that of its JSON
    "io.em_history": "io/test_reflections.py",
    "io.fsc_xml": "io/test_star_xml.py",
    "io.gzip_stream": "io/test_contents.py",
    "io.half_maps": "maps/test_half_maps.py",  # pairs are found, read and compared
    "io.json_text": "test_result.py",
    "io.mrc_header": "io/test_mrc_dialects.py",
    "io.mrc_grid": "io/test_mrc_dialects.py",
    "io.mtz_columns": "io/test_reflections.py",
    "io.mtz_header": "test_fuzz.py",
    "io.npz": "test_fuzz.py",
    "io.pdb_cards": "io/test_odd_models.py",
    "io.relion_job": "cli/test_cli_relion.py",  # its files, as the pipeline reads them
    "io.read": "io/test_mtz.py",  # chooses between the readers
    "io.star": "io/test_star_xml.py",
    "io.stem": "cli/test_cli_requests.py",  # names of output files
    "io.table": "many/test_batch.py",
    "io.together": "test_result.py",
    "io.write_model": "maps/test_crop.py",  # a model goes with its box
    "io.write_mrc_header": "io/test_mrc.py",
    "io.write_mtz": "io/test_mtz.py",
    "local.asked": "local/test_localise.py",
    "local.bands": "local/test_gains.py",  # gains are made of them
    "local.blend": "local/test_localise.py",
    "local.boxes": "local/test_localise.py",
    "local.estimate": "local/test_gains.py",  # makes the gains
    "local.fall_off": "local/test_gains.py",  # of every place
    "local.fields": "local/test_gains.py",  # power by place and band
    "local.lattice": "local/test_gains.py",
    "local.localised": "local/test_localise.py",
    "local.maps": "local/test_localise.py",  # what is written beside the map
    "local.scores": "local/test_localise.py",
    "local.worth": "local/test_localise.py",  # the sentence of every run
    "maps.arrays": "maps/test_density.py",  # names of types
    "maps.cell": "maps/test_unit_cell.py",
    "maps.soft_zone": "maps/test_crop.py",
    "methods.empirical": "test_pipeline.py",
    "methods.given": "test_pipeline.py",
    "methods.half_map_checks": "maps/test_half_maps.py",
    "methods.half_map_directions": "spectra/test_directional.py",  # what it hands to the filter
    "spectra.fsc_directions": "spectra/test_directional.py",
    "methods.model_fit": "methods/test_model.py",  # incomplete and misplaced models
    "methods.power_in_mask": "methods/test_half_map.py",  # what the filter's scale rests on
    "methods.scanned": "methods/test_scan.py",
    "methods.shell_evidence": "methods/test_half_map.py",  # data, and the JSON of them
    "methods.single_map": "methods/test_half_map.py",  # the same filter, with the solvent's noise
}
"""Module to the file that tests it."""

OF_NO_MODULE = {
    "cli/test_cli_failures.py",  # every command fails in one line
    "cli/test_cli_requests.py",  # every option, as requests and as commands
    "cli/test_cli_start.py",  # what a start loads
    "core/test_counts.py",  # the C++ core on real maps
    "core/test_slow_references.py",
    "io/test_bad_maps.py",  # damaged files
    "io/test_mrc_dialects.py",  # what other programs write
    "jobs/test_kills.py",
    "io/test_odd_models.py",
    "io/test_reflections.py",
    "maps/test_unit_cell.py",
    "test_paper.py",  # --paper, from end to end
    "test_fuzz.py",  # damaged files of every kind
    "test_invariances.py",  # what must not change the choice
    "test_security.py",  # pages, tables and scheduler options
    "io/test_star_xml.py",  # FSC as files, read by other programs
    *(name for name in WHOLE_ROOMS.values()),
    "report/test_many_maps.py",  # pages of a batch and of the study
    "test_benchmarks.py",
    "test_docs.py",
    "test_docs_for_successors.py",
    "test_docs_in_an_empty_folder.py",
    "test_docs_site.py",
    "test_mirror.py",
    "test_notebooks.py",
    "test_package.py",
    "test_packaging.py",
    "test_rooms.py",
    "test_schema.py",
}


def own_test(module):
    room, _, name = module.rpartition(".")
    return f"{room}/test_{'cli_' * (room == 'cli')}{name}.py".lstrip("/")


MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    for path in PACKAGE.rglob("*.py")
    if path.name != "__init__.py"
}
FILES = {path.relative_to(TESTS).as_posix() for path in TESTS.rglob("test_*.py")}


def is_tested(module):
    places = {own_test(module), ELSEWHERE.get(module), WHOLE_ROOMS.get(module.partition(".")[0])}
    return bool(places & FILES)


def test_every_module_is_tested():
    assert not {module for module in MODULES if not is_tested(module)}


def test_exceptions_are_still_needed():
    assert not {module for module in ELSEWHERE if module not in MODULES}
    assert not {module for module in ELSEWHERE if own_test(module) in FILES}


def test_every_file_has_a_module():
    assert not FILES - OF_NO_MODULE - {own_test(module) for module in MODULES}
