#!/bin/sh
# Java for Apache Spark: what is there, or else the runtime of Debian or Ubuntu, by apt-get.
# It needs root or sudo for that, and installs nothing where Java is new enough.
set -eu

oldest=17

version_of_java() { # The first number of its version; 0 where there is none.
  java=java
  [ -z "${JAVA_HOME:-}" ] || java="$JAVA_HOME/bin/java"
  version=$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1) || true
  echo "${version:-0}"
}

found=$(version_of_java)
if [ "$found" -ge "$oldest" ]; then
  echo "Java $found is there, and Spark needs $oldest or newer: nothing is installed"
  exit 0
fi
if [ -n "${JAVA_HOME:-}" ]; then
  echo "JAVA_HOME ($JAVA_HOME) has no Java of version $oldest or newer: correct or unset it" >&2
  exit 1
fi
if ! command -v apt-get >/dev/null; then
  echo "Spark needs Java $oldest or newer; install it (found: $found, and no apt-get)" >&2
  exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "Spark needs Java $oldest or newer, and only root may install it: run $0 as root" >&2
    exit 1
  fi
  as_root=sudo
fi

install_java() {
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install \
    --quiet=2 --yes --no-install-recommends "$1" >/dev/null
}

echo "Installing Java from the system's packages"
$as_root apt-get --quiet=2 update
install_java "openjdk-$oldest-jre-headless" || install_java default-jre-headless
found=$(version_of_java)
if [ "$found" -lt "$oldest" ]; then
  echo "Java $found came, and Spark needs $oldest or newer: install a newer one" >&2
  exit 1
fi
echo "Java $found is installed"
