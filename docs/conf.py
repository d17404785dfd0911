"""The page for everybody, by Sphinx: built from the project's own files, with no copy of them and no network.

    python -m tools docs            # build/docs/index.html

The sources' folder is the whole project, so that notebooks, guides and changelog are read where they are.
"""

import gc
import sys
from pathlib import Path

gc.disable()  # a short process, and its objects stay: to look at them all again and again takes a sixth of the time

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "docs" / "reference"))

project = "Saga Lab"
author = "Saga Lab"
copyright = "Saga Lab, MIT-0"
root_doc = "docs/index"
extensions = ["myst_nb", "sphinx.ext.autodoc", "reference"]
exclude_patterns = ["**/.ipynb_checkpoints", "notebooks/data", "docs/_root"]
# What is excluded is not walked through: .venv alone has thirty thousand files.
exclude_patterns += [".*", "build", "my-workshop", "tests", "sagalab/*/**", "setup/*/**"]
include_patterns = [
    "docs/**",
    "notebooks/**",
    "setup/README.md",
    "sagalab/README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
]

nb_execution_mode = "off"  # the stored outputs are true: nbval holds them
nb_ipywidgets_js: dict = {}  # no CDN: a page that asks nobody
nb_render_markdown_format = "myst"
nb_merge_streams = True
# A widget cannot live on a page: what stands beside it is shown, its text at the last.
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", None)]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
myst_links_external_new_tab = False
suppress_warnings = ["mystnb.unknown_mime_type"]

default_role = "code"  # docstrings say `name`
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
nitpicky = False

html_theme = "furo"
html_title = "Saga Lab"
html_static_path = ["_static"]
html_extra_path = ["_root"]
html_css_files = ["pages.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {"navigation_with_keys": True}
