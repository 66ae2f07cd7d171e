# MariaDB: one server, a second one with other settings, and a replica. .ci/with-databases sources
# this file.

# Where this folder's server finds its messages and the SQL of its own tables.
share_of() { # FOLDER
    local folder
    for folder in "$1"/usr/share/{mariadb,mysql}; do
        [[ -d $folder/english ]] && printf '%s\n' "$folder" && return
    done
}

init_mariadb() { # NAME
    local folder=${home[$1]} share program
    as "$1"
    if [[ $folder ]]; then
        # What the script of the package does, which would start mariadbd without its loader.
        share=$(share_of "$folder")
        mkdir "$work/$1/data"
        { printf 'CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL;\n' &&
            cat "$share"/{mysql,mariadb}_{system_tables,performance_tables,system_tables_data}.sql 2>/dev/null ||
            true; } >"$work/$1/bootstrap.sql"
        own "$1"
        mariadb_program "$1"
        setsid "${as[@]}" "${program[@]}" --bootstrap >"$work/$1-init.log" 2>&1 <"$work/$1/bootstrap.sql" &
    else
        setsid "${as[@]}" /usr/bin/mariadb-install-db --no-defaults \
            --datadir="$work/$1/data" --skip-name-resolve --skip-test-db \
            >"$work/$1-init.log" 2>&1 </dev/null &
    fi
    init_pids[$1]=$!
}

# Socket and pid file are relative to the data folder: a socket's full path may
# have 107 bytes at most, and TMPDIR can be deep.
mariadb_program() { # NAME; sets the array `program`
    local folder=${home[$1]}
    program "$folder" usr/sbin/mariadbd
    program+=(--no-defaults --datadir="$work/$1/data" --socket=mariadb.sock --pid-file=mariadb.pid
        --skip-name-resolve)
    [[ ! $folder ]] || program+=(--basedir="$folder/usr" --lc-messages-dir="$(share_of "$folder")"
        --character-sets-dir="$(share_of "$folder")/charsets" --plugin-dir="$folder/usr/lib/mysql/plugin")
}

# Each has its own folder for temporary files: at start mariadbd removes temporary tables
# that it finds there, be they another server's.
launch_mariadb() { # NAME OPTION...
    local program
    take_port "$1"
    as "$1"
    mariadb_program "$1"
    setsid "${as[@]}" "${program[@]}" --skip-networking=0 --bind-address=127.0.0.1 \
        --port="${port[$1]}" --init-file="$work/sql/users.sql" "${@:2}" \
        >>"$work/$1.log" 2>&1 </dev/null &
    pid[$1]=$!
}

start_mariadb() {
    local durability=(--innodb-flush-log-at-trx-commit=0) replication=()
    [[ ${GAME_TASKS_DURABLE:-} != 1 ]] || durability=()
    [[ ! -d $work/replica ]] || replication=(--server-id=1 --log-bin=binlog --binlog-format=MIXED)
    launch_mariadb mariadb --max-connections=300 \
        --innodb-buffer-pool-size=128M --default-time-zone=+05:00 \
        --character-set-server=latin1 --collation-server=latin1_swedish_ci \
        "${durability[@]}" "${replication[@]}"
}

# The second MariaDB, for what only the settings of a server can bring about.
start_rollback() {
    launch_mariadb rollback --innodb-buffer-pool-size=16M --innodb-flush-log-at-trx-commit=0 \
        --innodb-rollback-on-timeout=ON --max-allowed-packet=1M
}

# It gets all from the other server, its users too.
start_replica() {
    cat >"$work/sql/replica.sql" <<SQL
STOP SLAVE;
CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=${port[mariadb]}, MASTER_USER='game_tasks_replica', MASTER_PASSWORD='$password', MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1;
START SLAVE;
SQL
    own sql
    launch_mariadb replica --init-file="$work/sql/replica.sql" --server-id=2 --read-only=ON \
        --skip-slave-start --max-connections=300 --innodb-buffer-pool-size=64M \
        --innodb-flush-log-at-trx-commit=0 --default-time-zone=+05:00 --character-set-server=latin1
}
replica_answers() { mariadb_answers replica; }

# Only our own server passes this check, not another one that took the port in between.
mariadb_answers() { # [NAME]
    local name=${1:-mariadb} program
    as "$name"
    program "${home[$name]}" usr/bin/mariadb
    "${as[@]}" MYSQL_PWD="$password" "${program[@]}" --no-defaults --protocol=tcp --skip-ssl \
        --host=127.0.0.1 --port="${port[$name]}" --user=game_tasks --connect-timeout=2 \
        --execute='SELECT 1' game_tasks >/dev/null 2>&1 </dev/null
}
rollback_answers() { mariadb_answers rollback; }
