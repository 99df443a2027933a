#!/usr/bin/env bash
# Ends what radosgw-up.sh started, by the pids in its own folder, and removes the folder (KEEP=1 keeps it, for its logs).
folder=${RADOSGW_DIR:-/tmp/wan-radosgw}
for file in "$folder"/run/client.admin*.pid "$folder"/run/osd.*.pid "$folder"/run/mon.a.pid; do
	[ -e "$file" ] || continue
	pid=$(cat "$file")
	# A pid may have gone to another program since.
	case "$(cat "/proc/$pid/comm" 2>/dev/null)" in
		radosgw | ceph-osd | ceph-mon) kill "$pid" ;;
		*) continue ;;
	esac
	for _ in $(seq 50); do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
	kill -9 "$pid" 2>/dev/null
done
[ "${KEEP:-}" ] || [ ! -e "$folder/ceph.conf" ] || rm -rf "$folder"
exit 0
