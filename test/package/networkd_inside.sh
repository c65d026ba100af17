#!/bin/sh
# In the system that test/package/networkd boots.
set -eu
exec >/output 2>&1
. /until_true.sh
export LD_LIBRARY_PATH=/libraries # lvsctl's, as its own package would bring them

fail() {
  printf 'FAILED: %s\n' "$*"
  networkctl status --no-pager lo tunl0 || true
  ip addr || true
  journalctl --no-pager -u systemd-networkd -n 20 || true
  exit 1
}

holds() {
  ip addr show dev "$1" | grep -qF "$2"
}

echo 'three VIPs: by DR, by IPv6, by a tunnel'
lvsctl realserver 10.9.9.9 --persist
lvsctl realserver 2001:db8::9 --persist
lvsctl realserver 10.9.9.10 --tunnel --persist
lvsctl doctor --realserver 10.9.9.9 || fail 'the doctor is not content'
lvsctl doctor --realserver 10.9.9.10 --tunnel || fail 'nor with the tunnel'

echo 'all of it is lost, as by a boot'
ip addr del 10.9.9.9/32 dev lo
ip addr del 2001:db8::9/128 dev lo
ip addr del 10.9.9.10/32 dev tunl0
ip link set tunl0 down
for setting in arp_ignore arp_announce; do echo 0 >/proc/sys/net/ipv4/conf/all/$setting; done
echo 1 >/proc/sys/net/ipv4/conf/tunl0/rp_filter
! lvsctl doctor --realserver 10.9.9.9 >/dev/null || fail 'the doctor sees nothing'

echo 'what a boot does'
# There is no udev in here. Where /sys cannot be written, as in a container, networkd does not wait for it.
mount -o remount,ro /sys
systemctl restart systemd-modules-load systemd-sysctl systemd-networkd || fail 'a unit does not start'
until_true 'lo has no VIP' holds lo 10.9.9.9/32
until_true 'lo has no VIP of IPv6' holds lo 2001:db8::9/128
until_true 'tunl0 has no VIP' holds tunl0 10.9.9.10/32
holds lo 127.0.0.1/8 || fail 'lo has lost its own address'
ip addr show dev lo | grep -A1 2001:db8::9 | grep -q 'preferred_lft 0sec' ||
  fail 'the IPv6 address would be used for what this machine begins'
lvsctl doctor --realserver 10.9.9.9 || fail 'the doctor is not content'
lvsctl doctor --realserver 10.9.9.10 --tunnel || fail 'nor with the tunnel'
! journalctl --no-pager -u systemd-networkd | grep -iE 'unknown|invalid|failed to parse' ||
  fail 'systemd-networkd does not understand a line'

echo 'taken back for good'
lvsctl realserver 10.9.9.9 --undo --persist
systemctl restart systemd-networkd
until_true 'the other one is gone, too' holds lo 2001:db8::9/128
sleep 1
! holds lo 10.9.9.9/32 || fail 'the VIP is back'
echo 'all is well'
