#!/usr/bin/env bash
# Starts a real S3 server on 127.0.0.1: Ceph's RADOS Gateway from Debian, with one monitor and one store in memory, and
# neither Docker nor systemd. Ends with 0 once S3 answers signed requests; its CA is test/fixtures/certificates/ca.crt.
#   RADOSGW_DIR (/tmp/wan-radosgw; short, for its sockets)  RADOSGW_PORT (7480; the next two are taken too)
#   RADOSGW_TLS_PORT (7443)  RADOSGW_ACCESS_KEY  RADOSGW_SECRET_KEY
#   RADOSGW_USERS (none; more users, each name:access-key:secret-key)
#   RADOSGW_REGION (what the server calls it: "default")
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
certificates=$(readlink -f "$here/../../fixtures/certificates")
folder=${RADOSGW_DIR:-/tmp/wan-radosgw}
port=${RADOSGW_PORT:-7480}
tls_port=${RADOSGW_TLS_PORT:-7443}
access_key=${RADOSGW_ACCESS_KEY:-wan-avatar}
secret_key=${RADOSGW_SECRET_KEY:-wan-avatar-secret-key}
conf=$folder/ceph.conf

install_packages() {
	local program missing=
	for program in radosgw ceph-mon ceph-osd ceph radosgw-admin; do
		command -v "$program" >/dev/null || missing=1
	done
	[ "$missing" ] || return 0
	echo 'installing radosgw (Debian)'
	apt-get -o DPkg::Lock::Timeout=300 update -qq
	# Without a runlevel the packages start no services.
	RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq \
		--no-install-recommends radosgw ceph-mon ceph-osd ceph-common >/dev/null
}

make_folder() {
	if [ -e "$folder/run/mon.a.pid" ] && kill -0 "$(cat "$folder/run/mon.a.pid")" 2>/dev/null; then
		echo "it runs already in $folder: radosgw-down.sh first" >&2
		exit 1
	fi
	if [ -e "$folder" ] && [ ! -e "$conf" ] && [ -n "$(ls -A "$folder")" ]; then
		echo "$folder exists and is of something else" >&2
		exit 1
	fi
	rm -rf "$folder"
	mkdir -p "$folder"/{mon,osd,run,log}
}

end_on_failure() {
	[ $? = 0 ] && return
	echo "radosgw did not start; the ends of its logs in $folder/log:" >&2
	tail -n 15 "$folder"/log/*.log >&2
	KEEP=1 RADOSGW_DIR="$folder" "$here/radosgw-down.sh"
}

# "crc secure": the gateway asks for "secure", which needs keys that "auth none" has not, and hangs without this line.
write_conf() {
	cat >"$conf" <<CONF
[global]
fsid = $fsid
mon host = [v2:127.0.0.1:$((port + 2)),v1:127.0.0.1:$((port + 1))]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
auth allow insecure global id reclaim = false
run dir = $folder/run
admin socket = $folder/run/\$name.asok
pid file = $folder/run/\$name.pid
log file = $folder/log/\$name.log
crash dir = $folder/log
client mount timeout = 60
rgw init timeout = 60
mon data = $folder/mon
osd data = $folder/osd
keyring = $folder/keyring
ms bind ipv6 = false
ms mon client mode = crc secure
osd objectstore = memstore
memstore device bytes = 4294967296
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
mon allow pool size one = true
paxos propose interval = 0.05
paxos min wait = 0.01
mon warn on pool no redundancy = false
mon max pg per osd = 4000
mon data avail crit = 1
mon data avail warn = 2
[client]
rgw enable usage log = false
rgw enable ops log = false
rgw thread pool size = 64
rgw gc obj min wait = 5
rgw gc processor period = 5
rgw dns name = localhost
rgw data = $folder/run
CONF
}

start_monitor() {
	monmaptool --create --fsid "$fsid" \
		--addv a "[v2:127.0.0.1:$((port + 2)),v1:127.0.0.1:$((port + 1))]" "$folder/monmap" >/dev/null
	ceph-authtool --create-keyring "$folder/keyring" --gen-key -n mon. --cap mon 'allow *' >/dev/null
	ceph-authtool "$folder/keyring" --gen-key -n client.admin \
		--cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
	ceph-mon -c "$conf" --mkfs -i a --monmap "$folder/monmap" --keyring "$folder/keyring" \
		>>"$folder/log/start.log" 2>&1
	ceph-mon -c "$conf" -i a
	timeout 60 ceph -c "$conf" mon stat >/dev/null
}

start_store() {
	local uuid id
	uuid=$(cat /proc/sys/kernel/random/uuid)
	id=$(timeout 60 ceph -c "$conf" osd new "$uuid")
	ceph-osd -c "$conf" -i "$id" --mkfs --osd-uuid "$uuid" >>"$folder/log/start.log" 2>&1
	ceph-osd -c "$conf" -i "$id" >>"$folder/log/start.log" 2>&1
	for _ in $(seq 100); do
		timeout 60 ceph -c "$conf" osd stat 2>/dev/null | grep -q '1 up' && return
		sleep 0.2
	done
	echo 'the store did not start' >&2
	exit 1
}

listens() {
	(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
}

add_user() {
	timeout 60 radosgw-admin -c "$conf" -n client.admin user create --uid="$1" --display-name="$1" \
		--access-key="$2" --secret-key="$3" >/dev/null 2>>"$folder/log/start.log"
}

start_gateway() {
	local front
	if [ "${RADOSGW_REGION:-}" ]; then
		# The first command makes the group that the second one names.
		timeout 60 radosgw-admin -c "$conf" -n client.admin user list >/dev/null 2>>"$folder/log/start.log"
		timeout 60 radosgw-admin -c "$conf" -n client.admin zonegroup modify --rgw-zonegroup=default \
			--api-name="$RADOSGW_REGION" >/dev/null 2>>"$folder/log/start.log"
	fi
	front="beast endpoint=127.0.0.1:$port ssl_endpoint=127.0.0.1:$tls_port"
	front="$front ssl_certificate=$certificates/localhost.crt ssl_private_key=$certificates/server.key"
	radosgw -c "$conf" -n client.admin --rgw-frontends="$front" >>"$folder/log/start.log" 2>&1
	for _ in $(seq 300); do
		listens && break
		sleep 0.2
	done
	listens
	add_user test "$access_key" "$secret_key"
	local user name access secret
	for user in ${RADOSGW_USERS:-}; do
		IFS=: read -r name access secret <<<"$user"
		add_user "$name" "$access" "$secret"
	done
}

if listens; then
	echo "port $port is taken" >&2
	exit 1
fi
install_packages
make_folder
trap end_on_failure EXIT
fsid=$(cat /proc/sys/kernel/random/uuid)
export CEPH_CONF=$conf CEPH_ARGS=
write_conf
start_monitor
start_store
start_gateway
echo "radosgw: http://127.0.0.1:$port and https://127.0.0.1:$tls_port"
