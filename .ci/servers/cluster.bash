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

# A node that has not joined yet refuses every statement.
node1_answers() { "${cluster}_answers" node1; }
node2_answers() { "${cluster}_answers" node2; }
node3_answers() { "${cluster}_answers" node3; }
