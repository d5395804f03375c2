#!/bin/sh
# Installs the named Debian packages that are missing (as root; no service is started), or prints the one line that would.
set -eu
command -v dpkg-query >/dev/null 2>&1 || exit 0
missing=""
for package in "$@"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
python3 -c "import ensurepip" 2>/dev/null || missing="$missing python3-venv"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ]; then
  policy=/usr/sbin/policy-rc.d # Debian's own switch: 101 means that nothing is started
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
  echo "missing Debian packages; run:  sudo apt-get install --no-install-recommends$missing" >&2
  exit 1
fi
