# Poolers in front of PostgreSQL, in transaction mode. .ci/with-databases sources this file.

# sqlx prepares every statement, and sets extra_float_digits when it connects. A server
# connection that is idle is closed after a second, since no database can be dropped before.
pgbouncer_with() { # NAME POOL_MODE MAX_PREPARED_STATEMENTS [POOL_SIZE IDLE_SECONDS]
    local program name=$1
    take_port "$name"
    cat >"$work/$name/pgbouncer.ini" <<INI
[databases]
* = host=127.0.0.1 port=${port[postgres]}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port[$name]}
unix_socket_dir =
auth_type = trust
auth_file = $work/$name/users.txt
pool_mode = $2
max_prepared_statements = $3
max_client_conn = 1000
default_pool_size = ${4:-20}
server_idle_timeout = ${5:-1}
ignore_startup_parameters = extra_float_digits
INI
    printf '"%s" ""\n' game_tasks game_tasks_app postgres >"$work/$name/users.txt"
    own "$name"
    as "$name"
    program "${home[pgbouncer]}" usr/sbin/pgbouncer
    setsid "${as[@]}" "${program[@]}" "$work/$name/pgbouncer.ini" \
        >>"$work/$name.log" 2>&1 </dev/null &
    pid[$name]=$!
}

# The others are for the tests of what does not work through them. Without prepared statements that
# shows only on a server connection that another client has used.
start_pgbouncer() { pgbouncer_with pgbouncer transaction 200; }
start_pgbouncer_session() { pgbouncer_with pgbouncer_session session 200; }
start_pgbouncer_statement() { pgbouncer_with pgbouncer_statement statement 200; }
start_pgbouncer_unprepared() { pgbouncer_with pgbouncer_unprepared transaction 0 1 20; }

start_odyssey() {
    local program
    take_port odyssey
    cat >"$work/odyssey/odyssey.conf" <<CONF
daemonize no
log_to_stdout yes
log_format "%p %t %l %m\n"
workers 2
client_max 1000
listen {
    host "127.0.0.1"
    port ${port[odyssey]}
}
storage "server" {
    type "remote"
    host "127.0.0.1"
    port ${port[postgres]}
}
database default {
    user default {
        authentication "none"
        storage "server"
        pool "transaction"
        pool_size 20
        pool_ttl 1
        pool_discard no
        pool_cancel yes
        pool_rollback yes
        pool_reserve_prepared_statement yes
        client_fwd_error yes
    }
}
CONF
    own odyssey
    as odyssey
    program "${home[odyssey]}" usr/bin/odyssey
    setsid "${as[@]}" "${program[@]}" "$work/odyssey/odyssey.conf" \
        >>"$work/odyssey.log" 2>&1 </dev/null &
    pid[odyssey]=$!
}

# The process that listens is our own.
pgbouncer_answers() { listens pgbouncer; }
pgbouncer_session_answers() { listens pgbouncer_session; }
pgbouncer_statement_answers() { listens pgbouncer_statement; }
pgbouncer_unprepared_answers() { listens pgbouncer_unprepared; }
odyssey_answers() { listens odyssey; }
listens() { # NAME
    signal 0 "${pid[$1]}" && perl -MIO::Socket::INET -e \
        'exit !IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $ARGV[0], Timeout => 2)' \
        "${port[$1]}" </dev/null && sleep 0.2 && signal 0 "${pid[$1]}"
}
