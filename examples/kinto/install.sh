#!/bin/sh
# Installs Kinto (Apache-2.0, https://pypi.org/project/kinto/) from PyPI into a virtual environment of its own:
# `sh install.sh DIR`. Nothing is started; DIR is all that it touches. Safe to run again.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
place=${1:-"$here/.venv"}
python=${PYTHON:-python3}

if [ -x "$place/bin/python" ] && "$place/bin/python" -c "import kinto" 2>/dev/null; then
  echo "Kinto is installed already: $place"
  exit 0
fi
"$python" -m venv "$place"
"$place/bin/python" -m pip install --quiet "kinto==26.5.0" waitress "setuptools<81"  # pyramid asks for pkg_resources
echo "Installed: $place"
