# Processes: how servers are run, awaited, crashed and ended. .ci/with-databases sources this
# file.
#
# Everything long-running gets a session of its own (setsid), so that its pid is
# also its process group's: that reaches all that a command has started (cargo's
# test binaries), and keeps a Ctrl-C on the terminal from hitting the servers
# before the command. Just after the fork that group may not exist yet, hence
# the second try by pid.

signal() { # SIGNAL PID
    kill -s "$1" -- "-$2" 2>/dev/null || kill -s "$1" "$2" 2>/dev/null
}

# Waits until the process groups are gone; kills what outlives the patience.
await_end() { # SECONDS PID...
    local deadline=$((SECONDS + $1)) id
    for id in "${@:2}"; do
        while signal 0 "$id"; do
            ((SECONDS < deadline)) || signal KILL "$id" || true
            sleep 0.05
        done
    done
}

cleanup() {
    local id name
    trap '' INT TERM HUP # a second Ctrl-C must not leave servers behind
    set +e
    if [[ $command_pid ]]; then # first, so that it can still reach the servers
        signal TERM "$command_pid"
        await_end 10 "$command_pid"
    fi
    for id in "${helpers[@]}" "${init_pids[@]}"; do signal TERM "$id"; done
    disown -a # bash would tell of their ends
    for name in "${!pid[@]}"; do signal "$(stop_signal "$name")" "${pid[$name]}"; done
    await_end 20 "${init_pids[@]}" "${pid[@]}"
    if [[ $work && ${GAME_TASKS_KEEP_LOGS:-} ]]; then
        mkdir -p "$GAME_TASKS_KEEP_LOGS" && cp "$work"/*.log "$GAME_TASKS_KEEP_LOGS"/ 2>/dev/null
    fi
    [[ -z $work ]] || rm -rf "$work"
    [[ -z $unpacking ]] || rm -rf "$unpacking"
    [[ -z $remove_policy ]] || rm -f "$policy"
}

stop_signal() { # NAME
    case $1 in
        postgres | standby) echo INT ;; # does not wait for clients
        pgbouncer*) echo QUIT ;; # the same
        node?) if [[ $cluster == mysql ]]; then echo KILL; else echo TERM; fi ;; # a group is slow to part
        *) echo TERM ;;
    esac
}

# The kernel's choice of a port that is free at this moment.
free_port() {
    perl -MIO::Socket::INET -e \
        'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport'
}

# --- servers -----------------------------------------------------------------
# Their settings differ on purpose from what the crate's own connections should
# ask for: time zones far from UTC, a latin1 default character set, a linguistic
# collation. Code that leans on a server's defaults is to fail here.

# The servers refuse to be root. "nobody" where no installed package has made a user.
user_of() { # NAME
    local user=mysql
    case $1 in
        postgres | standby | pgbouncer* | odyssey) user=postgres ;;
    esac
    id -u "$user" >/dev/null 2>&1 || user=nobody
    printf '%s\n' "$user"
}

# A prefix that runs a command as the user of a server. With an empty environment, for the
# caller's PG*, MYSQL_* and locale variables change what servers and clients do. Should this
# script be killed with SIGKILL, the kernel sends the command the signal named.
as() { # NAME; sets the array `as`
    local user
    as=(setpriv --pdeathsig "$(stop_signal "$1")")
    if ((EUID == 0)); then
        user=$(user_of "$1")
        as+=(--reuid "$user" --regid "$(id -g "$user")" --init-groups)
    fi
    as+=(env -i -C "$work" PATH="$PATH" LC_ALL=C.UTF-8 TMPDIR="$work/$1/tmp")
}

own() { # NAME
    ((EUID != 0)) || chown -R "$(user_of "$1"):" "$work/$1"
}

take_port() { # NAME
    port[$1]=${port[$1]:-$(free_port)}
}

# Waits until the server answers. When another process was faster at its port, it
# gets a new one.
await_server() { # NAME
    local attempt=1 deadline=$((SECONDS + start_seconds))
    until "$1_answers"; do
        ((SECONDS < deadline)) || fail_with_log "$1" "did not answer within $start_seconds s"
        if ! signal 0 "${pid[$1]}"; then
            if ! grep -q 'Address already in use' "$work/$1.log" || ((attempt++ >= start_attempts)); then
                fail_with_log "$1" 'ended while starting'
            fi
            unset "port[$1]"
            "start_$1"
        fi
        sleep 0.1
    done
}

# Kills a server as a power cut would, and starts it again on its data and its port. It
# is not waited for: whoever asked for it has to live with a server that is not there.
crash() { # NAME
    local attempt
    disown "${pid[$1]}" 2>/dev/null || true # bash would tell of its end
    pkill -KILL -P "${pid[$1]}" || true # PostgreSQL's backends have sessions of their own
    signal KILL "${pid[$1]}" || true
    await_end 10 "${pid[$1]}"
    rm -f "$GAME_TASKS_CRASH_FILE"
    for attempt in 1 2 3 4 5; do
        "start_$1"
        sleep 0.5
        ! signal 0 "${pid[$1]}" || return 0
        echo "with-databases: $1 did not start again, attempt $attempt" >&2
    done
    fail_with_log "$1" 'did not start again'
}

fail_with_log() { # NAME WHAT
    tail -n 40 "$work/$1.log" >&2
    die "$1 $2; the end of its log is above"
}
