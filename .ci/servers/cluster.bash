# Clusters of three nodes, node1 to node3. .ci/with-databases sources this file.
# node1 makes the cluster, the others get their data from it when they join. A node that
# comes back joins like any other.

start_node1() { "start_${cluster}_node" 1; }
start_node2() { "start_${cluster}_node" 2; }
start_node3() { "start_${cluster}_node" 3; }

declare -A group_port=() # by number, for the nodes among themselves
take_group_ports() {
    local number
    for number in 1 2 3; do
        group_port[$number]=${group_port[$number]:-$(free_port)}
    done
}

# --- Galera ------------------------------------------------------------------

install_cluster_tools() {
    local missing=()
    [[ $cluster == mariadb ]] || return 0
    [[ ${home[node1]} || -e $galera ]] || missing+=(galera-4)
    have_mariadb || missing+=(mariadb-server) # the script for that, in any version
    [[ -x /usr/bin/rsync ]] || missing+=(rsync)
    [[ -x /usr/bin/lsof ]] || missing+=(lsof) # the transfer to a joining node asks it
    ((${#missing[@]} == 0)) || install_packages "${missing[@]}" || die "$reason"
}

init_mariadb_node() { # NAME
    if [[ $1 == node1 ]]; then
        init_mariadb node1
    else
        mkdir "$work/$1/data"
        own "$1"
    fi
}

start_mariadb_node() { # NUMBER
    local node=node$1 own_port addresses first=()
    take_group_ports
    own_port=${group_port[$1]}
    addresses=127.0.0.1:${group_port[1]},127.0.0.1:${group_port[2]},127.0.0.1:${group_port[3]}
    if (($1 == 1)) && [[ ! ${pid[node1]:-} ]]; then
        first=(--wsrep-new-cluster)
        addresses=''
    fi
    launch_mariadb "$node" --max-connections=300 \
        --innodb-buffer-pool-size=64M --innodb-autoinc-lock-mode=2 --binlog-format=ROW \
        --default-time-zone=+05:00 --character-set-server=latin1 \
        --wsrep-on=ON --wsrep-provider="${home[$node]}$galera" --wsrep-cluster-name=game_tasks \
        --wsrep-node-name="$node" --wsrep-node-address="127.0.0.1:$own_port" \
        --wsrep-cluster-address="gcomm://$addresses" --wsrep-sst-method=rsync \
        --wsrep-sst-receive-address="127.0.0.1:$(free_port)" \
        --wsrep-provider-options="base_port=$own_port;gmcast.listen_addr=tcp://127.0.0.1:$own_port;ist.recv_addr=127.0.0.1:$(free_port);gcache.size=64M;evs.keepalive_period=PT0.5S;evs.suspect_timeout=PT2S;evs.inactive_timeout=PT5S;pc.wait_prim_timeout=PT60S" \
        "${first[@]}"
}

# --- MySQL Group Replication --------------------------------------------------
# Every node is a primary, so that the tests can write through each.

init_mysql_node() { # NAME
    init_mysql "$1"
    # Each node makes the users for itself; written to its log they would make it differ from
    # the group, which then refuses it.
    [[ $1 != node1 ]] || sed -i '1i SET SESSION sql_log_bin = 0;' "$work/sql/users.sql"
    [[ $1 != node1 ]] || cat >>"$work/sql/users.sql" <<SQL
CREATE USER IF NOT EXISTS game_tasks_replica@'%' IDENTIFIED BY '$password';
GRANT REPLICATION SLAVE, CONNECTION_ADMIN, BACKUP_ADMIN, GROUP_REPLICATION_STREAM ON *.* TO game_tasks_replica@'%';
SQL
}

start_mysql_node() { # NUMBER
    local node=node$1 first=''
    [[ $1 != 1 || ${pid[node1]:-} ]] || first=1
    take_group_ports
    # A dead node is expelled after the 5 s that make it suspect. The log of InnoDB survives the process,
    # as that of replication does: otherwise a killed node would lack rows that it takes for its own.
    launch_mysql "$node" --server-id="$1" --innodb-buffer-pool-size=64M \
        --innodb-flush-log-at-trx-commit=2 --sync-binlog=0 --report-host=127.0.0.1 \
        --plugin-load-add=group_replication.so --group-replication-start-on-boot=OFF \
        --group-replication-group-name=7d4a2c30-0000-4000-8000-000000000001 \
        --group-replication-local-address="127.0.0.1:${group_port[$1]}" \
        --group-replication-group-seeds="127.0.0.1:${group_port[1]},127.0.0.1:${group_port[2]},127.0.0.1:${group_port[3]}" \
        --group-replication-ip-allowlist=127.0.0.1 --group-replication-single-primary-mode=OFF \
        --group-replication-recovery-get-public-key=ON --group-replication-member-expel-timeout=0
    join_group "$node" "$first" </dev/null >/dev/null 2>&1 &
    helpers+=($!)
}

# The group refuses a node as long as it takes the one that died for a member.
join_group() { # NODE FIRST
    local start="START GROUP_REPLICATION USER='game_tasks_replica', PASSWORD='$password'" attempt
    [[ ! $2 ]] || start="SET GLOBAL group_replication_bootstrap_group=ON; $start; SET GLOBAL group_replication_bootstrap_group=OFF"
    for ((attempt = 0; attempt < 100; attempt++)); do
        mysql_root "$1" "$start" && break
        sleep 0.5
    done
    until mysql_node_answers "$1"; do
        signal 0 "${pid[$1]}" || return
        sleep 0.5
    done
}

mysql_node_answers() { # NODE
    [[ $(mysql_root "$1" 'SELECT member_state FROM performance_schema.replication_group_members WHERE member_id = @@server_uuid' 2>/dev/null) == ONLINE ]] &&
        mysql_answers "$1"
}

mariadb_node_answers() { mariadb_answers "$1"; }

# A node that has not joined yet refuses every statement.
node1_answers() { "${cluster}_node_answers" node1; }
node2_answers() { "${cluster}_node_answers" node2; }
node3_answers() { "${cluster}_node_answers" node3; }
