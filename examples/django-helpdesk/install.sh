#!/bin/sh
# Installs django-helpdesk (BSD, https://pypi.org/project/django-helpdesk/) from PyPI into a virtual environment of its
# own: `sh install.sh DIR`. Nothing is started; DIR is all that it touches. Safe to run again.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
place=${1:-"$here/.venv"}
python=${PYTHON:-python3}

if [ -x "$place/bin/python" ] && "$place/bin/python" -c "import helpdesk" 2>/dev/null; then
  echo "django-helpdesk is installed already: $place"
  exit 0
fi
"$python" -m venv "$place"
"$place/bin/python" -m pip install --quiet "django-helpdesk==2.0.2" packaging  # which one of its dependencies forgets to name
echo "Installed: $place"
