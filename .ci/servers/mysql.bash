# MySQL. .ci/with-databases sources this file.

mysql_program() { # NAME; sets the array `program`
    local folder=${home[$1]}
    program "$folder" usr/sbin/mysqld
    program+=(--no-defaults --basedir="$folder/usr" --lc-messages-dir="$folder/usr/share/mysql"
        --plugin-dir="$folder/usr/lib/mysql/plugin" --datadir="$work/$1/data")
}

init_mysql() { # NAME
    local program
    as "$1"
    mysql_program "$1"
    setsid "${as[@]}" "${program[@]}" --initialize-insecure >"$work/$1-init.log" 2>&1 </dev/null &
    init_pids[$1]=$!
}

# The tests create triggers as a user without SUPER.
launch_mysql() { # NAME OPTION...
    local program
    take_port "$1"
    as "$1"
    mysql_program "$1"
    setsid "${as[@]}" "${program[@]}" --socket=mysql.sock --pid-file="$work/$1/mysql.pid" \
        --port="${port[$1]}" --bind-address=127.0.0.1 --mysqlx=OFF --secure-file-priv=NULL \
        --skip-name-resolve --init-file="$work/sql/users.sql" --max-connections=300 \
        --default-time-zone=+05:00 --character-set-server=latin1 \
        --collation-server=latin1_swedish_ci --log-bin-trust-function-creators=1 "${@:2}" \
        >>"$work/$1.log" 2>&1 </dev/null &
    pid[$1]=$!
}

start_mysql() {
    local durability=(--innodb-flush-log-at-trx-commit=0 --sync-binlog=0)
    [[ ${GAME_TASKS_DURABLE:-} != 1 ]] || durability=()
    launch_mysql mysql --innodb-buffer-pool-size=128M "${durability[@]}"
    # After a crash nobody else asks.
    { until mysql_answers || ! signal 0 "${pid[mysql]}"; do sleep 0.2; done; } </dev/null >/dev/null 2>&1 &
    helpers+=($!)
}

mysql_client() { # NAME OPTION...
    local program
    as "$1"
    program "${home[$1]}" usr/bin/mysql
    "${as[@]}" MYSQL_PWD="$password" "${program[@]}" --no-defaults --batch --skip-column-names \
        --connect-timeout=2 "${@:2}" </dev/null
}

# The superuser, through the socket; its path from here is short, however deep TMPDIR is.
mysql_root() { # NAME SQL
    mysql_client "$1" --protocol=socket --socket="$1/data/mysql.sock" --user=root \
        --skip-password --execute="$2"
}

# Each user logs in once, over TLS: after that the server knows the password's digest, and
# accepts clients that have neither TLS nor RSA, as sqlx is built here.
mysql_answers() { # [NAME]
    local name=${1:-mysql} user
    for user in game_tasks game_tasks_app; do
        mysql_client "$name" --protocol=tcp --host=127.0.0.1 --port="${port[$name]}" \
            --user="$user" --execute='SELECT 1' >/dev/null 2>&1 || return
    done
}
