#!/bin/sh
# Installs Request Tracker 5 and MediaWiki from Debian 12 packages: no web server, mail server or database daemon,
# nothing started, nothing configured under /etc that listens. Safe to run again. Needs root.
set -eu

packages="
  request-tracker5 rt5-db-sqlite rt5-standalone starman dbconfig-no-thanks
  mediawiki php-cli php-cgi php-sqlite3 php-mbstring php-xml php-intl
  msmtp-mta micro-httpd netcat-traditional
"
# dbconfig-no-thanks  no system database: estate.py makes its own, one file in a temporary folder
# msmtp-mta           satisfies "mail-transport-agent" with a program instead of a daemon (exim would be the default)
# micro-httpd php-cgi satisfy "httpd" and "php" without Apache; `php -S` serves the wiki

missing=""
for package in $packages; do
  dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
if [ -z "$missing" ]; then
  echo "Request Tracker and MediaWiki are installed already."
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
apt-get install -q -y --no-install-recommends $missing
echo "Installed:$missing"
