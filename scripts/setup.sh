# shellcheck shell=bash
# Shared by ./run and ./test: finds Python, makes .venv, installs a hash-locked list of parts. Each step is skipped when
# its stamp in .venv says that nothing changed, so a second start takes no time. A step that fails leaves no stamp.

say() { printf '── %s · %s\n' "$1" "$2"; }

die() {
  printf 'lỗi: %s\nerror: %s\n' "$1" "$2" >&2
  exit "${3:-1}"
}

is_root() { [ "$(id -u)" = 0 ]; }

# Installs Debian packages, or stops with one sentence that says which ones to install.
apt_install() {
  if ! is_root || ! command -v apt-get >/dev/null; then
    die "thiếu gói hệ thống; hãy cài: sudo apt-get install $*" "a system package is missing; install it with: sudo apt-get install $*"
  fi
  say "cài gói hệ thống: $*" "installing system packages: $*"
  local log
  log=$(mktemp)
  export DEBIAN_FRONTEND=noninteractive
  if ! { apt-get update && apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    die "không cài được gói hệ thống $*" "the system packages $* could not be installed"
  fi
  rm -f "$log"
}

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
  local name
  for name in ${CAMKET_PYTHON:+"$CAMKET_PYTHON"} python3.11 python3.12 python3.13 python3.14 python3; do
    if new_enough "$name"; then
      command -v "$name"
      return 0
    fi
  done
  return 1
}

make_venv() {
  if [ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1; then return 0; fi
  local python
  if ! python=$(find_python); then
    apt_install python3 python3-venv
    python=$(find_python) || die "cần Python 3.11 trở lên" "Python 3.11 or newer is needed"
  fi
  if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    apt_install "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
  fi
  say "tạo môi trường Python trong .venv" "making the Python environment in .venv"
  rm -rf .venv
  "$python" -m venv .venv || die "không tạo được .venv" "the environment .venv could not be made"
}

digest() { cat "$@" | sha256sum | cut -d ' ' -f 1; }

stamped() { [ -f ".venv/camket-$1" ] && [ "$(cat ".venv/camket-$1")" = "$2" ]; }

pip_install() {
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input "$@" </dev/null ||
    die "không cài được các phần cần thiết; hãy kiểm tra mạng rồi chạy lại" \
      "the parts could not be installed; check the network and run this again"
}

# install run|test: the lock of that name, then Camket itself (editable, no further downloads).
install_parts() {
  make_venv
  local lock="requirements/$1.lock" want
  want=$(digest "$lock")
  if ! stamped "$1" "$want"; then
    say "cài các phần theo $lock (có mã băm)" "installing the parts of $lock (with hashes)"
    rm -f .venv/camket-run .venv/camket-test
    pip_install --no-deps --require-hashes --requirement "$lock"
    # The test lock holds everything of the run lock, in the same versions (tests/house/test_packaging.py).
    [ "$1" = run ] || digest requirements/run.lock >.venv/camket-run
    printf '%s\n' "$want" >".venv/camket-$1"
  fi
  want="$(digest pyproject.toml) $PWD"
  if ! stamped self "$want"; then
    say "cài Camket vào .venv" "installing Camket into .venv"
    pip_install --no-deps --no-build-isolation --editable .
    printf '%s\n' "$want" >.venv/camket-self
  fi
}
