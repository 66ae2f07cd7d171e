# PostgreSQL, and a hot standby of it. .ci/with-databases sources this file.

# A cluster with the users and the database of the tests. They are made without a client,
# since the embedded builds bring none.
init_postgres() {
    local collation=() bin=${home[postgres]}/bin
    # ICU does not depend on the locales installed; without it: plain C.UTF-8.
    if "$bin/initdb" --help | grep -e --icu-locale >/dev/null; then
        collation=(--locale-provider=icu --icu-locale=en-US)
    fi
    as postgres
    # shellcheck disable=SC2016 # for the inner shell
    setsid "${as[@]}" sh -ec '
        bin=$1 data=$2
        shift 2
        "$bin/initdb" --pgdata="$data" --username=postgres --auth=trust --no-sync \
            --encoding=UTF8 --locale=C.UTF-8 "$@"
        version=$(cat "$data/PG_VERSION")
        {
            echo "CREATE ROLE game_tasks LOGIN CREATEDB"
            echo "CREATE ROLE game_tasks_app LOGIN"
            # As it is since 15: the owner of a database also owns its schema, where others
            # may create nothing.
            if [ "$version" -lt 15 ]; then
                echo "ALTER SCHEMA public OWNER TO game_tasks"
                echo "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
            fi
            # Before 13 only this extension has gen_random_uuid(), which GAME uses. Not in
            # "public", which some tests drop.
            if [ "$version" -lt 13 ]; then
                echo "CREATE EXTENSION pgcrypto SCHEMA pg_catalog"
            fi
        } | "$bin/postgres" --single -F -D "$data" template1
        echo "CREATE DATABASE game_tasks OWNER game_tasks" |
            "$bin/postgres" --single -F -D "$data" postgres' \
        init "$bin" "$work/postgres/data" "${collation[@]}" \
        >"$work/postgres-init.log" 2>&1 </dev/null &
    init_pids[postgres]=$!
}

launch_postgres() { # NAME OPTION...
    local durability=(-c fsync=off -c full_page_writes=off)
    [[ ${GAME_TASKS_DURABLE:-} != 1 ]] || durability=()
    take_port "$1"
    as "$1"
    setsid "${as[@]}" "${home[$1]}/bin/postgres" -D "$work/$1/data" \
        -c listen_addresses=127.0.0.1 -c port="${port[$1]}" -c unix_socket_directories= \
        -c max_connections=300 -c shared_buffers=128MB -c timezone=Asia/Tokyo \
        "${durability[@]}" "${@:2}" >"$work/$1.log" 2>&1 </dev/null &
    pid[$1]=$!
}
start_postgres() { launch_postgres postgres; }

# A copy of the new cluster, which gets all that has been written since.
start_standby() {
    touch "$work/standby/data/standby.signal"
    own standby
    launch_postgres standby \
        -c primary_conninfo="host=127.0.0.1 port=${port[postgres]} user=postgres"
}

# The server writes its state to the last line of a file whose first line is its process id.
postgres_answers() { # [NAME]
    local name=${1:-postgres} lines
    mapfile -t lines <"$work/$name/data/postmaster.pid" || return
    [[ ${lines[0]:-} == "${pid[$name]}" && ${lines[7]:-} == @(ready|standby)* ]]
} 2>/dev/null
standby_answers() { postgres_answers standby; }
