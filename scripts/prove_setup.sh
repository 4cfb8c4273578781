#!/bin/bash
# Proves that a bare Debian 12 (python3, git, ca-certificates) is enough: clones this repository into a fresh
# system and runs both commands of the README there, as root and as a plain user, with an empty environment.
#
#   scripts/prove_setup.sh [serve|test ...]     default: serve test
#
# Needs root, debootstrap and the right to mount; where one is missing it says so and ends with code 0.
# THUCDIA_PROOF_DIR: where the systems are built (default /var/tmp/thucdia-proof; the bare one is kept there).
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
work=${THUCDIA_PROOF_DIR:-/var/tmp/thucdia-proof}
commands=("$@")
[ ${#commands[@]} -gt 0 ] || commands=(serve test)

skip() { echo "BỎ QUA: $1"; exit 0; }

[ "$(id -u)" = 0 ] || skip "cần quyền root để dựng hệ thống trống"
command -v debootstrap >/dev/null || skip "máy này không có debootstrap"
unshare --mount true 2>/dev/null || skip "không được phép gắn thư mục (mount) ở đây"

# Mounts live in a namespace of their own, so nothing stays mounted however this ends.
if [ "${1:-}" != --inside ]; then
    exec unshare --mount --propagation private "$0" --inside "${commands[@]}"
fi
shift
commands=("$@")

mirror() {
    {
        grep -rhoP '^deb\s+(\[[^]]*\]\s+)?\Khttps?://\S+(?=\s+bookworm\s)' /etc/apt/sources.list /etc/apt/sources.list.d
        awk '/^URIs:/ {uri = $2} /^Suites:.*bookworm( |$)/ {print uri}' /etc/apt/sources.list.d/*.sources
    } 2>/dev/null | head -n 1
}

build_bare_system() {
    [ -e "$work/bare/.complete" ] && return
    local from
    from=$(mirror)
    [ -n "$from" ] || skip "apt của máy này không khai báo nguồn bookworm"
    echo "Dựng Debian 12 trống từ nguồn apt của máy này …"
    rm -rf "$work/bare"
    mkdir -p "$work"
    debootstrap --variant=minbase --include=python3,git,ca-certificates bookworm "$work/bare" "$from" \
        >"$work/debootstrap.log" 2>&1 || { tail -n 3 "$work/debootstrap.log"; exit 1; }
    rm -rf "$work/bare"/var/cache/apt/archives/*.deb
    touch "$work/bare/.complete"
}

# A copy of the bare system with this network's certificate authorities, a plain user and a clone.
build_system() {
    local system=$1
    rm -rf "$system"
    cp -a "$work/bare" "$system"
    cp /etc/resolv.conf "$system/etc/resolv.conf"
    find /usr/local/share/ca-certificates -name '*.crt' -exec cp {} "$system/usr/local/share/ca-certificates/" \; 2>/dev/null || true
    mount -t proc proc "$system/proc"
    mount --rbind /dev "$system/dev"
    chroot "$system" update-ca-certificates >/dev/null 2>&1
    chroot "$system" useradd --create-home --shell /bin/bash canbo
    git clone --quiet --no-hardlinks "$here" "$system/srv/thuc-dia"
}

run_in() {
    local system=$1 user=$2 home=/root
    shift 2
    [ "$user" = root ] || home=/home/$user
    chroot --userspec="$user:$user" "$system" /usr/bin/env -i \
        HOME="$home" PATH=/usr/local/bin:/usr/bin:/bin THUCDIA_PORT="$port" "$@"
}

# Starts the server, waits for its first answer, asks it to stop; prints the seconds until the answer.
prove_serve() {
    run_in "$1" "$2" /bin/sh -c 'cd /srv/thuc-dia && exec python3 - "$@"' sh <<'PYTHON'
import os, signal, subprocess, sys, time, urllib.error, urllib.request

address = f"http://127.0.0.1:{os.environ['THUCDIA_PORT']}/healthz"
begin = time.monotonic()
server = subprocess.Popen(["python3", "app.py", "serve"])
while True:
    try:
        answer = urllib.request.urlopen(address, timeout=5)
        break
    except (urllib.error.URLError, OSError):
        if server.poll() is not None:
            sys.exit(f"serve ended with code {server.returncode}")
        if time.monotonic() - begin > 900:
            server.terminate()
            sys.exit("no answer within 900 s")
        time.sleep(0.05)
print(f"PROOF /healthz answered {answer.status} after {time.monotonic() - begin:.1f} s", flush=True)
server.send_signal(signal.SIGTERM)
code = server.wait(60)
print(f"PROOF serve stopped with code {code}", flush=True)
sys.exit(code)
PYTHON
}

# Preparing what is already prepared takes under a second.
prove_quick_return() {
    local begin spent_ms
    begin=$(date +%s%N)
    run_in "$1" "$2" /bin/sh -c "cd /srv/thuc-dia && exec python3 bootstrap.py $3"
    spent_ms=$((($(date +%s%N) - begin) / 1000000))
    echo "PROOF set-up for $3 took $spent_ms ms when everything was there"
    [ "$spent_ms" -lt 1000 ]
}

prove_as() {
    local user=$1 system=$work/$1
    build_system "$system"
    chroot "$system" chown -R "$user:$user" /srv/thuc-dia
    for command in "${commands[@]}"; do
        echo "== $user: python3 app.py $command"
        case $command in
            serve)
                prove_serve "$system" "$user"
                echo "== $user: python3 app.py serve, lần thứ hai"
                prove_serve "$system" "$user"
                ;;
            *) run_in "$system" "$user" /bin/bash -c "cd /srv/thuc-dia && time python3 app.py $command" ;;
        esac
        echo "== $user: $(du -sh "$system/srv/thuc-dia" | cut -f1) trong thư mục"
        prove_quick_return "$system" "$user" "$command"
    done
}

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
build_bare_system
for user in root canbo; do
    prove_as "$user"
done
echo "PROOF hai lệnh của README chạy được trên Debian 12 trống: root và người dùng thường"
