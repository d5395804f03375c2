#!/bin/sh
# Installs Redmine (GPL-2) from Debian 12 packages: no web server, no database daemon, nothing started, no instance of its
# own made. Safe to run again. Needs root.
set -eu

packages="redmine redmine-sqlite ruby-webrick dbconfig-no-thanks"
# dbconfig-no-thanks  no system database: redmine_server.py makes its own, one file in a folder

missing=""
for package in $packages; do
  dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
if [ -z "$missing" ]; then
  echo "Redmine is installed already."
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "Missing Debian packages:$missing" >&2
  echo "Run as root: sh $0" >&2
  exit 1
fi

# Packages that would start a service are told not to (Debian policy 9.3.3.1); an existing policy is kept.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# shellcheck disable=SC2086  # a list of words
if ! apt-get install -q -y --no-install-recommends $missing; then
  # Debian's gem specifications name folders that its packages do not make; Bundler from 2.3.20 on asks for them.
  ruby -e 'Gem::Specification.each { |s| puts s.full_gem_path if !s.default_gem? && !File.directory?(s.full_gem_path) }' |
    xargs mkdir -p
  dpkg --configure -a
fi
echo "Installed:$missing"
