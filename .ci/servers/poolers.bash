# Poolers in front of PostgreSQL, in transaction mode. .ci/with-databases sources this file.

# max_prepared_statements: sqlx prepares every statement. A server connection that is idle
# is closed after a second, since no database can be dropped before.
start_pgbouncer() {
    local program
    take_port pgbouncer
    cat >"$work/pgbouncer/pgbouncer.ini" <<INI
[databases]
* = host=127.0.0.1 port=${port[postgres]}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port[pgbouncer]}
unix_socket_dir =
auth_type = trust
auth_file = $work/pgbouncer/users.txt
pool_mode = transaction
max_prepared_statements = 200
max_client_conn = 1000
default_pool_size = 20
server_idle_timeout = 1
ignore_startup_parameters = extra_float_digits
INI
    printf '"%s" ""\n' game_tasks game_tasks_app postgres >"$work/pgbouncer/users.txt"
    own pgbouncer
    as pgbouncer
    program "${home[pgbouncer]}" usr/sbin/pgbouncer
    setsid "${as[@]}" "${program[@]}" "$work/pgbouncer/pgbouncer.ini" \
        >>"$work/pgbouncer.log" 2>&1 </dev/null &
    pid[pgbouncer]=$!
}

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
odyssey_answers() { listens odyssey; }
listens() { # NAME
    signal 0 "${pid[$1]}" && perl -MIO::Socket::INET -e \
        'exit !IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $ARGV[0], Timeout => 2)' \
        "${port[$1]}" </dev/null && sleep 0.2 && signal 0 "${pid[$1]}"
}
